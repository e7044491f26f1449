import { describe, expect, it } from 'vitest'
import { filtered, isSameOrder, nextSort, sorted } from '../../../../proxy/dashboard/watch/sorting.ts'

const keys: Record<string, number | string | undefined> = { A: 3, B: undefined, C: 10, D: 3, E: -1 }
const order = (direction: 'ascending' | 'descending') => sorted(Object.keys(keys), name => keys[name], direction)

describe('sorting the watch', () => {
  it('goes by number, equals keep their order, and what is not known stands last both ways', () => {
    expect(order('ascending')).toEqual(['E', 'A', 'D', 'C', 'B'])
    expect(order('descending')).toEqual(['C', 'A', 'D', 'E', 'B'])
  })

  it('goes by words as people do', () => {
    const names = ['NIFTY24900CE', 'nifty9000ce', 'BEL', 'ITC']
    expect(sorted(names, name => name, 'ascending')).toEqual(['BEL', 'ITC', 'nifty9000ce', 'NIFTY24900CE'])
  })

  it('begins with the largest number or with A, turns, and ends', () => {
    const first = nextSort(undefined, 'ltp', false)
    expect(first).toEqual({ by: 'ltp', direction: 'descending' })
    const second = nextSort(first, 'ltp', false)
    expect(second).toEqual({ by: 'ltp', direction: 'ascending' })
    expect(nextSort(second, 'ltp', false)).toBeUndefined()
    expect(nextSort(first, 'name', true)).toEqual({ by: 'name', direction: 'ascending' })
  })

  it('leaves the list alone', () => {
    const names = Object.keys(keys)
    order('ascending')
    expect(Object.keys(keys)).toEqual(names)
  })
})

describe('filtering the watch', () => {
  const names = ['NSE:RELIANCE', 'BSE:RELIANCE', 'NFO:NIFTY30NOV4924800CE', 'NSE:TCS']

  it('wants every word somewhere, in any order', () => {
    expect(filtered(names, 'rel bse')).toEqual(['BSE:RELIANCE'])
    expect(filtered(names, ' 24800  nif ')).toEqual(['NFO:NIFTY30NOV4924800CE'])
    expect(filtered(names, 'xyz')).toEqual([])
  })

  it('leaves all where nothing is wanted', () => {
    expect(filtered(names, '  ')).toBe(names)
  })

  it('knows the same order again', () => {
    expect(isSameOrder(names, [...names])).toBe(true)
    expect(isSameOrder(names, names.toReversed())).toBe(false)
    expect(isSameOrder(names, names.slice(1))).toBe(false)
  })
})
