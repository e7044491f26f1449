import { describe, expect, it } from 'vitest'
import type { Update } from '../../../adapters/contract.ts'
import { type ManualClock, pause } from '../../../shared/clock.ts'
import type { FeedState } from '../../../shared/control.ts'
import { TickwireError } from '../../../shared/errors.ts'
import { open, update } from './feedrig.ts'
import { LoginNeeded, ltps, pass, topicOf } from './rig.ts'

describe('a feed whose process stood still', () => {
  it('starts its source again at once when it had worked for 10 s, and gives nobody what it knew before', async () => {
    let starts = 0
    const { bus, clock, feed, states } = open(async function* (clock, signal) {
      starts++
      yield [update(clock, 100 * starts)]
      await pause(clock, 60_000, signal)
    })
    void feed.start()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    await pass(clock, 5500, 100)
    bus.want('P1', 1, [topicOf('RELIANCE')])
    await pass(clock, 5500, 100)
    bus.want('P1', 1, [topicOf('RELIANCE')])
    clock.freeze(3000)
    // The wish is read before any timer of the thawed process has run.
    bus.want('P2', 1, [topicOf('RELIANCE')])
    await pass(clock, 5)
    expect(ltps(bus.lane('P2'))).toEqual([200])
    expect(ltps(bus.lane('P1'))).toEqual([100, 200])
    expect(states()).toEqual(['starting', 'live', 'down', 'starting', 'live'])
    expect(bus.statuses().map(({ reason }) => reason)).toContain('its process stood still for 3 s')
    await feed.close()
  })

  it('waits longer each time before it starts a source that makes the process stand still soon after its first batch', async () => {
    const startedAt: number[] = []
    const { bus, clock, feed, states } = open(async function* (clock, signal) {
      startedAt.push(clock.monotonic())
      yield [update(clock)]
      if (startedAt.length < 4) (clock as ManualClock).freeze(3000)
      await pause(clock, 600_000, signal)
    })
    const beganAt = clock.monotonic()
    void feed.start()
    await pass(clock, 1000, 10)
    expect(bus.statuses().at(-1)).toMatchObject({
      state: 'down',
      reason: 'its process stood still for 3 s (2 times in a row)',
    })
    await pass(clock, 20_000, 10)
    const pauses = startedAt.map((at, nth) => at - (startedAt[nth - 1] ?? beganAt - 3000) - 3000)
    expect(pauses.map(ms => Math.round(ms / 100) * 100)).toEqual([0, 500, 1000, 2000])
    // Down until it works again; the count begins anew after a minute.
    expect(states()).toEqual(['starting', 'live', 'down', 'live', 'down', 'live', 'down', 'live'])
    await pass(clock, 60_000, 100)
    clock.freeze(3000)
    await pass(clock, 300, 10)
    expect(startedAt).toHaveLength(5)
    expect(bus.statuses().map(({ reason }) => reason)).toContain('its process stood still for 3 s')
    await feed.close()
  })

  it.each([
    ['at once', 0],
    ['after a while', 1000],
  ])('leaves alone a source that holds up its process while it starts, and gives its first batch %s', async (_, ms) => {
    let starts = 0
    const { clock, feed, states } = open(async function* (clock, signal) {
      starts++
      await pause(clock, 100, signal)
      const manual = clock as ManualClock
      manual.freeze(5000)
      if (ms > 0) await pause(clock, ms, signal)
      yield [update(clock)]
      await pause(clock, 600_000, signal)
    })
    void feed.start()
    await pass(clock, 10_000, 10)
    expect(states()).toEqual(['starting', 'live'])
    expect(starts).toBe(1)
    await feed.close()
  })

  it('never says that it is live before it has looked', async () => {
    const { bus, clock, feed, pulse } = open(async function* (clock, signal) {
      yield [update(clock)]
      await pause(clock, 60_000, signal)
    })
    // The heartbeat runs before the pulse, as it may.
    pulse.close()
    void feed.start()
    await pass(clock, 1200, 100)
    const before = bus.statuses().length
    clock.freeze(3000)
    await pass(clock, 5)
    expect(bus.statuses()[before]).toMatchObject({ state: 'down', reason: expect.stringMatching(/stood still/) })
    await feed.close()
  })

  it('says that its machine slept or its clock was set when only the wall clock went on, and starts its source again', async () => {
    let starts = 0
    const { bus, clock, feed } = open(async function* (clock, signal) {
      starts++
      yield [update(clock)]
      await pause(clock, 60_000, signal)
    })
    void feed.start()
    await pass(clock, 11_000, 100)
    const wall = clock.now
    clock.now = () => wall() + 3_600_000
    await pass(clock, 1000, 100)
    expect(starts).toBe(2)
    const reasons = bus.statuses().flatMap(({ reason }) => reason ?? [])
    expect(reasons).toEqual([expect.stringMatching(/^its machine slept, or its clock was set, for 3600(\.\d)? s$/)])
    await feed.close()
  })

  it('is over when its source does not end when told to: no second run goes beside it', async () => {
    let starts = 0
    const { bus, clock, feed } = open(async function* (clock) {
      starts++
      yield [update(clock)]
      await pause(clock, 600_000)
    })
    const ended = feed.start().catch((error: unknown) => error)
    await pass(clock, 5)
    clock.freeze(3000)
    await pass(clock, 1500, 10)
    expect(await ended).toMatchObject({
      code: 'SOURCE_FAILED',
      message: 'The source of adapter testbroker does not end when told to: it had 1000 ms',
    })
    expect(bus.statuses().at(-1)).toMatchObject({
      state: 'down',
      reason: expect.stringMatching(
        /^SOURCE_FAILED: The source of adapter testbroker does not end .*its process ends$/,
      ),
    })
    await feed.close()
    expect(starts).toBe(1)
  })

  it('publishes nothing more of the batch it was in', async () => {
    let starts = 0
    const { clock, feed, pulse, publisher } = open(async function* () {
      starts++
      if (starts === 1) yield halfway() as unknown as readonly Update[]
    })
    function* halfway() {
      for (let nth = 0; nth < 100; nth++) {
        if (nth === 50) {
          clock.freeze(3000)
          pulse.look()
        }
        yield update(clock)
      }
    }
    void feed.start()
    await pass(clock, 700, 10)
    expect(starts).toBe(2)
    expect(publisher.counts().ticks).toBe(50)
    await feed.close()
  })

  it.each<[state: FeedState, reason: string, failure: () => Error | undefined]>([
    ['parked', 'CONFIG_INVALID: no such file', () => new TickwireError('CONFIG_INVALID', 'no such file')],
    ['auth_required', 'SOURCE_FAILED: the session is over', () => new LoginNeeded()],
    ['down', 'the source ended', () => undefined],
  ])('stays %s for its reason when its source will not run again', async (state, reason, failure) => {
    const { bus, clock, feed, lines, pulse } = open(async function* () {
      yield []
      const error = failure()
      if (error) throw error
    })
    const ended = feed.start()
    await pass(clock, 5)
    await ended
    clock.freeze(10_000)
    pulse.look()
    await pass(clock, 1000, 100)
    expect(bus.statuses().at(-1)).toMatchObject({ state, reason })
    expect(lines.filter(({ text }) => text.includes('stood still'))).toEqual([])
    await feed.close()
  })

  it('keeps its reason while it waits to start its source again', async () => {
    const { bus, clock, feed, pulse } = open(async function* () {
      yield []
      throw new Error('no network')
    })
    void feed.start()
    await pass(clock, 5)
    clock.freeze(3000)
    pulse.look()
    expect(bus.statuses().at(-1)).toMatchObject({ state: 'down', reason: 'SOURCE_FAILED: no network' })
    await feed.close()
  })
})
