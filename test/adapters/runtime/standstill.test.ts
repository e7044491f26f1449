import { describe, expect, it } from 'vitest'
import type { Update } from '../../../adapters/contract.ts'
import { pause } from '../../../shared/clock.ts'
import type { FeedState } from '../../../shared/control.ts'
import { TickwireError } from '../../../shared/errors.ts'
import { open, update } from './feedrig.ts'
import { LoginNeeded, ltps, pass, topicOf } from './rig.ts'

describe('a feed whose process stood still', () => {
  it('starts its source again at once, and gives nobody what it knew before', async () => {
    let starts = 0
    const { bus, clock, feed, states } = open(async function* (clock, signal) {
      starts++
      yield [update(clock, 100 * starts)]
      await pause(clock, 60_000, signal)
    })
    void feed.start()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    await pass(clock, 5)
    clock.freeze(3000)
    // The wish is read before any timer of the thawed process has run.
    bus.want('P2', 1, [topicOf('RELIANCE')])
    await pass(clock, 5)
    expect(ltps(bus.lane('P2'))).toEqual([200])
    expect(ltps(bus.lane('P1'))).toEqual([100, 200])
    expect(states()).toEqual(['starting', 'live', 'down', 'starting', 'live'])
    expect(bus.statuses().map(({ reason }) => reason)).toContain('its process stood still for 3.0 s')
    await feed.close()
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
    await feed.start()
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
