import { Pairs, sameBytes } from './pairs.ts'
import { findData } from './selection.ts'

/** When a value was current, as its exchange tells: what two sources of one instrument can be compared by. */
export interface Mark {
  /** Milliseconds since 1970. */
  readonly timestamp: number | undefined
  /** Of the last trade, milliseconds since 1970. */
  readonly ltt: number | undefined
  /** Of the day. */
  readonly volume: number | undefined
  readonly ltp: number | undefined
}

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const NAMES = { timestamp: ascii('timestamp'), ltt: ascii('ltt'), volume: ascii('volume'), ltp: ascii('ltp') }

/**
 * Reads the mark out of a finished frame. Costs a walk over its bytes: for the moments after a change of the source, and
 * never for every tick. `dataSymbolAt` as the header of the tick says.
 */
export function readMark(payload: Buffer, dataSymbolAt: number): Mark {
  const found: Record<keyof typeof NAMES, number | undefined> = {
    timestamp: undefined,
    ltt: undefined,
    volume: undefined,
    ltp: undefined,
  }
  const open = findData(payload, dataSymbolAt)
  if (open < 0) return found
  const pairs = new Pairs(payload, open)
  while (pairs.next())
    for (const name of ['timestamp', 'ltt', 'volume', 'ltp'] as const)
      if (sameBytes(payload, pairs.keyFrom, pairs.keyTo, NAMES[name]))
        found[name] = readNumber(payload.toString('latin1', pairs.valueFrom, pairs.valueTo))
  return found
}

/** A text of JSON that is no number has none. */
function readNumber(text: string): number | undefined {
  const value = /^[-\d]/.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : undefined
}

/** Two sources are never this far behind each other: who has traded less by then counts in another way. */
const COUNTED_APART_MS = 2000

/**
 * Whether a value is newer than another one of the same instrument: no time steps back, and the last trade, the volume of
 * the day or the time of the value is later. Times of sources of which one tells whole seconds only are compared by the
 * second. Without any time the price decides: the same one again is nothing new. Less volume is a step back, unless the
 * time is later by seconds: waiting for it to catch up would be silence.
 */
export function isNewer(next: Mark, last: Mark): boolean {
  const trade = compareTimes(next.ltt, last.ltt)
  const time = compareTimes(next.timestamp, last.timestamp)
  if ((trade ?? 0) < 0 || (time ?? 0) < 0) return false
  if ((trade ?? 0) > 0) return true
  const volume = compare(next.volume, last.volume) ?? 0
  if (volume > 0) return true
  if (volume < 0) return (compare(next.timestamp, last.timestamp) ?? 0) >= COUNTED_APART_MS
  if (trade === undefined && time === undefined) return next.ltp !== last.ltp
  return (time ?? 0) > 0
}

const SECOND_MS = 1000

/** What happened at 5.9 s is told as 5 s by one source, and what happened before it as 5.1 s by another. */
function compareTimes(one: number | undefined, other: number | undefined): number | undefined {
  if (one === undefined || other === undefined) return undefined
  const isCoarse = one % SECOND_MS === 0 || other % SECOND_MS === 0
  return isCoarse ? Math.floor(one / SECOND_MS) - Math.floor(other / SECOND_MS) : one - other
}

const compare = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? undefined : one - other
