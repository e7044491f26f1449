import type { LevelPart } from '../../shared/market/tick.ts'
import type { Packet } from './packet.ts'

export interface FiveLevels {
  readonly buy: readonly LevelPart[]
  readonly sell: readonly LevelPart[]
  /** Every level stands on the side that its flag names. */
  readonly agrees: boolean
}

type Full = LevelPart & { readonly price: number; readonly quantity: number }

const FIVE_AT = 147
const FIVE_BYTES = 20
const SIDE = 5

/**
 * The best five of both sides of mode 3: five places for buys, then five for sells, the best first; empty levels keep their
 * place. Each level has a flag of its own, 1 for buy and 0 for sell. Where place and flag contradict each other the flag
 * is trusted: recorded prices bear it out, and the vendor's own clients have had the places wrong.
 */
export function readFive(packet: Packet): FiveLevels {
  const sides: { buy: Full[]; sell: Full[] } = { buy: [], sell: [] }
  let agrees = true
  for (let place = 0; place < 2 * SIDE; place++) {
    const at = FIVE_AT + place * FIVE_BYTES
    const flag = packet.int16(at)
    const level = { price: packet.price(at + 10), quantity: packet.int64(at + 2), ...orders(packet, at + 18) }
    const isBuyPlace = place < SIDE
    const isEmpty = level.price === 0 || level.quantity === 0
    const isBuy = isEmpty || (flag !== 0 && flag !== 1) ? isBuyPlace : flag === 1
    if (!isEmpty && flag !== (isBuyPlace ? 1 : 0)) agrees = false
    sides[isBuy ? 'buy' : 'sell'].push(level)
  }
  if (agrees) return { ...sides, agrees }
  return { buy: inOrder(sides.buy, -1), sell: inOrder(sides.sell, 1), agrees }
}

/** A count that ran over its 16 bits is below zero: there is none, and the level is right all the same. */
function orders(packet: Packet, at: number): Pick<LevelPart, 'orders'> {
  const count = packet.int16(at)
  return count < 0 ? {} : { orders: count }
}

/** Of levels that did not stand where they belong. */
const inOrder = (levels: readonly Full[], sign: 1 | -1): readonly Full[] =>
  levels
    .filter(({ price, quantity }) => price !== 0 && quantity !== 0)
    .sort((one, other) => sign * (one.price - other.price))
    .slice(0, SIDE)

const TWENTY_AT = 43
const TWENTY_BYTES = 10
const DEEP_SIDE = 20

/** Mode 4: twenty buys, then twenty sells. */
export function readTwenty(packet: Packet): {
  readonly buy: readonly LevelPart[]
  readonly sell: readonly LevelPart[]
} {
  const side = (start: number): readonly LevelPart[] =>
    Array.from({ length: DEEP_SIDE }, (_, place) => {
      const at = start + place * TWENTY_BYTES
      return { price: packet.shortPrice(at + 4), quantity: packet.int32(at), ...orders(packet, at + 8) }
    })
  return { buy: side(TWENTY_AT), sell: side(TWENTY_AT + DEEP_SIDE * TWENTY_BYTES) }
}
