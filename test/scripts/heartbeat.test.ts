import { describe, expect, it } from 'vitest'
import { type Heartbeat, LOOK_MS, look, newHeartbeat } from '../../scripts/heartbeat.ts'
import { ManualClock } from '../../shared/clock.ts'

/** An onlooker with a clock of its own, and the process it looks at. */
function onlooker() {
  const clock = new ManualClock()
  const at = () => clock.monotonic()
  let heartbeat: Heartbeat = newHeartbeat(at())
  const silences: number[] = []
  const start = at()
  const lookNow = () => {
    const seen = look(heartbeat, at())
    heartbeat = seen.heartbeat
    if (seen.silent) silences.push(at() - start)
  }
  let stop = clock.every(LOOK_MS, lookNow)
  return {
    silences,
    pass: (ms: number) => clock.advance(ms),
    hear: () => {
      heartbeat = { ...heartbeat, heardAt: at() }
    },
    /** Time passes without a look, and then comes one. */
    sleep: (ms: number) => {
      stop()
      clock.advance(ms)
      lookNow()
      stop = clock.every(LOOK_MS, lookNow)
    },
  }
}

describe('the heartbeat of a process', () => {
  it('is lost after 5 s of silence, not before', () => {
    const { pass, silences } = onlooker()
    pass(4999)
    expect(silences).toEqual([])
    pass(1)
    expect(silences).toEqual([5000])
  })

  it('is there as long as the process says something now and then', () => {
    const { pass, hear, silences } = onlooker()
    for (let times = 0; times < 20; times++) {
      pass(4500)
      hear()
    }
    expect(silences).toEqual([])
  })

  it('is not lost by an onlooker that was away: the process has 5 s again', () => {
    const { pass, sleep, silences } = onlooker()
    pass(4500)
    sleep(3_600_000)
    pass(4999)
    expect(silences).toEqual([])
    pass(1)
    expect(silences).toEqual([4500 + 3_600_000 + 5000])
  })

  it('is lost all the same when looks come a little late', () => {
    const { pass, sleep, silences } = onlooker()
    pass(4000)
    sleep(1000)
    expect(silences).toEqual([5000])
  })
})
