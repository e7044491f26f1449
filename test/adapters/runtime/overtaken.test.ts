import { expect, it } from 'vitest'
import { ltps, RELIANCE, rig, topicOf } from './rig.ts'

const wanting = () => {
  const all = rig()
  all.bus.want('P1', 1, [topicOf('RELIANCE')])
  return all
}

it('a tick without a time of the exchange is late when less was traded before it', () => {
  const { bus, clock, offer, publisher } = wanting()
  offer(RELIANCE, 101, { volume: 20, isStampedHere: true })
  offer(RELIANCE, 100, { volume: 10, isStampedHere: true })
  offer(RELIANCE, 102, { volume: 20, isStampedHere: true })
  clock.advance(0)
  expect(ltps(bus.lane('P1'))).toEqual([101, 102])
  expect(publisher.counts().late).toBe(1)
})

it('within one second of the exchange the volume tells the order, after it the time does', () => {
  const { bus, clock, offer } = wanting()
  const second = clock.now()
  offer(RELIANCE, 101, { volume: 20, timestamp: second })
  offer(RELIANCE, 100, { volume: 10, timestamp: second })
  clock.advance(1000)
  offer(RELIANCE, 103, { volume: 15, timestamp: second + 1000 })
  clock.advance(0)
  expect(ltps(bus.lane('P1'))).toEqual([101, 103])
})

it('less volume is believed when some seconds have passed: a trade was cancelled, or a day has begun', () => {
  const { bus, clock, offer } = wanting()
  offer(RELIANCE, 101, { volume: 20, isStampedHere: true })
  clock.advance(5001)
  offer(RELIANCE, 100, { volume: 0, isStampedHere: true })
  clock.advance(0)
  expect(ltps(bus.lane('P1')).at(-1)).toBe(100)
})

it('ticks go on when the clock of this machine is set back by an hour', () => {
  const { bus, clock, offer, publisher } = wanting()
  clock.advance(1000)
  const exchange = clock.now()
  clock.step(-3_600_000)
  offer(RELIANCE, 100, { timestamp: exchange })
  clock.advance(0)
  expect(ltps(bus.lane('P1'))).toEqual([100])
  expect(publisher.counts().invalid).toBe(0)
})
