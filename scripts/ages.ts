import { z } from 'zod'
import { type Distribution, distributionOf } from './distribution.ts'
import type { Message } from './link.ts'

const ms = z.number()

const frame = z.looseObject({
  type: z.literal('market_data'),
  symbol: z.string(),
  exchange: z.string(),
  /** A last value, published before it was asked for: its age says nothing of the way. */
  snapshot: z.boolean().default(false),
  data: z.looseObject({ timestamp: ms }),
  /** Of a proxy that gives them. */
  stamps: z.looseObject({ adapter: ms.optional(), published: ms.optional(), proxy: ms.optional() }).optional(),
})

/** A part of the way of a tick. */
export interface HopAges extends Distribution {
  readonly hop: Hop
  /** Ticks that were there before they left: two clocks disagree by more than the way takes. */
  readonly negative: number
}

const HOPS = ['exchange→client', 'exchange→adapter', 'adapter→bus', 'bus→proxy', 'proxy→client'] as const
export type Hop = (typeof HOPS)[number]

/** The ages of ticks as they arrive, by the stamps they carry. */
export class Ages {
  readonly #ages = new Map<Hop, number[]>(HOPS.map(hop => [hop, []]))
  readonly #symbols = new Set<string>()
  ticks = 0
  repeated = 0

  get symbols(): number {
    return this.#symbols.size
  }

  /** `at`: when it was here, milliseconds since 1970. */
  take(message: Message, at: number): void {
    const read = frame.safeParse(message)
    if (!read.success) return
    const { snapshot, exchange, symbol, data, stamps: { adapter, published, proxy } = {} } = read.data
    if (snapshot) {
      this.repeated++
      return
    }
    this.ticks++
    this.#symbols.add(`${exchange}:${symbol}`)
    this.#add('exchange→client', data.timestamp, at)
    this.#add('exchange→adapter', data.timestamp, adapter)
    this.#add('adapter→bus', adapter, published)
    this.#add('bus→proxy', published, proxy)
    this.#add('proxy→client', proxy, at)
  }

  /** Those that were measured, in the order of the way. */
  hops(): HopAges[] {
    return HOPS.flatMap(hop => {
      const ages = this.#ages.get(hop) ?? []
      const spread = distributionOf(ages)
      return spread ? [{ hop, ...spread, negative: ages.filter(age => age < 0).length }] : []
    })
  }

  #add(hop: Hop, from: number | undefined, to: number | undefined): void {
    if (from !== undefined && to !== undefined) this.#ages.get(hop)?.push(to - from)
  }
}
