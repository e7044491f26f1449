import type { Exchange } from '../../shared/market/exchange.ts'

interface Segment {
  /** As the instrument list and the REST calls name it. */
  readonly name: string
  /** Raw prices are this many to the rupee. */
  readonly divisor: number
  /** Contracts are traded here: elsewhere an open interest belongs to the contracts on a share, not to the share. */
  readonly hasOpenInterest: boolean
  readonly exchange: Exchange
  readonly indices?: Exchange
}

const cash = { divisor: 100, hasOpenInterest: false }
const contracts = { divisor: 100, hasOpenInterest: true }

/** By the number the stream calls it: SmartAPI documentation, WebSocket Streaming 2.0, "exchangeType". */
const SEGMENTS: Readonly<Record<number, Segment>> = {
  1: { ...cash, name: 'NSE', exchange: 'NSE', indices: 'NSE_INDEX' },
  2: { ...contracts, name: 'NFO', exchange: 'NFO' },
  3: { ...cash, name: 'BSE', exchange: 'BSE', indices: 'BSE_INDEX' },
  4: { ...contracts, name: 'BFO', exchange: 'BFO' },
  5: { ...contracts, name: 'MCX', exchange: 'MCX', indices: 'MCX_INDEX' },
  7: { ...contracts, name: 'NCDEX', exchange: 'NCDEX' },
  13: { ...contracts, name: 'CDS', exchange: 'CDS', divisor: 10_000_000 },
}

const byNumber: readonly (Segment | undefined)[] = Array.from({ length: 256 }, (_, number) => SEGMENTS[number])
const numbers = new Map(Object.entries(SEGMENTS).map(([number, { name }]) => [name, Number(number)]))

/** `undefined` for a number that the documentation does not name: its prices cannot be scaled. */
export const segmentOf = (number: number): Segment | undefined => byNumber[number]

/** The number of `NSE`, `NFO`, …; `undefined` for what the stream does not carry. */
export const segmentNumber = (name: string): number | undefined => numbers.get(name)

/** Angel One numbers each segment for itself, so that ours have the segment before the number: `1|2885`. */
export const tokenOf = (segment: number, number: string): string => `${segment}|${number}`

/** The two halves of a token of ours. */
function splitToken(token: string): { readonly segment: number; readonly number: string } {
  const bar = token.indexOf('|')
  return { segment: Number(token.slice(0, bar)), number: token.slice(bar + 1) }
}

/** The numbers of tokens of ours by their segment, as requests want them. */
export function bySegment(tokens: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const groups = new Map<number, string[]>()
  for (const token of tokens) {
    const { segment, number } = splitToken(token)
    const group = groups.get(segment)
    if (group) group.push(number)
    else groups.set(segment, [number])
  }
  return groups
}

/** Indices have numbers of their own in every segment: 99926000 is the Nifty 50. */
export const isIndexNumber = (number: string): boolean => /^999\d{5}$/.test(number)
