import { performance } from 'node:perf_hooks'
import { expect, onTestFinished, test, vi } from 'vitest'
import { ManualClock, pause, systemClock } from '../../shared/clock.ts'

test('a manual clock stands still until it is moved', () => {
  const clock = new ManualClock(1000)
  expect([clock.now(), clock.monotonic(), clock.micros()]).toEqual([1000, 1000, 1_000_000])
  clock.advance(5)
  expect([clock.now(), clock.monotonic(), clock.micros()]).toEqual([1005, 1005, 1_005_000])
})

test('a wall clock that is set leaves durations and timers alone', () => {
  const clock = new ManualClock(1000)
  const at: number[] = []
  clock.after(10, () => at.push(clock.monotonic()))
  clock.step(7_200_000)
  clock.advance(5)
  clock.step(-10_800_000)
  clock.advance(5)
  expect(at).toEqual([1010])
  expect([clock.now(), clock.monotonic(), clock.micros()]).toEqual([-3_598_990, 1010, -3_598_990_000])
})

test('what falls due runs in the order of time, at its own time', () => {
  const clock = new ManualClock(0)
  const ran: string[] = []
  clock.after(20, () => ran.push(`late ${clock.now()}`))
  clock.after(10, () => ran.push(`early ${clock.now()}`))
  clock.soon(() => ran.push(`soon ${clock.now()}`))
  clock.advance(15)
  expect(ran).toEqual(['soon 0', 'early 10'])
  clock.advance(5)
  expect(ran).toEqual(['soon 0', 'early 10', 'late 20'])
})

test('a repetition repeats until it is cancelled, even by itself', () => {
  const clock = new ManualClock(0)
  const at: number[] = []
  const cancel = clock.every(10, () => {
    at.push(clock.now())
    if (at.length === 3) cancel()
  })
  clock.advance(1000)
  expect(at).toEqual([10, 20, 30])
})

test('what is cancelled does not run, and what is set while time moves does', () => {
  const clock = new ManualClock(0)
  const ran: string[] = []
  clock.after(5, () => ran.push('cancelled'))()
  clock.after(5, () => clock.after(5, () => ran.push('second')))
  clock.advance(10)
  expect(ran).toEqual(['second'])
})

test('a pause ends at its time', async () => {
  const clock = new ManualClock()
  let over = false
  const waiting = pause(clock, 100).then(() => (over = true))
  clock.advance(99)
  await Promise.resolve()
  expect(over).toBe(false)
  clock.advance(1)
  await waiting
  expect(over).toBe(true)
})

test('a pause ends when it is aborted, before or during it', async () => {
  const clock = new ManualClock()
  await pause(clock, 100, AbortSignal.abort())
  const controller = new AbortController()
  const waiting = pause(clock, 100, controller.signal)
  controller.abort()
  await waiting
})

test('the system clock agrees with itself: microseconds are never before the wall clock, and two milliseconds ahead at most', () => {
  const end = systemClock.monotonic() + 30
  while (systemClock.monotonic() < end) {
    const before = systemClock.now()
    const micros = systemClock.micros()
    expect(Number.isInteger(micros)).toBe(true)
    expect(micros).toBeGreaterThanOrEqual(before * 1000)
    expect(micros).toBeLessThanOrEqual((systemClock.now() + 3) * 1000)
  }
})

test('microseconds do not go back because the process was interrupted between two looks at the clocks', () => {
  const wall = vi.spyOn(Date, 'now').mockReturnValue(1_795_220_416_000)
  const monotonic = vi.spyOn(performance, 'now').mockReturnValue(5000)
  onTestFinished(() => void vi.restoreAllMocks())
  systemClock.micros()
  monotonic.mockReturnValue(5000.9)
  expect(systemClock.micros()).toBe(1_795_220_416_000_900)
  wall.mockReturnValue(1_795_220_416_003)
  monotonic.mockReturnValue(5003.95)
  // The first look at the wall clock was before the interruption.
  wall.mockReturnValueOnce(1_795_220_416_000)
  expect(systemClock.micros()).toBe(1_795_220_416_003_950)
})

test('microseconds are not late in a process that looks for the first time', async () => {
  const elapsed = 5000.7
  const at = performance.timeOrigin + elapsed
  vi.spyOn(performance, 'now').mockReturnValue(elapsed)
  vi.spyOn(Date, 'now').mockReturnValue(Math.floor(at))
  onTestFinished(() => void vi.restoreAllMocks())
  vi.resetModules()
  const fresh = await import('../../shared/clock.ts')
  // Wall clock and fraction together have a quarter of a microsecond of their own.
  expect(Math.abs(fresh.systemClock.micros() - at * 1000)).toBeLessThan(1)
})

test('microseconds follow a wall clock that was set, forward and back', () => {
  const wall = vi.spyOn(Date, 'now').mockReturnValue(1_795_220_416_000)
  vi.spyOn(performance, 'now').mockReturnValue(1000)
  onTestFinished(() => void vi.restoreAllMocks())
  for (const ms of [1_795_220_416_000, 1_795_227_616_000, 1_795_220_416_500]) {
    wall.mockReturnValue(ms)
    expect(systemClock.micros()).toBe(ms * 1000)
  }
})

test('the system clock runs what it is given, and not what was cancelled', async () => {
  const ran: string[] = []
  systemClock.after(0, () => ran.push('cancelled'))()
  systemClock.soon(() => ran.push('cancelled'))()
  systemClock.soon(() => ran.push('soon'))
  await new Promise<void>(resolve => {
    const cancel = systemClock.every(1, () => {
      ran.push('every')
      cancel()
      systemClock.after(1, resolve)
    })
  })
  expect(ran).toEqual(['soon', 'every'])
})
