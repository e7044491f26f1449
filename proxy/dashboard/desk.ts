import { effect, signal } from '@preact/signals'
import { pageClock } from './clock.ts'
import { isIndex } from './depth/ladder.ts'
import { levels } from './depth/levels.ts'
import { Disagreements } from './disagreements.ts'
import { Facts } from './facts.ts'
import type { FeedView } from './feedview.ts'
import { dayNumber } from './ist.ts'
import { Journal } from './journal.ts'
import { Offset } from './lag/offset.ts'
import type { LatencyView } from './lag/view.ts'
import type { MarketView } from './market.ts'
import { backNews, Missed } from './missed.ts'
import { type Name, partsOf } from './names.ts'
import { Polling } from './polling.ts'
import { Prices } from './prices.ts'
import type { Message } from './protocol.ts'
import { Sessions } from './session.ts'
import { pollSnapshots } from './snapshots.ts'
import { Stream } from './stream.ts'
import { isShown } from './visibility.ts'
import { Wants } from './wants.ts'

/** Everything the page has one of, wired together. Panels import it; it imports no panel. */
export const clock = pageClock
export const sessions = new Sessions(clock)
export const prices = new Prices(clock)
export const journal = new Journal(clock)
/** What the book and the chart show. */
export const selected = signal<Name | undefined>(undefined)

/** Milliseconds since 1970, once a second while somebody can see the page: for ages and countdowns. */
export const now = signal(clock.now())

/** How far the server's clock is ahead; ages of what the server or an exchange has stamped go by its clock. */
export const offset = new Offset()
export const serverNow = (): number => clock.now() + (offset.best?.offsetMs ?? 0)
/** The same as `now`, by the server's clock. */
export const serverTime = signal(serverNow())

const parts = { clock, sessions, isShown }
export const feedFacts = new Facts<{ readonly feeds: readonly FeedView[] }>(parts, '/api/v1/feeds')
export const marketFacts = new Facts<MarketView>(parts, '/api/v1/calendar')
export const statusFacts = new Facts<{ readonly proxy: { readonly startedAt: number } }>(parts, '/api/v1/status')
export const latencyFacts = new Facts<LatencyView>(parts, '/api/v1/latency')

/** Instruments whose feeds differ. */
export const disagreements = new Disagreements()

const missed = new Missed()
/** What is late after a return is counted until then. */
const HEARD_MS = 3000

type Listener = (message: Message, text: string) => void
type WireListener = (direction: 'in' | 'out', text: string) => void

const listeners = new Set<Listener>()
const wireListeners = new Set<WireListener>()

const leavers = new Set<() => void>()

/** Hears that whoever was signed in no longer is: what was his is not shown to the next. */
export function onLeave(listener: () => void): void {
  leavers.add(listener)
}

/** Hears every message of the stream; returns how to stop. */
export function onMessage(listener: Listener): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** Hears everything both ways as it is on the wire, tickets excepted; returns how to stop. */
export function onWire(listener: WireListener): () => void {
  wireListeners.add(listener)
  return () => wireListeners.delete(listener)
}

export const stream: Stream = new Stream(clock, sessions, {
  onMessage(message, text) {
    if (message.type === 'market_data') prices.take(message)
    else if (message.type === 'state') prices.stand(message)
    else if (message.type === 'source') prices.moved(message)
    else if (message.type === 'subscribe') for (const [name, why] of wants.answered(message)) prices.refuse(name, why)
    else if (message.type === undefined && message.status === 'error')
      for (const name of wants.refused()) prices.refuse(name, message.message)
    else if (message.type === 'disagreement') disagreements.take(message)
    for (const listener of listeners) listener(message, text)
  },
  onOpen(afterMs) {
    wants.connected()
    prices.back()
    if (afterMs === undefined) journal.add({ level: 'good', what: 'link', text: 'connected' })
    else clock.after(HEARD_MS, () => journal.add(backNews(afterMs, missed.count, missed.unheard(wants.names()))))
  },
  onLost(why) {
    missed.lost()
    disagreements.clear()
    wants.disconnected()
    prices.lost()
    journal.add({ level: 'bad', what: 'link', text: `connection lost: ${why}` })
  },
  onWire(direction, text) {
    for (const listener of wireListeners) listener(direction, text)
  },
})

export const wants: Wants = new Wants(
  clock,
  message => stream.send(message),
  (name, mode) => prices.letGo(name, mode === 'Depth' ? 3 : mode === 'Quote' ? 2 : 1),
)

export const polling = new Polling({
  clock,
  link: stream.link,
  blocked: stream.blocked,
  isShown,
  names: () => wants.names(),
  take: names => {
    const name = selected.peek()
    const hasBook = name !== undefined && !isIndex(partsOf(name).exchange)
    return pollSnapshots(sessions, prices, names, hasBook ? { name, depth: levels.peek() } : undefined)
  },
})

/** Signs in by what there is, and keeps the stream open as long as somebody is signed in. */
export async function open(): Promise<void> {
  prices.listen((price, frame) => missed.take(price.name, frame))
  effect(() => {
    if (!isShown.value) return undefined
    let day = dayNumber(serverNow())
    const tell = () => {
      now.value = clock.now()
      serverTime.value = serverNow()
      // A time without its day is one of today.
      if (dayNumber(serverTime.value) !== day) prices.touchAll()
      day = dayNumber(serverTime.value)
    }
    tell()
    return clock.every(1000, tell)
  })
  await sessions.begin()
  sessions.current.subscribe(session => {
    stream.stop()
    prices.clear()
    disagreements.clear()
    journal.clear()
    for (const leave of leavers) leave()
    if (session) stream.start()
  })
}
