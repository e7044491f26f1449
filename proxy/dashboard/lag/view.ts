/** GET /api/v1/latency, of the last minute; where nothing came there are no milliseconds. */
export interface LatencyView {
  readonly hops: readonly {
    readonly hop: string
    readonly p50Ms?: number
    readonly p95Ms?: number
    readonly p99Ms?: number
  }[]
}
