import { vi } from 'vitest'

/** Longer than a busy machine stands still. What Vitest gives by itself, a second, is not. */
const PATIENCE_MS = 15_000

/** Awaits that an assertion holds, and gives what it returns; fails with its last failure. */
export const holds = <T>(assertion: () => T | Promise<T>, timeout = PATIENCE_MS): Promise<T> =>
  vi.waitFor(assertion, { timeout, interval: 10 })
