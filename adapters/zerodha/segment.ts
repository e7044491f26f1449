/** The low byte of an instrument token. */
export const segmentOf = (token: number): number => token & 0xff

export const MCX = 7

interface Segment {
  /** Raw prices are this many to the rupee. */
  readonly divisor: number
  /** Contracts are traded here, so that an open interest of 0 is a number; elsewhere 0 means there is none. */
  readonly hasOpenInterest: boolean
}

const cash = { divisor: 100, hasOpenInterest: false }
const contracts = { divisor: 100, hasOpenInterest: true }

/** Kite Connect 3 documentation, WebSocket streaming; BCD and NCO as in the vendor's Python client of September 2026. */
const SEGMENTS: Readonly<Record<number, Segment>> = {
  1: cash, // NSE
  2: contracts, // NFO
  3: { ...contracts, divisor: 10_000_000 }, // CDS
  4: cash, // BSE
  5: contracts, // BFO
  6: { ...contracts, divisor: 10_000 }, // BCD
  [MCX]: contracts,
  8: contracts, // MCXSX, which is closed
  9: cash, // indices of all exchanges
  12: { ...contracts, divisor: 10_000 }, // NCO
}

const table: readonly (Segment | undefined)[] = Array.from({ length: 256 }, (_, number) => SEGMENTS[number])

/** What 100 is a guess for, because nobody documents it: GLOBAL, NSEIX, and what comes later. */
export const isKnownSegment = (segment: number): boolean => table[segment] !== undefined

export const divisorOf = (segment: number): number => table[segment]?.divisor ?? cash.divisor

export const hasOpenInterest = (segment: number): boolean => table[segment]?.hasOpenInterest ?? false
