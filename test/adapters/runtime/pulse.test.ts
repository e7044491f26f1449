import { expect, it } from 'vitest'
import { Pulse } from '../../../adapters/runtime/pulse.ts'
import { ManualClock } from '../../../shared/clock.ts'

function open(clock = new ManualClock()) {
  const stills: number[] = []
  const pulse = new Pulse(clock)
  pulse.listen(ms => stills.push(ms))
  return { clock, pulse, stills }
}

it('hears of a stand still as soon as the process runs again, once', () => {
  const { clock, stills } = open()
  clock.advance(10_000)
  clock.freeze(2500)
  expect(stills).toEqual([])
  clock.advance(1000)
  expect(stills).toEqual([2500])
})

it('tells whoever looks before any timer has run', () => {
  const { clock, pulse, stills } = open()
  clock.freeze(4000)
  pulse.look()
  pulse.look()
  expect(stills).toEqual([4000])
})

it('makes nothing of a busy second', () => {
  const { clock, stills } = open()
  clock.freeze(1500)
  clock.advance(1000)
  expect(stills).toEqual([])
})

it('knows that a machine slept by the wall clock alone', () => {
  const clock = new ManualClock()
  const { stills } = open(clock)
  const wall = clock.now
  clock.now = () => wall() + 3_600_000
  clock.advance(250)
  expect(stills).toEqual([3_600_250])
})

it('beats no more once it is closed', () => {
  const { clock, pulse, stills } = open()
  pulse.close()
  clock.advance(60_000)
  expect(stills).toEqual([])
})
