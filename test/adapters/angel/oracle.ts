import type { TickPart } from '../../../shared/market/tick.ts'
import type { AngelTick } from '../../emulators/angel/witness.ts'

/** Defects of theirs, by their sentences in the notes on this broker, that are put right before comparing. */
export const DEFECTS = {
  int32: 'the last price of mode 1 read as 32 bits',
  unsigned: 'last prices and times of modes 2 to 4 read unsigned',
  tail: 'what stands behind the end of a token taken for more of it',
  places: 'sides told by places alone, whatever the flags say',
  counts: 'counts of orders beyond 16 bits told as below zero',
} as const

export type Defect = keyof typeof DEFECTS

/** What stands in the bytes and their reading loses. */
export interface Truth {
  /** Of mode 1. */
  readonly price: bigint
  /** Up to the first NUL. */
  readonly token: string
}

const MODES: Readonly<Record<string, 'LTP' | 'QUOTE' | 'DEPTH' | 'BOOK20'>> = {
  1: 'LTP',
  2: 'QUOTE',
  3: 'DEPTH',
  4: 'BOOK20',
}

const DIVISORS: Readonly<Record<string, number>> = { 1: 100, 2: 100, 3: 100, 4: 100, 5: 100, 7: 100, 13: 10_000_000 }
const CONTRACTS: ReadonlySet<string> = new Set(['2', '4', '5', '7', '13'])
const BEYOND = 2n ** 53n

/**
 * What their reading of one packet says, in our words; `undefined` where these words have no room for it: a token that is
 * no number, an exchange without a divisor, an integer beyond 2^53, a double that is no number. `met` is told which defects had to be put right.
 */
export function translate(their: AngelTick, truth: Truth, met: (defect: Defect) => void) {
  const text = (name: string) => {
    const value = their[name]
    return typeof value === 'string' ? value : undefined
  }
  const { token } = truth
  if (text('token')?.replace(/^"|"$/g, '') !== token) met('tail')
  const segment = text('exchange_type') ?? ''
  const divisor = DIVISORS[segment]
  if (divisor === undefined || !/^\d+$/.test(token)) return undefined
  const isIndex = /^999\d{5}$/.test(token)
  let isSound = true
  const whole = (value: bigint) => {
    if (value >= BEYOND || value <= -BEYOND) isSound = false
    return Number(value)
  }
  const int = (name: string) => {
    const value = text(name)
    if (value === undefined) return undefined
    const signed = BigInt.asIntN(64, BigInt(value))
    if (signed !== BigInt(value)) met('unsigned')
    return whole(signed)
  }
  const price = (name: string) => {
    const value = int(name)
    return value === undefined ? undefined : value / divisor
  }
  const double = (name: string) => {
    const said = text(name)
    const value = Number(said)
    if (said !== undefined && !Number.isFinite(value)) isSound = false
    return Number.isSafeInteger(value) ? value + 0 : undefined
  }
  // Before 2000 it is no time.
  const time = (ms = 0) => (ms >= 946_684_800_000 && Number.isSafeInteger(ms) ? ms : 0)
  const some = (field: string, value: number | undefined) => (value ? { [field]: value } : {})
  const all = (field: string, value: number | undefined) => (value === undefined ? {} : { [field]: value })
  const quantity = isIndex ? some : all
  const lastPrice = () => {
    if (text('subscription_mode') !== '1') return price('last_traded_price')
    if (text('last_traded_price') !== String(truth.price)) met('int32')
    return whole(truth.price) / divisor
  }
  const mode = MODES[text('subscription_mode') ?? ''] ?? 'LTP'
  const interest = int('open_interest')
  const tradedAt = int('last_traded_timestamp')
  const part: TickPart = {
    mode,
    ...some('timestamp', time(int('exchange_timestamp'))),
    ...(mode !== 'BOOK20' && some('ltp', lastPrice())),
    ...quantity('lastQuantity', int('last_traded_quantity')),
    ...some('averagePrice', price('avg_traded_price')),
    ...quantity('volume', int('vol_traded')),
    ...quantity('totalBuyQuantity', double('total_buy_quantity')),
    ...quantity('totalSellQuantity', double('total_sell_quantity')),
    ...some('open', price('open_price_day')),
    ...some('high', price('high_price_day')),
    ...some('low', price('low_price_day')),
    ...some('previousClose', price('close_price')),
    ...some('lastTradeTime', time(tradedAt && tradedAt * 1000)),
    ...(CONTRACTS.has(segment) && !isIndex && all('openInterest', interest)),
    ...some('upperCircuit', price('upper_circuit')),
    ...some('lowerCircuit', price('lower_circuit')),
  }
  const count = (said: string | undefined) => {
    if (Number(said) >= 0) return Number(said)
    met('counts')
    return undefined
  }
  const level = (one: Readonly<Record<string, string>>) => ({
    price: whole(BigInt(one.price ?? '')) / divisor,
    quantity: whole(BigInt(one.quantity ?? '')),
    orders: count(one.no_of_orders),
  })
  const list = (name: string) => {
    const found = their[name]
    return typeof found === 'object' ? found : []
  }
  const book =
    mode === 'DEPTH' && !isIndex
      ? flagged(list('best_5_buy_data'), list('best_5_sell_data'), level, () => met('places'))
      : mode === 'BOOK20'
        ? { buy: list('depth_twenty_buy_data').map(level), sell: list('depth_twenty_sell_data').map(level) }
        : {}
  return isSound ? { token: `${segment}|${token}`, part: { ...part, ...book } } : undefined
}

type Raw = Readonly<Record<string, string>>

interface Read {
  readonly price: number
  readonly quantity: number
  readonly orders: number | undefined
}

/** Their levels on the sides that the flags name; by place where the flag is neither, or nothing stands there. */
function flagged(buys: readonly Raw[], sells: readonly Raw[], read: (raw: Raw) => Read, told: () => void) {
  const levels = [...buys, ...sells].map((raw, place) => ({ flag: raw.flag, isBuyPlace: place < 5, ...read(raw) }))
  const isEmpty = (one: Read) => one.price === 0 || one.quantity === 0
  const isRight = levels.every(one => isEmpty(one) || one.flag === (one.isBuyPlace ? '1' : '0'))
  const bare = ({ price, quantity, orders }: Read): Read => ({ price, quantity, orders })
  if (isRight) return { buy: levels.slice(0, 5).map(bare), sell: levels.slice(5).map(bare) }
  told()
  const isBuy = (one: (typeof levels)[number]) => one.flag === '1' || (one.flag !== '0' && one.isBuyPlace)
  const full = levels.filter(one => one.price !== 0 && one.quantity !== 0)
  const best = (side: readonly Read[], sign: number) =>
    side
      .map(bare)
      .sort((one, other) => sign * (one.price - other.price))
      .slice(0, 5)
  return {
    buy: best(full.filter(isBuy), -1),
    sell: best(
      full.filter(one => !isBuy(one)),
      1,
    ),
  }
}
