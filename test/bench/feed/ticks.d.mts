export function wallMicros(): number
export function symbolName(index: number): string

/** `sequence` counts the ticks of its symbol; `stamp` is when the tick was due, microseconds since 1970. */
export type Each = (symbol: number, sequence: number, stamp: number) => void

export class Ticks {
  readonly made: number
  readonly totals: readonly number[]
  constructor(symbols: number)
  setRate(rate: number): void
  setSymbols(symbols: number): void
  due(most: number, each: Each): void
  take(count: number, each: Each): void
}
