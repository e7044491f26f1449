import fc from 'fast-check'
import { expect, it } from 'vitest'
import { assignShards, NO_SHARDS, type Shards } from '../../../../adapters/runtime/session/shards.ts'
import { equity } from '../rig.ts'

const LIMITS = { connections: 3, instrumentsPerConnection: 4, instrumentsPerMessage: 2, messagePauseMs: 0 }
const ALL = Array.from({ length: 20 }, (_, nth) => equity(`S${nth}`))

const loads = ({ places }: Shards) =>
  [0, 1, 2].map(connection => [...places.values()].filter(place => place === connection).length)

it('fills one connection before it uses the next', () => {
  expect(loads(assignShards(NO_SHARDS, ALL.slice(0, 5), LIMITS))).toEqual([4, 1, 0])
})

it('leaves what is placed where it is, and fills gaps first', () => {
  const before = assignShards(NO_SHARDS, ALL.slice(0, 8), LIMITS)
  const after = assignShards(before, [...ALL.slice(8, 10), ...ALL.slice(2, 8)], LIMITS)
  for (const one of ALL.slice(2, 8)) expect(after.places.get(one)).toBe(before.places.get(one))
  expect(loads(after)).toEqual([4, 4, 0])
})

it('refuses what is beyond the limit, the later wish, and only that', () => {
  const { places, refused } = assignShards(NO_SHARDS, ALL.slice(0, 14), LIMITS)
  expect(places.size).toBe(12)
  expect(refused).toEqual(ALL.slice(12, 14))
})

it('never overfills a connection, loses a wish or moves one, whatever comes and goes', () => {
  const sets = fc.array(fc.uniqueArray(fc.constantFrom(...ALL)), { maxLength: 12 })
  fc.assert(
    fc.property(sets, wishes => {
      let shards = NO_SHARDS
      for (const wanted of wishes) {
        const before = shards
        shards = assignShards(before, wanted, LIMITS)
        expect(Math.max(...loads(shards))).toBeLessThanOrEqual(4)
        expect(new Set([...shards.places.keys(), ...shards.refused])).toEqual(new Set(wanted))
        expect(shards.refused.length).toBe(Math.max(0, wanted.length - 12))
        for (const one of wanted)
          if (before.places.has(one)) expect(shards.places.get(one)).toBe(before.places.get(one))
      }
    }),
  )
})
