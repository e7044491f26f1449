import { expect, test } from 'vitest'
import { type Clock, ManualClock, systemClock } from '../../shared/clock.ts'
import { inTurns, type Work } from '../../shared/turns.ts'

/** Takes a millisecond of the clock for every step. */
function* count(clock: ManualClock, steps: number, seen: string[] = []): Work<string> {
  for (let step = 0; step < steps; step++) {
    clock.freeze(1)
    seen.push('step')
    yield
  }
  return 'done'
}

test('long work lets the event loop go on every few milliseconds, and gives its result', async () => {
  const seen: string[] = []
  const time = new ManualClock()
  const clock: Clock = { ...systemClock, monotonic: time.monotonic }
  systemClock.soon(() => seen.push('other'))
  expect(await inTurns(clock, count(time, 20, seen))).toBe('done')
  expect(seen.indexOf('other')).toBe(5)
  expect(seen).toHaveLength(21)
})

test('work that takes no time needs no turn', async () => {
  const clock = new ManualClock()
  expect(await inTurns(clock, count(new ManualClock(), 1000))).toBe('done')
})

test('what the work throws is what it rejects with', async () => {
  function* broken(): Work<void> {
    yield
    throw new Error('broken')
  }
  await expect(inTurns(systemClock, broken())).rejects.toThrow('broken')
})
