import { clock, onLeave, onMessage, prices, selected, serverNow, sessions, stream, wants } from '../desk.ts'
import { type Name, nameOf, partsOf } from '../names.ts'
import { pinned } from '../pins.ts'
import type { Fields } from '../protocol.ts'
import { CallError } from '../session.ts'
import { type Candle, merge } from './candles.ts'
import { Holes } from './holes.ts'
import { Minutes } from './minutes.ts'
import { Outages } from './outages.ts'
import { Shelf } from './shelf.ts'

/** Instruments whose candles are kept. */
const KEPT = 1000
/** The most that the server gives. */
const RECENT = 1000

interface Recalled {
  readonly data: Fields
  readonly receivedAt: number
  /** Of its publisher. */
  readonly epoch: number
}

const shelf = new Shelf(KEPT, name => name === selected.peek() || pinned.peek().includes(name))
const recents = new Map<Name, readonly Candle[]>()
/** Since the last connection was lost. */
const recalled = new Set<Name>()
let isLost = false
const holes = new Holes()
export const outages = new Outages()

// From the first tick of the page on, whatever is selected later.
prices.listen((price, frame) => {
  const { name } = price
  const { data, snapshot, stale } = frame
  if (data.ltp === undefined) return
  const isPolled = price.via === 'snapshot'
  let its = shelf.find(name)
  // What is only asked for now and then makes no candles worth keeping.
  if (!its && isPolled && name !== selected.peek()) return
  its ??= shelf.open(name)
  const at = timeOf(data) ?? serverNow()
  const isRepeated = snapshot === true || isPolled
  if (isRepeated && !stale && at <= its.lastAt) holes.repeated(name)
  const isHoled = holes.take(name, at, { lastAt: its.lastAt, exchange: frame.exchange })
  // A last value that is newer than the last tick says that there were others.
  const isContinuous = !isHoled && !(isRepeated && at > its.lastAt)
  its.add({ at, price: data.ltp, volume: data.volume, isContinuous, source: frame.broker })
})

onMessage(message => {
  if (message.type === 'state') {
    outages.stand(message)
    holes.stand(outages.namesOf(message), message.state, message.since)
  } else if (message.type === 'gap') holes.note([nameOf(message)], serverNow())
  else if (message.type === 'source') {
    outages.moved(message)
    holes.note([nameOf(message)], serverNow())
  } else if (message.type === 'unsubscribe') {
    const held = new Set(wants.names())
    // Nobody looks any more: its next tick may be of hours later.
    const gone = message.successful.map(nameOf).filter(name => !held.has(name))
    holes.note(gone, Number.POSITIVE_INFINITY)
  } else if (message.type === 'subscribe') {
    const names = message.subscriptions.filter(({ status }) => status === 'success').map(nameOf)
    holes.stand(names, 'accepted', serverNow())
  }
})

onLeave(() => {
  for (const its of [shelf, recents, recalled, holes, outages]) its.clear()
})

stream.link.subscribe(link => {
  if (link.phase === 'open') {
    outages.back(serverNow())
    holes.back(serverNow())
    const name = selected.peek()
    // The server may have seen what the page missed.
    if (isLost) recalled.clear()
    isLost = false
    if (name !== undefined) void recall(name).then(() => prices.touch(name))
  } else if (link.phase === 'waiting' && link.lostAt !== undefined) {
    // By the clock that all else goes by.
    outages.lost(serverNow() - (clock.now() - link.lostAt), `the page was cut off: ${link.why}`)
    holes.lost(shelf.names())
    isLost = true
  }
})

/** Candles of a minute each, of what the page saw and of what the server still had. */
export function candlesOf(name: Name): readonly Candle[] {
  const seen = shelf.find(name)?.candles() ?? []
  const recent = recents.get(name)
  return recent ? merge(recent, seen) : seen
}

/** Asks the server for the ticks it still has, once for each instrument and connection. */
export async function recall(name: Name): Promise<void> {
  if (recalled.has(name)) return
  recalled.add(name)
  const session = sessions.current.peek()
  const { exchange, symbol } = partsOf(name)
  try {
    const path = `/api/v1/ticks/${encodeURIComponent(exchange)}/${encodeURIComponent(symbol)}`
    const { ticks } = await sessions.call<{ ticks: readonly Recalled[] }>(`${path}?mode=quote&limit=${RECENT}`)
    // What was asked for one person is not shown to the next.
    if (sessions.current.peek() !== session) return
    const its = new Minutes(exchange)
    let last: number | undefined
    for (const { data, receivedAt, epoch } of ticks) {
      if (data.ltp === undefined) continue
      // Of another publisher: nobody knows what was between the two.
      const isContinuous = last === undefined || epoch === last
      last = epoch
      const at = timeOf(data) ?? receivedAt
      its.add({ at, price: data.ltp, volume: data.volume, isContinuous, source: String(epoch) })
    }
    recents.set(name, merge(recents.get(name) ?? [], its.candles()))
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    // A server that keeps none, or does not answer: the chart begins with what comes. It may be asked again later.
    if (error.status !== 404) recalled.delete(name)
  }
}

/** A price that is told again without a trade makes no candle of its own. */
const timeOf = ({ ltt, timestamp }: Fields): number | undefined => ltt ?? timestamp
