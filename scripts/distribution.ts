/** What many measurements of one thing were, in milliseconds. */
export interface Distribution {
  readonly count: number
  readonly minMs: number
  readonly avgMs: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

/** By nearest rank, so that each figure is one that was measured. `undefined` of nothing. Pure. */
export function distributionOf(values: readonly number[]): Distribution | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((one, other) => one - other)
  const rank = (part: number) => hundredths(sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0)
  return {
    count: sorted.length,
    minMs: hundredths(sorted[0] ?? 0),
    avgMs: hundredths(sorted.reduce((sum, value) => sum + value, 0) / sorted.length),
    p50Ms: rank(0.5),
    p95Ms: rank(0.95),
    p99Ms: rank(0.99),
    maxMs: hundredths(sorted.at(-1) ?? 0),
  }
}

export const hundredths = (value: number): number => Math.round(value * 100) / 100

/** `0.42 ms`, with its sign. */
export const formatMs = (ms: number | undefined): string | undefined =>
  ms === undefined ? undefined : `${ms.toFixed(2)} ms`
