import type { Mode } from '../shared/market/mode.ts'
import { MODE_LABELS } from './mode.ts'
import type { Instruments } from './routing.ts'

/** What of all prices one key may read. */
export interface Reading {
  /** Changes when it is another. */
  readonly grant: string
  /** Whether it leaves out no instrument. */
  readonly isWide: boolean
  /** Absent: all of them. */
  readonly modes: readonly Mode[] | undefined
  /** `symbol`: the common one. */
  permits(exchange: string, symbol: string): boolean
}

export const EVERYTHING: Reading = { grant: '', isWide: true, modes: undefined, permits: () => true }

/** The lists as this key knows them: what it may not read is not in them. */
export function within(instruments: Instruments, reading: Reading): Instruments {
  if (reading.isWide) return instruments
  return {
    has: feed => instruments.has(feed),
    find(feed, exchange, symbol) {
      const found = instruments.find(feed, exchange, symbol)
      return found && reading.permits(found.exchange, found.symbol) ? found : undefined
    },
    findTwin(feed, instrument) {
      const found = instruments.findTwin(feed, instrument)
      return found && reading.permits(found.exchange, found.symbol) ? found : undefined
    },
  }
}

/** Why a key does not get this mode of an instrument that it may read. */
export const modeRefusal = (modes: readonly Mode[]): string =>
  `This key reads ${modes.map(mode => MODE_LABELS[mode]).join(' and ')} only`
