import { z } from 'zod'
import type { Message } from './link.ts'

const number = z.number()

const frame = z.looseObject({
  type: z.literal('market_data'),
  symbol: z.string(),
  exchange: z.string(),
  mode: number,
  broker: z.string().optional(),
  seq: number.optional(),
  snapshot: z.boolean().default(false),
  data: z.looseObject({ ltp: number.optional(), timestamp: number }),
  stamps: z
    .looseObject({ adapter: number.optional(), published: number.optional(), proxy: number.optional() })
    .optional(),
})

/** Where a tick was when: milliseconds since 1970, absent where nobody tells. */
interface Passed {
  readonly exchange: number
  readonly adapter?: number | undefined
  readonly published?: number | undefined
  readonly proxy?: number | undefined
  readonly client: number
}

/** One tick on its way here; of each stretch, how long it took. */
export interface Traced {
  readonly exchange: string
  readonly symbol: string
  readonly mode: number
  readonly broker?: string | undefined
  readonly seq?: number | undefined
  readonly ltp?: number | undefined
  /** A last value, published before it was asked for: what it took says nothing. */
  readonly isRepeated: boolean
  readonly at: Passed
  readonly ms: {
    readonly exchangeAdapter?: number | undefined
    readonly adapterBus?: number | undefined
    readonly busProxy?: number | undefined
    readonly proxyClient?: number | undefined
    readonly all?: number | undefined
  }
}

/** `client`: when it was here. `undefined` for what is no price. Pure. */
export function trace(message: Message, client: number): Traced | undefined {
  const read = frame.safeParse(message)
  if (!read.success) return undefined
  const { symbol, exchange, mode, broker, seq, snapshot, data, stamps = {} } = read.data
  const { adapter, published, proxy } = stamps
  const from = data.timestamp
  const ms = snapshot
    ? {}
    : {
        exchangeAdapter: between(from, adapter),
        adapterBus: between(adapter, published),
        busProxy: between(published, proxy),
        proxyClient: between(proxy, client),
        all: between(from, client),
      }
  const at = { exchange: from, adapter, published, proxy, client: thousandths(client) }
  return { exchange, symbol, mode, broker, seq, ltp: data.ltp, isRepeated: snapshot, at, ms }
}

const between = (from: number | undefined, to: number | undefined): number | undefined =>
  from === undefined || to === undefined ? undefined : thousandths(to - from)

const thousandths = (ms: number): number => Math.round(ms * 1000) / 1000
