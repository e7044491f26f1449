import { expect, it } from 'vitest'
import { countDeath, judge } from '../../../adapters/runtime/failure.ts'
import { TickwireError } from '../../../shared/errors.ts'

const unforeseen = new Error('oops')

it('lets an unforeseen failure wait longer each time', () => {
  expect([[1], [1, 2], [1, 2, 3], [1, 2, 3, 4]].map(deaths => judge(unforeseen, deaths).pauseMs)).toEqual([
    500, 1000, 2000, 4000,
  ])
})

it('gives up on an unforeseen failure after five in a minute, not when they are further apart', () => {
  expect(judge(unforeseen, [1, 2, 3, 4, 5])).toMatchObject({ state: 'parked' })
  expect(judge(unforeseen, [1, 20_000, 40_000, 60_000, 80_000])).toMatchObject({ state: 'down', pauseMs: 8000 })
})

it('never gives up where the error says that trying again can help', () => {
  const away = new TickwireError('BUS_UNAVAILABLE', 'away')
  const deaths = Array.from({ length: 16 }, (_, second) => second)
  expect(judge(away, deaths)).toEqual({ state: 'down', reason: 'BUS_UNAVAILABLE: away', pauseMs: 30_000 })
})

it('names whatever was thrown in one line', () => {
  expect(judge('just a\n text', [1]).reason).toBe('SOURCE_FAILED: just a text')
  expect(judge(new Error(), [1]).reason).toBe('SOURCE_FAILED: no message')
})

it('forgets the deaths before a run that lasted a minute', () => {
  expect(countDeath([1, 2], 59_999, 60_000)).toEqual([1, 2, 60_000])
  expect(countDeath([1, 2], 60_000, 60_002)).toEqual([60_002])
})
