import { describe, expect, it } from 'vitest'
import { choose, type Health, healthOf, type Standing } from '../../proxy/choice.ts'

const WORDS: Record<string, Standing> = {
  good: { health: 'good', isProven: true },
  back: { health: 'good', isProven: false },
  doubtful: { health: 'doubtful', isProven: false },
  unknown: { health: 'unknown', isProven: true },
  bad: { health: 'bad', isProven: false },
}
const read = (words: string): Standing[] => words.split(' ').map(word => WORDS[word] as Standing)

describe('of several feeds', () => {
  it.each([
    ['the first healthy one', 'good good', undefined, 0],
    ['the next while the first is down', 'bad good', undefined, 1],
    ['the next while the first is doubtful', 'doubtful good', undefined, 1],
    ['one that was never in trouble before one that was', 'back good', undefined, 1],
    ['one that was in trouble before one that is', 'back bad', undefined, 0],
    ['one that may give prices before one that is starting', 'unknown doubtful', undefined, 1],
    ['one that is starting before one that is down', 'bad unknown', undefined, 1],
    ['the first when all are down', 'bad bad', undefined, 0],
    ['who serves it, while that is healthy and the first is not', 'bad good', 1, 1],
    ['who serves it, while the first has not proved itself', 'back good', 1, 1],
    ['the first again when it has', 'good good', 1, 0],
    ['no later one while this one is healthy', 'back good', 0, 0],
    ['the next when this one fails', 'doubtful good good', 0, 1],
    ['one that is just back rather than one that is doubtful', 'back doubtful', 1, 0],
    ['the same when the others are no better', 'doubtful doubtful', 1, 1],
    ['the same when all are down', 'bad bad', 1, 1],
    ['a doubtful one when this one is down', 'doubtful bad', 1, 0],
  ] as const)('%s', (_, standings, current, chosen) => {
    expect(choose(read(standings), current)).toBe(chosen)
  })

  it('none of none', () => {
    expect(choose([])).toBe(-1)
  })
})

it.each([
  ['live', 'good'],
  ['quiet', 'good'],
  ['suspect', 'doubtful'],
  ['starting', 'unknown'],
  ['down', 'bad'],
  ['auth_required', 'bad'],
  ['parked', 'bad'],
] as const satisfies readonly (readonly [string, Health])[])('a feed that is %s is %s', (state, health) => {
  expect(healthOf({ state, label: 'live' })).toBe(health)
})

it('a feed that has to ask for its prices is doubtful', () => {
  expect(healthOf({ state: 'live', label: 'polled' })).toBe('doubtful')
})
