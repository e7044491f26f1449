import type { Cancel, PageClock } from './clock.ts'
import type { Stream } from './stream.ts'

/** The first ones close together: they also measure how far the clocks are apart. */
const FIRST_PINGS_MS = [0, 300, 600, 1200] as const
const PING_MS = 10_000
const ANSWER_MS = 10_000
/** For who comes back: until then prices of long ago look like those of now. */
const FIRST_ANSWER_MS = 5000
/** A timer that comes later than this was held up: by a machine that slept, or a page that stood still. */
const LATE_MS = 2000

interface Parts {
  readonly clock: Pick<PageClock, 'now' | 'after' | 'every'>
  readonly stream: Pick<Stream, 'send' | 'drop' | 'heard'>
}

/**
 * Pings until the returned function is called, and drops a connection on which nothing comes any more, not even the
 * answer. Begun anew when somebody looks again: what happened while nobody could is not judged.
 */
export function keepPulse({ clock, stream }: Parts): Cancel {
  const cancels = new Set<Cancel>()
  const after = (ms: number, run: () => void) => {
    const cancel = clock.after(ms, () => {
      cancels.delete(cancel)
      run()
    })
    cancels.add(cancel)
  }
  const ping = (limitMs = ANSWER_MS) => {
    const { heard } = stream
    const askedAt = clock.now()
    stream.send({ action: 'ping', timestamp: askedAt })
    after(limitMs, () => {
      if (stream.heard !== heard) return
      if (clock.now() - askedAt > limitMs + LATE_MS) ping(FIRST_ANSWER_MS)
      else stream.drop(`no answer for ${limitMs / 1000} s`)
    })
  }
  for (const ms of FIRST_PINGS_MS) after(ms, () => ping(FIRST_ANSWER_MS))
  cancels.add(clock.every(PING_MS, () => ping()))
  return () => {
    for (const cancel of cancels) cancel()
    cancels.clear()
  }
}
