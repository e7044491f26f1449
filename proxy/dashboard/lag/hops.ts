import type { MarketFrame } from '../protocol.ts'
import { Minute, type Spread } from './minute.ts'

export const HOPS = ['exchange', 'adapter', 'bus', 'proxy'] as const
/** Named by where it begins. */
export type Hop = (typeof HOPS)[number]

export const HOP_WORDS: Readonly<Record<Hop, string>> = {
  exchange: 'exchange → adapter',
  adapter: 'adapter → bus',
  bus: 'bus → proxy',
  proxy: 'proxy → browser',
}

/** What each part of the way took in the last minute, from stamps in the frames. */
export class Hops {
  readonly total = new Minute()
  readonly hops: Readonly<Record<Hop, Minute>> = {
    exchange: new Minute(),
    adapter: new Minute(),
    bus: new Minute(),
    proxy: new Minute(),
  }
  /** Whether any exchange said more than whole seconds. */
  #isFine = false

  /** `arrivedAt`: by the clock of the server; `at`: by the monotonic one of the page. Milliseconds. */
  take({ data, stamps, snapshot, stale }: MarketFrame, arrivedAt: number, at: number): void {
    // A value that is repeated was not on its way.
    if (snapshot || stale) return
    const { timestamp } = data
    if (timestamp !== undefined) {
      this.total.add(arrivedAt - timestamp, at)
      if (timestamp % 1000 !== 0) this.#isFine = true
    }
    if (!stamps) return
    const { adapter, published, proxy } = stamps
    if (timestamp !== undefined) this.hops.exchange.add(adapter - timestamp, at)
    if (published !== undefined) {
      this.hops.adapter.add(published - adapter, at)
      this.hops.bus.add(proxy - published, at)
    }
    this.hops.proxy.add(arrivedAt - proxy, at)
  }

  /** Exchanges that stamp whole seconds make every lag up to one second too long. */
  get isCoarse(): boolean {
    return !this.#isFine
  }
}

export interface Fall {
  readonly hop: Hop
  readonly spread: Spread
  /** Where its bar begins and how long it is, in parts of the whole. */
  readonly from: number
  readonly part: number
}

/** The bars of the waterfall, one hop after the other; what runs backwards has no bar, and is told in figures. */
export function waterfall(spreads: Readonly<Partial<Record<Hop, Spread>>>): Fall[] {
  const whole = HOPS.reduce((sum, hop) => sum + Math.max(0, spreads[hop]?.p50 ?? 0), 0)
  let from = 0
  return HOPS.flatMap(hop => {
    const spread = spreads[hop]
    if (!spread) return []
    const part = whole > 0 ? Math.max(0, spread.p50) / whole : 0
    const fall = { hop, spread, from, part }
    from += part
    return [fall]
  })
}

/** `0.12 ms`, `4.5 ms`, `87 ms`, `1.20 s`; negative ones keep their sign. */
export function lagWords(ms: number): string {
  const size = Math.abs(ms)
  if (size >= 1000) return `${(ms / 1000).toFixed(2)} s`
  return `${ms.toFixed(size < 1 ? 2 : size < 10 ? 1 : 0)} ms`
}
