import { EXCHANGES, type Exchange } from '../market/exchange.ts'
import type { Instrument, InstrumentKind } from '../market/instrument.ts'

const KINDS: Readonly<Record<InstrumentKind, number>> = { INDEX: 0, EQ: 1, FUT: 2, CE: 3, PE: 3 }
const RANKS = Object.fromEntries(EXCHANGES.map((exchange, at) => [exchange, String(at).padStart(2, '0')])) as Readonly<
  Record<Exchange, string>
>

const EXPIRY_WIDTH = '2026-11-28'.length
/** Strikes have at most four decimals, and at most nine digits before them. */
const STRIKE_WIDTH = 14

export const isOption = ({ kind }: Pick<Instrument, 'kind'>): boolean => KINDS[kind] === KINDS.CE

/**
 * Compares as text in the order in which a person wants to see what fits equally well: indices, cash, futures, options;
 * the nearest expiry first, then the lowest strike; then the exchange. The symbol is what is left to tell them apart.
 */
export function orderKey({ kind, expiry = '', strike = 0, exchange }: Instrument): string {
  const price = strike.toFixed(4).padStart(STRIKE_WIDTH, '0')
  return `${KINDS[kind]}${expiry.padEnd(EXPIRY_WIDTH)}${price}${RANKS[exchange]}`
}
