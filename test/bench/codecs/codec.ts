import type { Decoder, Frame } from '../../../adapters/contract.ts'
import { systemClock } from '../../../shared/clock.ts'
import type { Contract } from '../../emulators/kit/contract.ts'
import { Market } from '../../emulators/kit/market.ts'
import { universe } from '../../emulators/kit/universe.ts'

/** A broker's message as it comes in a busy minute, and the decoder that reads it. */
export interface Codec {
  readonly broker: string
  readonly what: string
  readonly frame: Frame
  /** How many ticks it must give, or parts of such. */
  readonly ticks: number
  /** One that has heard what comes before such a message. */
  readonly createDecoder: () => Decoder
}

const DAY = '2026-11-20'
/** While the market trades. */
const NOW = Date.UTC(2026, 10, 20, 6)

/** Shares with a price, and a turn that moves it. */
export function shares(count: number): { readonly all: readonly Contract[]; market: Market; turn: () => void } {
  const all = universe(DAY, 5000, 'BENCH')
    .filter(({ exchange, kind, series }) => exchange === 'NSE' && kind === 'EQ' && series === 'EQ')
    .slice(0, count)
  let now = NOW
  const market = new Market({ contracts: all, seed: 1, clock: { ...systemClock, now: () => now } })
  const turn = () => {
    now += 1000
    market.step(all)
  }
  return { all, market, turn }
}
