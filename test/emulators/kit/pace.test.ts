import { expect, it } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { Pace } from './pace.ts'

const wanted = Array.from({ length: 10 }, (_, n) => n)

it('moves everything at once every turn', () => {
  const clock = new ManualClock()
  const turns: (readonly number[])[] = []
  const pace = new Pace({ clock, tickMs: 100, wanted: () => wanted, turn: due => turns.push(due) })
  clock.advance(350)
  expect(turns).toEqual([wanted, wanted, wanted])
  pace.close()
  clock.advance(1000)
  expect(turns.length).toBe(3)
})

it('keeps a rate, each in its turn, also when a timer comes late', () => {
  const clock = new ManualClock()
  const ticks: number[] = []
  new Pace({ clock, tickMs: 100, rate: 150, wanted: () => wanted, turn: due => ticks.push(...due) })
  clock.advance(2000)
  expect(ticks.length).toBeGreaterThanOrEqual(299)
  expect(ticks.length).toBeLessThanOrEqual(301)
  expect(ticks.slice(0, 25)).toEqual([...wanted, ...wanted, ...wanted.slice(0, 5)])
})

it('makes up, a turn at a time, for what a stalled process did not send', () => {
  let now = 0
  let beat = () => {}
  const clock = Object.assign(new ManualClock(), {
    monotonic: () => now,
    every: (_: number, run: () => void) => {
      beat = run
      return () => {}
    },
  })
  const turns: number[] = []
  new Pace({ clock, tickMs: 0, rate: 50, wanted: () => wanted, turn: due => turns.push(due.length) })
  beat()
  now = 500
  for (let nth = 0; nth < 4; nth++) beat()
  expect(turns).toEqual([1, 10, 10, 5, 0])
})

it('never moves anything twice in a turn', () => {
  const clock = new ManualClock()
  const turns: (readonly number[])[] = []
  new Pace({ clock, tickMs: 0, rate: 100_000, wanted: () => wanted, turn: due => turns.push(due) })
  clock.advance(20)
  expect(turns).toEqual([wanted])
})

it('does not move at all without either', () => {
  const clock = new ManualClock()
  new Pace({ clock, tickMs: 0, wanted: () => wanted, turn: () => expect.unreachable() })
  clock.advance(10_000)
})
