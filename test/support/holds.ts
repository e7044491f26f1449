import { pause, systemClock } from '../../shared/clock.ts'

/** Longer than a busy machine stands still. What Vitest gives by itself, a second, is not. */
const PATIENCE_MS = 15_000
const INTERVAL_MS = 10

/** Awaits that an assertion holds, and gives what it returns; fails with its last failure. Works outside of Vitest, too. */
export async function holds<T>(
  assertion: () => T | Promise<T>,
  timeout = PATIENCE_MS,
  interval = INTERVAL_MS,
): Promise<T> {
  const end = systemClock.monotonic() + timeout
  for (;;) {
    try {
      return await assertion()
    } catch (error) {
      if (systemClock.monotonic() > end) throw error
    }
    await pause(systemClock, interval)
  }
}
