import { EXCHANGES, type Exchange } from '../market/exchange.ts'
import type { Instrument, InstrumentKind } from '../market/instrument.ts'
import type { Work } from '../turns.ts'

const KINDS: Readonly<Record<InstrumentKind, number>> = { INDEX: 0, EQ: 1, FUT: 2, CE: 3, PE: 3 }
const RANKS = Object.fromEntries(EXCHANGES.map((exchange, at) => [exchange, String(at).padStart(2, '0')])) as Readonly<
  Record<Exchange, string>
>

const EXPIRY_WIDTH = '2026-11-28'.length
/** Strikes have at most four decimals, and at most nine digits before them. */
const STRIKE_WIDTH = 14

/** Sorted and merged in pieces that are short beside a turn of the event loop. */
const RUN = 2048

export const isOption = ({ kind }: Pick<Instrument, 'kind'>): boolean => KINDS[kind] === KINDS.CE

/**
 * Compares as text in the order in which a person wants to see what fits equally well: indices, cash, futures, options;
 * the nearest expiry first, then the lowest strike; then the exchange. The symbol is what is left to tell them apart.
 */
export function orderKey({ kind, expiry = '', strike = 0, exchange }: Instrument): string {
  const price = strike.toFixed(4).padStart(STRIKE_WIDTH, '0')
  return `${KINDS[kind]}${expiry.padEnd(EXPIRY_WIDTH)}${price}${RANKS[exchange]}`
}

/** A merge sort: the built-in one alone would hold up the event loop with a list of broker size. */
export function* sortWork(texts: readonly string[]): Work<string[]> {
  let runs: string[][] = []
  for (let at = 0; at < texts.length; at += RUN) {
    runs.push(texts.slice(at, at + RUN).sort())
    yield
  }
  while (runs.length > 1) {
    const merged: string[][] = []
    for (let at = 0; at < runs.length; at += 2) merged.push(yield* mergeWork(runs[at] ?? [], runs[at + 1] ?? []))
    runs = merged
  }
  return runs[0] ?? []
}

function* mergeWork(left: readonly string[], right: readonly string[]): Work<string[]> {
  const merged: string[] = []
  let at = 0
  for (const one of left) {
    for (let other = right[at]; other !== undefined && other < one; other = right[at]) {
      merged.push(other)
      at++
      if (merged.length % RUN === 0) yield
    }
    merged.push(one)
    if (merged.length % RUN === 0) yield
  }
  for (; at < right.length; at++) merged.push(right[at] as string)
  return merged
}
