import { effect } from '@preact/signals'
import { clock, offset, onMessage, prices, serverNow, stream } from '../desk.ts'
import { keepPulse } from '../pulse.ts'
import { isShown } from '../visibility.ts'
import { Hops } from './hops.ts'
import { Minute } from './minute.ts'

export const hops = new Hops()
/** By how much later than planned the page came to its timers: what else it does stands in the way of prices. */
export const heldUp = new Minute()
export const openedAt = clock.now()

const LOOK_MS = 250
/** A clock that goes on by so much more than the other was set. */
const SET_MS = 1000

/** Measures from the first moment on, while somebody can see the page. */
export function keepLag(): void {
  prices.listen(({ via }, frame) => {
    // What was asked for says how often that was, not how long it took.
    if (via !== 'stream' || !isShown.peek()) return
    hops.take(frame, serverNow(), clock.monotonic())
  })
  onMessage(message => {
    if (message.type === 'pong' && message.client_timestamp !== undefined)
      offset.take(message.client_timestamp, message.server_timestamp, clock.now())
  })
  effect(() => {
    if (stream.link.value.phase !== 'open' || !isShown.value) return undefined
    return keepPulse({ clock, stream })
  })
  effect(() => {
    if (!isShown.value) return undefined
    let due = clock.monotonic() + LOOK_MS
    let apart = clock.now() - clock.monotonic()
    return clock.every(LOOK_MS, () => {
      const at = clock.monotonic()
      if (Math.abs(clock.now() - at - apart) > SET_MS) offset.forget()
      apart = clock.now() - at
      heldUp.add(Math.max(0, at - due), at)
      due = at + LOOK_MS
    })
  })
}
