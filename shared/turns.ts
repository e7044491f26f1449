import type { Clock } from './clock.ts'

/** Long work in small steps, each far shorter than a turn: it yields after every one. */
export type Work<Result> = Generator<void, Result>

/** How long the event loop may stand still for it, milliseconds. Live ticks wait behind it. */
const TURN_MS = 5

/** Does all of the work, and lets the event loop go on in between. */
export async function inTurns<Result>(clock: Clock, work: Work<Result>): Promise<Result> {
  for (;;) {
    const end = clock.monotonic() + TURN_MS
    do {
      const { done, value } = work.next()
      if (done) return value
    } while (clock.monotonic() < end)
    await new Promise<void>(resolve => clock.soon(resolve))
  }
}
