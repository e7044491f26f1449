import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { assignShards, NO_SHARDS, type Shards } from '../../../../adapters/runtime/session/shards.ts'
import type { Instrument } from '../../../../shared/market/instrument.ts'
import type { TopicMode } from '../../../../shared/market/mode.ts'
import { equity } from '../rig.ts'

const LIMITS = { connections: 3, instrumentsPerConnection: 4, instrumentsPerMessage: 2, messagePauseMs: 0 }
const ALL = Array.from({ length: 20 }, (_, nth) => equity(`S${nth}`))

const inMode = (mode: TopicMode, some: readonly Instrument[]) => new Map(some.map(one => [one, mode]))
const quotes = (some: readonly Instrument[]) => inMode('QUOTE', some)

const loads = ({ places }: Shards) =>
  [0, 1, 2].map(connection => [...places.values()].filter(place => place === connection).length)

it('fills one connection before it uses the next', () => {
  expect(loads(assignShards(NO_SHARDS, quotes(ALL.slice(0, 5)), LIMITS))).toEqual([4, 1, 0])
})

it('leaves what is placed where it is, and fills gaps first', () => {
  const before = assignShards(NO_SHARDS, quotes(ALL.slice(0, 8)), LIMITS)
  const after = assignShards(before, quotes([...ALL.slice(8, 10), ...ALL.slice(2, 8)]), LIMITS)
  for (const one of ALL.slice(2, 8)) expect(after.places.get(one)).toBe(before.places.get(one))
  expect(loads(after)).toEqual([4, 4, 0])
})

it('refuses what is beyond the limit, the later wish, and only that', () => {
  const { places, refused } = assignShards(NO_SHARDS, quotes(ALL.slice(0, 14)), LIMITS)
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
        shards = assignShards(before, quotes(wanted), LIMITS)
        expect(Math.max(...loads(shards))).toBeLessThanOrEqual(4)
        expect(new Set([...shards.places.keys(), ...shards.refused])).toEqual(new Set(wanted))
        expect(shards.refused.length).toBe(Math.max(0, wanted.length - 12))
        for (const one of wanted)
          if (before.places.has(one)) expect(shards.places.get(one)).toBe(before.places.get(one))
      }
    }),
  )
})

describe('with deep books', () => {
  const BOOKS = { ...LIMITS, weights: { BOOK20: 2 }, instrumentsPerMode: { BOOK20: 3 } } as const

  it('counts what an instrument takes in its mode', () => {
    const { places } = assignShards(NO_SHARDS, inMode('BOOK20', ALL.slice(0, 3)), BOOKS)
    expect([...places.values()]).toEqual([0, 0, 1])
  })

  it('gives five levels where the account has no deeper book left, to the later wish', () => {
    const first = assignShards(NO_SHARDS, inMode('BOOK20', ALL.slice(2, 5)), BOOKS)
    const { modes, lowered, refused } = assignShards(first, inMode('BOOK20', ALL.slice(0, 6)), BOOKS)
    expect(ALL.slice(0, 6).map(one => modes.get(one))).toEqual([
      'DEPTH',
      'DEPTH',
      'BOOK20',
      'BOOK20',
      'BOOK20',
      'DEPTH',
    ])
    expect([lowered.length, refused]).toEqual([3, []])
  })

  it('gives a book that becomes free to who waited for it', () => {
    const first = assignShards(NO_SHARDS, inMode('BOOK20', ALL.slice(0, 4)), BOOKS)
    const { modes, lowered } = assignShards(first, inMode('BOOK20', ALL.slice(1, 4)), BOOKS)
    expect([modes.get(ALL[3] as Instrument), lowered]).toEqual(['BOOK20', []])
  })

  it('moves an instrument whose mode needs more room than its connection has', () => {
    const before = assignShards(NO_SHARDS, quotes(ALL.slice(0, 5)), BOOKS)
    const wanted = new Map([...quotes(ALL.slice(0, 5)), ...inMode('BOOK20', ALL.slice(0, 1))])
    const { places, modes } = assignShards(before, wanted, BOOKS)
    expect([places.get(ALL[0] as Instrument), modes.get(ALL[0] as Instrument)]).toEqual([1, 'BOOK20'])
  })

  it('leaves an instrument where it is when another mode fits there', () => {
    const before = assignShards(NO_SHARDS, quotes(ALL.slice(0, 5)), LIMITS)
    const wanted = new Map([...quotes(ALL.slice(1, 4)), ...inMode('DEPTH', ALL.slice(4, 5))])
    expect(assignShards(before, wanted, LIMITS).places.get(ALL[4] as Instrument)).toBe(1)
  })

  it('leaves an instrument in the mode it has where its next one finds no room anywhere', () => {
    const heavy = { ...LIMITS, connections: 1, weights: { DEPTH: 2 } } as const
    const before = assignShards(NO_SHARDS, quotes(ALL.slice(0, 4)), heavy)
    const wanted = new Map([...quotes(ALL.slice(0, 4)), ...inMode('DEPTH', ALL.slice(0, 1))])
    const { modes, lowered, refused } = assignShards(before, wanted, heavy)
    expect([modes.get(ALL[0] as Instrument), lowered, refused]).toEqual(['QUOTE', [ALL[0]], []])
  })
})
