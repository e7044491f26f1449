import { expect, it } from 'vitest'
import { type Gap, Pulse } from '../../../adapters/runtime/pulse.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { keptLog } from '../../support/log.ts'

function open(clock = new ManualClock()) {
  const gaps: Gap[] = []
  const { log, lines } = keptLog()
  const pulse = new Pulse(clock, log)
  pulse.listen(gap => gaps.push(gap))
  return { clock, pulse, gaps, lines }
}

it('hears of a stand still as soon as the process runs again, once', () => {
  const { clock, gaps } = open()
  clock.advance(10_000)
  clock.freeze(2500)
  expect(gaps).toEqual([])
  clock.advance(1000)
  expect(gaps).toEqual([{ ms: 2500, clock: 'process' }])
})

it('tells whoever looks before any timer has run', () => {
  const { clock, pulse, gaps } = open()
  clock.freeze(4000)
  pulse.look()
  pulse.look()
  expect(gaps).toEqual([{ ms: 4000, clock: 'process' }])
})

it('makes nothing of a busy second', () => {
  const { clock, gaps } = open()
  clock.freeze(1500)
  clock.advance(1000)
  expect(gaps).toEqual([])
})

it('says that only the wall clock went on: the process did not stand still, its machine slept or its clock was set', () => {
  const { clock, gaps, lines } = open()
  clock.step(7_200_000)
  clock.advance(1000)
  expect(gaps).toEqual([{ ms: 7_200_250, clock: 'wall' }])
  expect(lines.map(({ text }) => text)).toEqual([
    'clock step: the clock was set ahead by 7200.0 s, or its machine slept',
  ])
})

it('makes nothing of a clock that is set back, and says so in one line', () => {
  const { clock, gaps, lines } = open()
  clock.step(-3_600_000)
  clock.advance(60_000)
  expect(gaps).toEqual([])
  expect(lines.map(({ text }) => text)).toEqual(['clock step: the clock was set back by 3600.0 s'])
})

it('beats no more once it is closed', () => {
  const { clock, pulse, gaps } = open()
  pulse.close()
  clock.advance(60_000)
  expect(gaps).toEqual([])
})
