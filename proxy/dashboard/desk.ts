import { signal } from '@preact/signals'
import { pageClock } from './clock.ts'
import { Journal } from './journal.ts'
import type { Name } from './names.ts'
import { Prices } from './prices.ts'
import type { Message } from './protocol.ts'
import { Sessions } from './session.ts'
import { Stream } from './stream.ts'
import { Wants } from './wants.ts'

/** Everything the page has one of, wired together. Panels import it; it imports no panel. */
export const clock = pageClock
export const sessions = new Sessions(clock)
export const prices = new Prices(clock)
export const journal = new Journal(clock)
/** What the book and the chart show. */
export const selected = signal<Name | undefined>(undefined)

type Listener = (message: Message, text: string) => void
type WireListener = (direction: 'in' | 'out', text: string) => void

const listeners = new Set<Listener>()
const wireListeners = new Set<WireListener>()

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
    for (const listener of listeners) listener(message, text)
  },
  onOpen(afterMs) {
    wants.connected()
    prices.touchAll()
    journal.add({
      level: 'good',
      what: 'link',
      text: afterMs === undefined ? 'connected' : `back after ${Math.round(afterMs / 1000)} s`,
    })
  },
  onLost(why) {
    wants.disconnected()
    prices.touchAll()
    journal.add({ level: 'bad', what: 'link', text: `connection lost: ${why}` })
  },
  onWire(direction, text) {
    for (const listener of wireListeners) listener(direction, text)
  },
})

export const wants: Wants = new Wants(clock, message => stream.send(message))

/** Signs in by what there is, and keeps the stream open as long as somebody is signed in. */
export async function open(): Promise<void> {
  sessions.current.subscribe(session => (session ? stream.start() : stream.stop()))
  await sessions.begin()
}
