import { describe, expect, it } from 'vitest'
import type { Price } from '../../../../proxy/dashboard/prices.ts'
import {
  COLUMN_IDS,
  COLUMNS,
  changeOf,
  FIRST_COLUMNS,
  isDoubtful,
  noteOf,
  percentOf,
  readColumns,
  shownColumns,
  wordOf,
} from '../../../../proxy/dashboard/watch/columns.ts'

const price = (of: Partial<Price> = {}): Price => ({
  name: 'NSE:RELIANCE',
  fields: {},
  tickAt: undefined,
  arrivedAt: undefined,
  broker: undefined,
  feed: undefined,
  label: undefined,
  state: undefined,
  reason: undefined,
  isStale: false,
  isBookStale: false,
  via: 'stream',
  updates: 0,
  direction: 0,
  ...of,
})

const ids = (...how: Parameters<typeof shownColumns>) => shownColumns(...how).map(({ id }) => id)

describe('the columns of the watch', () => {
  it('all say a dash of an instrument that nothing is known of, and have nothing to sort by', () => {
    for (const id of COLUMN_IDS) {
      expect(COLUMNS.get(id)?.text(price(), 0, 2), id).toBe('—')
      expect(COLUMNS.get(id)?.value(price()), id).toBeUndefined()
    }
  })

  it('take the change from the source, else from the close of the day before', () => {
    expect(changeOf({ ltp: 110, close: 100, change: 9 })).toBe(9)
    expect(changeOf({ ltp: 110, close: 100 })).toBe(10)
    expect(percentOf({ ltp: 110, close: 100 })).toBe(10)
    expect(percentOf({ change_percent: 3, ltp: 110, close: 100 })).toBe(3)
    expect(changeOf({ ltp: 110 })).toBeUndefined()
    expect(percentOf({ ltp: 110, close: 0 })).toBeUndefined()
  })

  it('take bid and ask from the book where only that is known', () => {
    const depth = { buy: [{ price: 9, quantity: 1 }], sell: [] }
    expect(COLUMNS.get('bid')?.value(price({ fields: { depth } }))).toBe(9)
    expect(COLUMNS.get('ask')?.value(price({ fields: { depth } }))).toBeUndefined()
    expect(COLUMNS.get('bid')?.value(price({ fields: { depth }, isBookStale: true }))).toBeUndefined()
  })

  it('write currency with four decimals', () => {
    expect(COLUMNS.get('ltp')?.text(price({ fields: { ltp: 88.1725 } }), 0, 4)).toBe('88.1725')
  })

  it('call what is live by the kind of its prices, and everything else by its state', () => {
    expect(wordOf(price({ state: 'live', label: 'delayed' }))).toBe('Delayed')
    expect(wordOf(price({ state: 'live' }))).toBe('Live')
    expect(wordOf(price({ state: 'down', label: 'simulated' }))).toBe('Down')
    expect(wordOf(price())).toBeUndefined()
  })

  it('doubt what is stale, stalled or down, and say its age beside the symbol', () => {
    expect(isDoubtful(price({ state: 'quiet' }))).toBe(false)
    expect(isDoubtful(price({ state: 'suspect' }))).toBe(true)
    expect(isDoubtful(price({ state: 'refused' }))).toBe(true)
    expect(noteOf(price({ state: 'live', tickAt: 0 }), 65_000)).toBe('')
    expect(noteOf(price({ isStale: true, tickAt: 0 }), 65_000)).toBe('Stale 1m 05s')
    expect(noteOf(price({ state: 'down', tickAt: 0 }), 5000)).toBe('Down 5s')
    expect(noteOf(price({ state: 'refused' }), 5000)).toBe('Refused')
  })
})

describe('which columns are shown', () => {
  it('are those chosen, in their order', () => {
    expect(ids(['age', 'ltp', 'percent'], 'both', false)).toEqual(['age', 'ltp', 'percent'])
  })

  it('have the change in one form or both', () => {
    expect(ids(FIRST_COLUMNS, 'percent', false)).not.toContain('change')
    expect(ids(FIRST_COLUMNS, 'absolute', false)).not.toContain('percent')
    expect(ids(['ltp', 'percent', 'age'], 'absolute', false)).toEqual(['ltp', 'change', 'age'])
  })

  it('are two beside the symbol on a telephone', () => {
    expect(ids(FIRST_COLUMNS, 'both', true)).toEqual(['ltp', 'percent'])
    expect(ids(FIRST_COLUMNS, 'absolute', true)).toEqual(['ltp', 'change'])
  })

  it('survive being kept, without what is none', () => {
    expect(readColumns(['oi', 'ltp', 'gone', 7, 'oi'])).toEqual(['oi', 'ltp'])
    expect(readColumns(['gone'])).toBeUndefined()
    expect(readColumns('ltp')).toBeUndefined()
  })
})
