import { describe, expect, it } from 'vitest'
import { pause, systemClock } from '../../../shared/clock.ts'
import { TickwireError } from '../../../shared/errors.ts'
import { holds } from '../../support/holds.ts'
import { open, ticking, update } from './feedrig.ts'
import { LoginNeeded, ltps, pass, settle, topicOf } from './rig.ts'

describe('a feed', () => {
  it('is starting until the first batch, then live', async () => {
    const { clock, feed, states, publisher } = open(async function* (clock, signal) {
      await pause(clock, 50, signal)
      yield* ticking(clock, signal)
    })
    void feed.start()
    await pass(clock, 40)
    expect(states()).toEqual(['starting'])
    await pass(clock, 40)
    expect(states()).toEqual(['starting', 'live'])
    expect(publisher.counts().ticks).toBeGreaterThan(1)
    await feed.close()
  })

  it('is down when its source ended, and does not start it again', async () => {
    let starts = 0
    const { bus, clock, feed, states } = open(async function* (clock) {
      starts++
      yield [update(clock)]
    })
    const ended = feed.start()
    await pass(clock, 5)
    await ended
    await pass(clock, 2000, 500)
    expect(states()).toEqual(['starting', 'live', 'down'])
    expect(bus.statuses().at(-1)?.reason).toBe('the source ended')
    expect(starts).toBe(1)
  })

  it('gives nobody its last values once its source has ended', async () => {
    const { bus, clock, feed } = open(async function* (clock) {
      yield [update(clock)]
    })
    bus.want('P1', 1, [topicOf('RELIANCE')])
    const ended = feed.start()
    await pass(clock, 5)
    await ended
    expect(ltps(bus.lane('P1'))).toEqual([100])
    bus.want('P2', 1, [topicOf('RELIANCE')])
    await pass(clock, 5)
    expect(bus.lane('P2')).toEqual([])
  })

  it('is down with the reason when its source fails, and stays so until it works again after a pause', async () => {
    let starts = 0
    const { bus, clock, feed, lines, states } = open(async function* (clock, signal) {
      starts++
      yield [update(clock)]
      if (starts === 1) throw new TypeError('the line\nbroke')
      yield* ticking(clock, signal)
    })
    void feed.start()
    await pass(clock, 5)
    expect(bus.statuses().at(-1)).toMatchObject({ state: 'down', reason: 'SOURCE_FAILED: the line broke' })
    expect(starts).toBe(1)
    await pass(clock, 600, 10)
    expect(states()).toEqual(['starting', 'live', 'down', 'live'])
    expect(lines.filter(({ text }) => text === 'the source failed')).toHaveLength(1)
    await feed.close()
  })

  it('gives nobody its last values while it needs somebody to log in', async () => {
    const { bus, clock, feed } = open(async function* (clock) {
      yield [update(clock)]
      throw new LoginNeeded()
    })
    const ended = feed.start()
    await pass(clock, 5)
    await ended
    expect(bus.statuses().at(-1)).toMatchObject({ state: 'auth_required' })
    bus.want('P1', 1, [topicOf('RELIANCE')])
    await pass(clock, 5)
    expect(bus.lane('P1')).toEqual([])
    await feed.close()
  })

  it('tries again for ever what nobody foresaw, every 30 s in the end, and is live when it works again', async () => {
    let starts = 0
    let works = false
    const { bus, clock, feed, states } = open(async function* (clock, signal) {
      starts++
      if (!works) throw new Error('no network')
      yield* ticking(clock, signal)
    })
    void feed.start()
    // 0.5 + 1 + 2 + 4 + 8 + 16 s, then every 30 s.
    await pass(clock, 200_000, 100)
    expect(starts).toBe(12)
    expect(bus.statuses().at(-1)).toMatchObject({
      state: 'down',
      reason: 'SOURCE_FAILED: no network (12 times in a row)',
    })
    works = true
    await pass(clock, 30_000, 100)
    expect(states()).toEqual(['starting', 'down', 'live'])
    await feed.close()
  })

  it('begins with short pauses again after a run of a minute', async () => {
    let starts = 0
    const { bus, clock, feed } = open(async function* (clock, signal) {
      starts++
      if (starts === 4) await pause(clock, 60_000, signal)
      if (starts < 6) throw new Error('no network')
      yield* ticking(clock, signal)
    })
    void feed.start()
    await pass(clock, 3400 + 60_000, 100)
    expect(starts).toBe(4)
    await pass(clock, 200, 100)
    expect(bus.statuses().at(-1)).toMatchObject({ state: 'down', reason: 'SOURCE_FAILED: no network' })
    await pass(clock, 2000, 100)
    expect(bus.statuses().at(-1)).toMatchObject({ state: 'live' })
    await feed.close()
  })

  it('is parked at once by an error that trying again cannot help, and goes on saying so', async () => {
    const { bus, clock, feed } = open(async function* () {
      yield []
      throw new TickwireError('CONFIG_INVALID', 'no such file')
    })
    const ended = feed.start()
    await pass(clock, 5)
    await ended
    expect(bus.statuses().at(-1)).toMatchObject({ state: 'parked', reason: 'CONFIG_INVALID: no such file' })
    const statuses = bus.statuses().length
    await pass(clock, 1000, 100)
    expect(bus.statuses().length).toBeGreaterThan(statuses)
  })

  it('stops its source when it is closed, and says so last', async () => {
    let signal: AbortSignal | undefined
    const { bus, clock, feed, publisher } = open(async function* (clock, given) {
      signal = given
      yield* ticking(clock, given)
    })
    const ended = feed.start()
    await pass(clock, 25)
    const { ticks } = publisher.counts()
    await feed.close()
    await ended
    await feed.close()
    expect(signal?.aborted).toBe(true)
    expect(bus.statuses().at(-1)).toMatchObject({ state: 'down', reason: 'stopped' })
    const messages = bus.messages.length
    await pass(clock, 2000, 100)
    expect(bus.messages).toHaveLength(messages)
    expect(publisher.counts().ticks).toBe(ticks)
  })

  it('closes without waiting long for a source that does not listen', async () => {
    const { bus, clock, feed, publisher } = open(async function* (clock) {
      yield [update(clock)]
      await pause(clock, 60_000)
      yield [update(clock)]
    })
    void feed.start()
    await pass(clock, 5)
    let closed = false
    const closing = feed.close().then(() => (closed = true))
    await settle()
    expect(closed).toBe(false)
    await pass(clock, 1000, 100)
    await closing
    expect(bus.statuses().at(-1)?.reason).toBe('stopped')
    await pass(clock, 60_000, 1000)
    expect(publisher.counts().ticks).toBe(1)
  })

  it('closes while it waits to start its source again', async () => {
    const { clock, feed } = open(async function* () {
      yield []
      throw new Error('once')
    })
    const ended = feed.start()
    await pass(clock, 5)
    await feed.close()
    await expect(ended).resolves.toBeUndefined()
  })

  it('gives each run of its source a signal of its own, which dies with it', async () => {
    const signals: AbortSignal[] = []
    const { clock, feed } = open(async function* (clock, signal) {
      signals.push(signal)
      yield [update(clock)]
      if (signals.length === 1) throw new Error('once')
      yield* ticking(clock, signal)
    })
    void feed.start()
    await pass(clock, 600, 10)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false])
    await feed.close()
  })

  it('lets timers run beside a source that never waits', async () => {
    const { feed, publisher } = open(async function* (clock) {
      for (;;) yield [update(clock)]
    }, systemClock)
    void feed.start()
    await holds(() => expect(publisher.counts().ticks).toBeGreaterThan(0))
    await feed.close()
  })

  it('lets timers run within a large batch', async () => {
    const { feed, publisher } = open(async function* (clock) {
      const one = update(clock)
      yield Array.from({ length: 2_000_000 }, () => one)
    }, systemClock)
    void feed.start()
    await settle()
    await settle()
    const { ticks } = publisher.counts()
    expect(ticks).toBeGreaterThan(0)
    expect(ticks).toBeLessThan(2_000_000)
    await feed.close()
  })
})
