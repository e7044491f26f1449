import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Update } from '../../../adapters/contract.ts'
import { withinBounds } from '../../../adapters/runtime/bounds.ts'
import { source } from '../../../adapters/simulator/source.ts'
import { UNIVERSE } from '../../../adapters/simulator/universe.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { untimed, updates } from './series.ts'

/** A source under a clock moved by hand; its opening batch is taken already. */
async function started(rate: number, seed = 1) {
  const clock = new ManualClock()
  const abort = new AbortController()
  const iterator = source({ seed, rate }, clock, abort.signal)
  const opening = (await iterator.next()).value ?? []
  /** The next batch, `ms` later. */
  const later = async (ms: number): Promise<readonly Update[]> => {
    const next = iterator.next()
    clock.advance(ms)
    return (await next).value ?? []
  }
  return { clock, abort, iterator, opening, later }
}

describe('the rate', () => {
  test('begins with the opening value of every instrument', async () => {
    const { opening } = await started(1)
    expect(opening).toHaveLength(UNIVERSE.length)
  })

  test('of 1 tick per second is one tick after a second and not before', async () => {
    const { clock, iterator } = await started(1)
    let batch: readonly Update[] | undefined
    const next = iterator.next().then(result => {
      batch = result.value ?? []
    })
    clock.advance(999)
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    expect(batch).toBeUndefined()
    clock.advance(1)
    await next
    expect(batch).toHaveLength(1)
  })

  test.each([
    [1, 1000, 60],
    [7, 1000, 60],
    [250, 4, 2500],
    [250, 20, 500],
    [3000, 1, 2000],
    [100_000, 1, 1000],
  ])('of %i per second is kept when the timer comes every %i ms', async (rate, every, times) => {
    const { later } = await started(rate)
    let ticks = 0
    for (let nth = 0; nth < times; nth++) ticks += (await later(every)).length
    expect(Math.abs(ticks - (rate * every * times) / 1000)).toBeLessThanOrEqual(1)
  })

  test('is not slowed by timers that come late', async () => {
    const { later } = await started(1000)
    let ticks = 0
    for (let nth = 0; nth < 100; nth++) ticks += (await later(nth % 2 ? 3 : 11)).length
    expect(ticks).toBe(700)
  })
})

describe('after a stall', () => {
  test('goes on with a second of ticks at most, and none left out', async () => {
    const { later, opening } = await started(500)
    const before = await later(2)
    const burst = await later(3_600_000)
    const paced = await later(100)
    expect([before.length, burst.length, paced.length]).toEqual([1, 500, 50])
    const all = [...opening, ...before, ...burst, ...paced]
    expect(all.map(update => untimed(update.tick))).toEqual(updates(1, 551).map(update => untimed(update.tick)))
  })

  test('catches up in batches that leave room for timers', async () => {
    const { later } = await started(100_000)
    let ticks = (await later(60_000)).length
    expect(ticks).toBeLessThanOrEqual(2000)
    for (let nth = 0; nth < 100; nth++) {
      const batch = await later(1)
      expect(batch.length).toBeLessThanOrEqual(2000)
      ticks += batch.length
    }
    expect(ticks).toBe(100_000 + 100 * 100)
  })

  test('owes no more than a second to a reader slower than the rate', async () => {
    const { later } = await started(1000)
    for (let nth = 0; nth < 20; nth++) expect((await later(900)).length).toBe(900)
    expect((await later(5000)).length).toBe(1000)
    expect((await later(10)).length).toBe(10)
  })
})

test('ticks do not depend on when they are sent', async () => {
  const pauses = fc.array(fc.integer({ min: 4, max: 3000 }), { minLength: 1, maxLength: 20 })
  await fc.assert(
    fc.asyncProperty(pauses, fc.integer({ min: 0, max: 1000 }), async (waits, seed) => {
      const { later, opening } = await started(250, seed)
      const all = [...opening]
      for (const ms of waits) all.push(...(await later(ms)))
      const expected = updates(seed, all.length - opening.length)
      expect(all.map(update => untimed(update.tick))).toEqual(expected.map(update => untimed(update.tick)))
    }),
    { numRuns: 10 },
  )
})

test('prices go on when the wall clock is set back, may be published, and their times wait', async () => {
  const { clock, opening, later } = await started(1)
  const set = clock.now() - 3_600_000
  clock.now = () => set
  clock.micros = () => set * 1000
  const [update] = await later(1000)
  expect(update?.tick.timestamp).toBe(opening[0]?.tick.timestamp)
  expect(update?.receivedAt).toBe(opening[0]?.receivedAt)
  expect(update).toSatisfy(withinBounds)
})

test('stamps are those of the clock', async () => {
  const { clock, later } = await started(250)
  const [update] = await later(123)
  expect(update?.tick.timestamp).toBe(clock.now())
  expect(update?.receivedAt).toBe(clock.micros())
})

describe('abort', () => {
  test('ends a source that waits, without the clock moving', async () => {
    const { abort, iterator } = await started(1)
    const next = iterator.next()
    abort.abort()
    expect((await next).done).toBe(true)
  })

  test('ends a source between two batches', async () => {
    const { abort, iterator, later } = await started(250)
    await later(4)
    abort.abort()
    expect((await iterator.next()).done).toBe(true)
  })

  test('before the start gives nothing at all', async () => {
    const iterator = source({ seed: 1, rate: 1 }, new ManualClock(), AbortSignal.abort())
    expect((await iterator.next()).done).toBe(true)
  })
})
