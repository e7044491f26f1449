import { type Clock, pause } from '../shared/clock.ts'
import type { Ending } from '../shared/process.ts'
import { shutdownNotice } from './notices.ts'

/** One client that has to go, as this goodbye sees it. */
export interface Guest {
  /** It asked to be told before the server goes. */
  readonly isToldOfEnds: boolean
  /** Bytes that wait for it. */
  readonly waitingBytes: number
  say(text: string): void
  /** Hands what waits to the kernel, as far as that takes it. */
  flush(): void
  /** Gives it nothing new any more. */
  hush(): void
  /** Ends its connection: with 1012, or without a word for one that knows the base protocol only. */
  dismiss(): void
}

interface Farewell {
  readonly guests: readonly Guest[]
  readonly why: Ending
  /** Over how long the ends are spread at most. */
  readonly drainMs: number
  readonly clock: Clock
  /** In [0, 1). */
  readonly random: () => number
}

/** What is told to those who come back by the word: ten thousand of them must not do so at once. */
const RETURN_SPREAD_MS = 10_000
/** A few clients go at once, a crowd over the whole time. */
const MS_PER_GUEST = 1
/** One that reads slowly gets so long to take what waits for it. */
const FLUSH_MS = 2000
const STEP_MS = 20

/**
 * Lets all go: says so to who asked for it, then ends one connection after the other, in random order, spread over a
 * time, each with everything that waits for it, or as much of it as it takes in two seconds.
 */
export async function sayFarewell({ guests, why, drainMs, clock, random }: Farewell): Promise<void> {
  for (const guest of guests) {
    if (!guest.isToldOfEnds) continue
    guest.say(shutdownNotice({ reason: why, reconnectAfterMs: Math.floor(random() * RETURN_SPREAD_MS) }))
  }
  const queue = shuffled(guests, random)
  const spreadMs = Math.min(drainMs, guests.length * MS_PER_GUEST)
  const from = clock.monotonic()
  /** Slow ones, with the end of their time. */
  let slow: { readonly guest: Guest; readonly until: number }[] = []
  for (let gone = 0; ; await pause(clock, STEP_MS)) {
    const now = clock.monotonic()
    const due =
      spreadMs === 0 ? queue.length : Math.min(Math.ceil((queue.length * (now - from)) / spreadMs), queue.length)
    for (const guest of queue.slice(gone, due)) {
      guest.flush()
      if (guest.waitingBytes === 0) guest.dismiss()
      else {
        guest.hush()
        slow.push({ guest, until: now + FLUSH_MS })
      }
    }
    gone = Math.max(gone, due)
    slow = slow.filter(({ guest, until }) => {
      const stays = guest.waitingBytes > 0 && now < until
      if (!stays) guest.dismiss()
      return stays
    })
    if (gone === queue.length && slow.length === 0) return
  }
}

/** All orders are as likely (Fisher and Yates). */
function shuffled<T>(values: readonly T[], random: () => number): T[] {
  const mixed = [...values]
  for (let at = mixed.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1))
    ;[mixed[at], mixed[other]] = [mixed[other] as T, mixed[at] as T]
  }
  return mixed
}
