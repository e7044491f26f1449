import { expect, it } from 'vitest'
import { Lag } from '../../proxy/lag.ts'
import { ManualClock } from '../../shared/clock.ts'

it('a loop that goes round is not held up; one that stands still is, while it does and until the beat after', () => {
  const clock = new ManualClock()
  const lag = new Lag(clock)
  clock.advance(60_000)
  expect(lag.ms).toBe(0)
  clock.freeze(11_250)
  expect(lag.ms).toBeGreaterThanOrEqual(11_000)
  clock.advance(250)
  clock.advance(250)
  expect(lag.ms).toBe(0)
  lag.close()
})
