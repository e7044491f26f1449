import { beforeEach, expect, it } from 'vitest'
import { LastUse } from '../../proxy/lastuse.ts'
import { ManualClock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'

const HOUR = 3_600_000
const SAVE_MS = 2000

let clock: ManualClock
let saved: [string, number][]
let answer: () => boolean
let use: LastUse

beforeEach(() => {
  clock = new ManualClock()
  saved = []
  answer = () => true
  use = new LastUse(clock, (id, at) => {
    const isSaved = answer()
    if (isSaved) saved.push([id, at])
    return isSaved
  })
})

it('is written after a moment, once an hour, however often a key is used', () => {
  const at = clock.now()
  for (let time = 0; time < 3; time++) use.note({ id: 'a' })
  expect(saved).toEqual([])
  clock.advance(SAVE_MS)
  expect(saved).toEqual([['a', at]])
  use.note({ id: 'a' })
  clock.advance(HOUR - SAVE_MS - 1)
  use.note({ id: 'a' })
  clock.advance(SAVE_MS)
  expect(saved).toHaveLength(1)
  use.note({ id: 'a' })
  clock.advance(SAVE_MS)
  expect(saved).toHaveLength(2)
})

it('is not written for who was seen within the hour by another process', () => {
  use.note({ id: 'a', lastUsedAt: clock.now() - HOUR + 1 })
  clock.advance(SAVE_MS)
  expect(saved).toEqual([])
})

it('waits for a database that is busy or full, and loses nothing', () => {
  answer = () => false
  use.note({ id: 'a' })
  use.note({ id: 'b' })
  clock.advance(5 * SAVE_MS)
  answer = () => {
    throw new TickwireError('FOLDER_UNUSABLE', 'full')
  }
  clock.advance(5 * SAVE_MS)
  answer = () => true
  clock.advance(SAVE_MS)
  expect(saved.map(([id]) => id)).toEqual(['a', 'b'])
})

it('of thousands takes some at a time, and what is left at the end', () => {
  for (let nth = 0; nth < 90; nth++) use.note({ id: `${nth}` })
  clock.advance(SAVE_MS)
  expect(saved).toHaveLength(50)
  use.close()
  expect(saved).toHaveLength(90)
  clock.advance(SAVE_MS)
  expect(saved).toHaveLength(90)
})
