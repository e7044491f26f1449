import type { Mode } from '../shared/market/mode.ts'
import type { Hold } from './fanout/hold.ts'
import { holdName } from './fanout/variant.ts'
import type { FeedView } from './feeds.ts'
import { commonSymbols, type Instruments } from './routing.ts'
import type { SymbolRequest } from './symbols.ts'

/** Whom a client may ask. */
export interface Offer {
  readonly feeds: readonly FeedView[]
  readonly instruments: Instruments
}

/** By `holdName`. */
type Holds = ReadonlyMap<string, Hold>

const MODES: readonly Mode[] = ['QUOTE', 'LTP', 'DEPTH']

/**
 * What a client means to let go, of what it holds: the spelling it wrote, if that is held, else every spelling of the same
 * instrument. The mode named; with none, Quote if held, else all modes of that spelling.
 */
export function meaning(
  holds: Holds,
  item: Pick<SymbolRequest, 'exchange' | 'symbol'>,
  { mode, feeds, instruments }: Offer & { readonly mode: Mode | undefined },
): readonly Hold[] {
  const { exchange, symbol } = item
  const exact = spelled(holds, exchange, symbol)
  const meant = exact.length > 0 ? [exact] : otherSpellings(holds, exchange, commonSymbols(item, feeds, instruments))
  return meant.flatMap(those => choose(those, mode))
}

/** Everything held of one spelling. */
const spelled = (holds: Holds, exchange: string, symbol: string): readonly Hold[] =>
  MODES.flatMap(mode => holds.get(holdName(exchange, symbol, mode)) ?? [])

/** Everything held of the instruments with these common symbols, each spelling by itself. */
function otherSpellings(holds: Holds, exchange: string, symbols: readonly string[]): readonly (readonly Hold[])[] {
  const spellings = new Map<string, Hold[]>()
  for (const hold of holds.values()) {
    const { symbol, served } = hold.variant
    if (served.parts.exchange !== exchange || !symbols.includes(served.parts.symbol)) continue
    spellings.set(symbol, [...(spellings.get(symbol) ?? []), hold])
  }
  return [...spellings.values()]
}

function choose(holds: readonly Hold[], mode: Mode | undefined): readonly Hold[] {
  const one = holds.find(({ variant }) => variant.mode === (mode ?? 'QUOTE'))
  if (one) return [one]
  return mode ? [] : holds
}
