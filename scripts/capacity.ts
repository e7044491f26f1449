import type { Adapter, Limits, SessionAdapter, Stream } from '../adapters/contract.ts'
import { isSession } from '../adapters/contract.ts'
import type { Exchange } from '../shared/market/exchange.ts'
import type { Instrument } from '../shared/market/instrument.ts'
import { isBookMode, levelsOf, TOPIC_MODES, type TopicMode } from '../shared/market/mode.ts'

/** What is to be carried. */
export interface Wish {
  readonly count: number
  readonly mode: 'LTP' | 'QUOTE' | 'DEPTH'
  /** Levels of the book; 5 unless told. */
  readonly depth?: number | undefined
  readonly exchange?: Exchange | undefined
}

/** A feed as far as it is known what it may carry. */
export interface Carrier {
  readonly name: string
  /** Absent of a program outside, and of an adapter that is not loaded. */
  readonly adapter?: Adapter | undefined
  /** As the adapter's schema gave them. */
  readonly settings?: unknown
  readonly modes: readonly TopicMode[]
  /** How many instruments it lists, where that is known. */
  readonly listed?: number | undefined
  /** What is used of the account now. */
  readonly now?: {
    readonly instruments?: Used | undefined
    readonly books?: Used | undefined
  }
}

interface Used {
  readonly used: number
  readonly limit: number
}

/** One kind of socket, with what it would need. */
interface Sockets {
  /** `prices`, or what the adapter calls it. */
  readonly kind: string
  /** In all, with what is carried now. */
  readonly needed: number
  readonly most: number
  /** Instruments in this mode that still fit. */
  readonly free: number
  /** In the broker's units. */
  readonly used: number
  readonly limit: number
  readonly leftAfter: number
  /** Of this mode alone, where the broker allows fewer of it. */
  readonly ofMode?: Used | undefined
}

export interface Verdict {
  readonly feed: string
  readonly can: boolean
  /** What is asked of the broker. */
  readonly mode?: TopicMode | undefined
  /** At most so many more; absent where nothing limits them. */
  readonly free?: number | undefined
  readonly sockets: readonly Sockets[]
  readonly why?: string | undefined
}

/** Whether this feed can carry it, with what, and what stays. Pure. */
export function verdictOf(carrier: Carrier, wish: Wish): Verdict {
  const { name: feed, adapter, listed } = carrier
  const no = (why: string, more: Partial<Verdict> = {}): Verdict => ({ feed, can: false, sockets: [], why, ...more })
  const mode = modeFor(carrier.modes, wish)
  if (mode === undefined) return no(whyNoMode(carrier.modes, wish))
  if (adapter && isSession(adapter)) {
    const where = isBookMode(mode) ? adapter.books?.[mode] : undefined
    if (where && wish.exchange && !where.includes(wish.exchange))
      return no(`has books of ${levelsOf(mode)} levels of ${where.join(', ')} only`, { mode })
    const exchange = wish.exchange ?? where?.[0] ?? 'NSE'
    const sockets = socketsOf(adapter, carrier, { mode, exchange, count: wish.count })
    const tight = sockets.reduce((least, one) => (one.free < least.free ? one : least))
    const free = Math.min(tight.free, listed ?? Number.POSITIVE_INFINITY)
    if (wish.count <= free) return { feed, can: true, mode, free, sockets }
    const why = free < tight.free ? `lists ${free} instruments` : whyFull(tight)
    return no(why, { mode, free, sockets })
  }
  if (listed !== undefined && wish.count > listed) return no(`lists ${listed} instruments`, { mode, free: listed })
  return { feed, can: true, mode, free: listed, sockets: [] }
}

function whyFull({ kind, free, used, limit, ofMode }: Sockets): string {
  const { used: had, limit: most } = ofMode ?? { used, limit }
  const what = ofMode ? 'in this mode' : `on its sockets for ${kind}`
  const already = had > 0 ? `, and ${had} are used` : ''
  return `the broker allows ${most} at a time ${what}${already}: ${free} more fit`
}

/** The shallowest that is deep enough. */
export function modeFor(modes: readonly TopicMode[], { mode, depth = 5 }: Wish): TopicMode | undefined {
  if (mode !== 'DEPTH') return modes.includes(mode) ? mode : undefined
  return TOPIC_MODES.find(one => modes.includes(one) && levelsOf(one) >= Math.max(depth, 5))
}

function whyNoMode(modes: readonly TopicMode[], { mode }: Wish): string {
  const levels = Math.max(0, ...modes.map(levelsOf))
  if (mode === 'DEPTH' && levels > 0) return `its books have ${levels} levels at most`
  return `offers no ${mode.toLowerCase()}`
}

interface Load {
  readonly mode: TopicMode
  readonly exchange: Exchange
  readonly count: number
}

/** Every kind of socket that has a part in it: a deep book may take one besides that of the price. */
function socketsOf(adapter: SessionAdapter, { settings, now }: Carrier, load: Load): Sockets[] {
  const main = {
    ...adapter,
    limits: adapter.limitsOf && settings !== undefined ? adapter.limitsOf(settings) : adapter.limits,
  }
  const sides = (adapter.siblings ?? []).flatMap(side => {
    const carried = carriedMode(side, load)
    return side.carries && carried ? [socketsFor(side.name, side.limits, carried, load.count, now?.books)] : []
  })
  const carried = carriedMode(main, load)
  // A cap on the mode of the main sockets is what the books of the status speak of, unless another kind has them.
  const books = sides.length === 0 ? (now?.books ?? { used: 0, limit: 0 }) : undefined
  return [
    ...(carried ? [socketsFor('prices', main.limits, carried, load.count, now?.instruments, books)] : []),
    ...sides,
  ]
}

function carriedMode(
  { carries }: Pick<Stream<never, never>, 'carries'>,
  { mode, exchange }: Load,
): TopicMode | undefined {
  const instrument: Instrument = { exchange, symbol: 'ANY', token: '0', brokerSymbol: 'ANY', name: 'ANY', kind: 'EQ' }
  return carries ? carries(instrument, mode) : mode
}

function socketsFor(
  kind: string,
  { connections, instrumentsPerConnection, weights, instrumentsPerMode }: Limits,
  mode: TopicMode,
  count: number,
  now: Used | undefined,
  books?: Used,
): Sockets {
  const weight = weights?.[mode] ?? 1
  // What the running feed says of its own account counts more.
  const each =
    now && now.limit > 0 && instrumentsPerMode?.[mode] === undefined
      ? now.limit / connections
      : instrumentsPerConnection
  const limit = each * connections
  const used = now?.used ?? 0
  const capOfMode = instrumentsPerMode?.[mode]
  const ofMode = capOfMode === undefined ? undefined : { used: (books ?? now)?.used ?? 0, limit: capOfMode }
  // An instrument of weight 2 does not lie across two connections.
  const room = Math.floor(each / weight) * connections - Math.ceil(used / weight)
  const free = Math.max(0, Math.min(room, ofMode ? ofMode.limit - ofMode.used : room))
  return {
    kind,
    needed: Math.min(connections, Math.ceil((used + count * weight) / (Math.floor(each / weight) * weight))),
    most: connections,
    free,
    used,
    limit,
    leftAfter: limit - used - count * weight,
    ofMode,
  }
}
