import type { Clock } from '../../shared/clock.ts'
import { Histogram } from '../../shared/histogram.ts'
import type { Sums } from '../whole.ts'
import { Heard } from './heard.ts'
import { addLengths, figuresOf, type HopFigures, type Lengths } from './hops.ts'
import { Window } from './window.ts'

/** All that is measured in one process of the proxy. On the way of a tick something is added to a number, no more. */
export class Meters {
  /** From a feed's sending of a lane message to its arrival here. */
  readonly busProxy = new Histogram()
  /** From the first frame that waits to the end of the round of writes that hands it on. */
  readonly proxyKernel = new Histogram()
  /** By how much a timer is late. */
  readonly eventLoop = new Histogram()
  readonly heard = new Heard()
  readonly #window: Window

  constructor(clock: Clock) {
    this.#window = new Window(clock, () => ({ ...this.#lengths(), ...this.#ofFeeds() }))
  }

  /** What this process adds to the whole. */
  report(): Pick<Sums, 'lengths' | 'recent' | 'feeds' | 'usage'> {
    const { user, system } = process.cpuUsage()
    const { rss, heapUsed } = process.memoryUsage()
    const { bus_proxy = [0], proxy_kernel = [0] } = this.#window.recent()
    return {
      lengths: { ...this.#lengths(), event_loop: this.eventLoop.read() },
      recent: { bus_proxy, proxy_kernel },
      feeds: this.heard.totals(),
      usage: { cpuMicros: user + system, residentBytes: rss, heapBytes: heapUsed },
    }
  }

  /** Every stretch of the way, of the ticks of these feeds before the bus, and of all behind it. */
  latency({ lengths = {}, recent = {} }: Pick<Sums, 'lengths' | 'recent'>, feeds: readonly string[]): HopFigures[] {
    const inLastMinute = this.#window.recent()
    const hops = this.heard.hops()
    const ofFeeds = feeds.map(feed => named(feed, inLastMinute))
    return figuresOf(
      addLengths([recent, ...ofFeeds]),
      addLengths([lengths, ...feeds.map(feed => hops.get(feed) ?? {})]),
    )
  }

  close(): void {
    this.#window.close()
  }

  #lengths(): Lengths {
    return { bus_proxy: this.busProxy.read(), proxy_kernel: this.proxyKernel.read() }
  }

  #ofFeeds(): Lengths {
    const all = [...this.heard.hops()].flatMap(([feed, hops]) =>
      Object.entries(hops).map(([hop, counted]) => [`${feed} ${hop}`, counted] as const),
    )
    return Object.fromEntries(all)
  }
}

/** No name of a feed holds a space. */
const named = (feed: string, lengths: Lengths): Lengths =>
  Object.fromEntries(
    Object.entries(lengths).flatMap(([name, counted]) =>
      name.startsWith(`${feed} `) ? [[name.slice(feed.length + 1), counted]] : [],
    ),
  )
