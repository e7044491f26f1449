import { describe, expect, it } from 'vitest'
import {
  addList,
  currentOf,
  dropUnknown,
  FIRST_LISTS,
  isName,
  joinLists,
  MOST_NAMES,
  moved,
  moveList,
  putNames,
  readLists,
  removeList,
  renameList,
  restoreList,
} from '../../../../proxy/dashboard/watch/lists.ts'
import { readText, writeText } from '../../../../proxy/dashboard/watch/listtext.ts'

const three = addList(addList(FIRST_LISTS, 'Banks', ['NSE:SBIN']), '')
const titles = ({ lists }: typeof three) => lists.map(({ title }) => title)

describe('the lists', () => {
  it('come new, in view, with a name of their own', () => {
    expect(titles(three)).toEqual(['Market', 'Banks', 'List 3'])
    expect(currentOf(three)).toMatchObject({ id: 3, names: [] })
  })

  it('are renamed, but not to nothing', () => {
    expect(titles(renameList(three, 2, '  Big   banks '))).toEqual(['Market', 'Big banks', 'List 3'])
    expect(titles(renameList(three, 2, '   '))).toEqual(titles(three))
  })

  it('go, the one beside comes into view, and the last one stays', () => {
    expect(currentOf(removeList(three, 3))?.title).toBe('Banks')
    expect(currentOf(removeList({ ...three, current: 1 }, 1))?.title).toBe('Banks')
    expect(currentOf(removeList(three, 1))?.title).toBe('List 3')
    expect(removeList(FIRST_LISTS, 1)).toBe(FIRST_LISTS)
  })

  it('come back to their place, whoever has their id by now', () => {
    const gone = three.lists[2]
    if (!gone) throw new Error('there are three')
    const back = restoreList(addList(removeList(three, 3), 'New'), gone, 2)
    expect(titles(back)).toEqual(['Market', 'Banks', 'List 3', 'New'])
    expect(back.lists.map(({ id }) => id)).toEqual([1, 2, 4, 3])
    expect(currentOf(back)?.title).toBe('List 3')
  })

  it('never take the id of one that is still there', () => {
    const again = addList(removeList(three, 2), 'New')
    expect(again.lists.map(({ id }) => id)).toEqual([1, 3, 4])
  })

  it('change places', () => {
    expect(titles(moveList(three, 3, -1))).toEqual(['Market', 'List 3', 'Banks'])
    expect(moveList(three, 3, 1)).toBe(three)
    expect(moveList(three, 1, -1)).toBe(three)
  })

  it('hold each instrument once, and no more than they may', () => {
    const many = Array.from({ length: MOST_NAMES + 5 }, (_, nth) => `NSE:S${nth}`)
    expect(putNames(three, 2, ['NSE:A', 'NSE:B', 'NSE:A']).lists[1]?.names).toEqual(['NSE:A', 'NSE:B'])
    expect(putNames(three, 2, many).lists[1]?.names).toHaveLength(MOST_NAMES)
  })

  it('let go of what the system does not know only where nobody has chosen, and never of everything', () => {
    const known = FIRST_LISTS.lists[0]?.names ?? []
    const gone = new Set(known.slice(0, 2))
    expect(dropUnknown(FIRST_LISTS, 1, gone).lists[0]?.names).toEqual(known.slice(2))
    expect(dropUnknown(FIRST_LISTS, 1, new Set(known)).lists[0]?.names).toEqual(known)
    const chosen = putNames(FIRST_LISTS, 1, known)
    expect(dropUnknown(chosen, 1, gone).lists[0]?.names).toEqual(known)
  })

  it('move an instrument to a place between others', () => {
    const names = ['A', 'B', 'C', 'D']
    expect(moved(names, 'A', 2)).toEqual(['B', 'A', 'C', 'D'])
    expect(moved(names, 'A', 4)).toEqual(['B', 'C', 'D', 'A'])
    expect(moved(names, 'D', 0)).toEqual(['D', 'A', 'B', 'C'])
    expect(moved(names, 'C', -1)).toEqual(['C', 'A', 'B', 'D'])
    expect(moved(names, 'C', 2)).toEqual(names)
    expect(moved(names, 'C', 3)).toEqual(names)
    expect(moved(names, 'X', 1)).toEqual(names)
  })

  it('survive being kept, without what is damaged', () => {
    expect(readLists(JSON.parse(JSON.stringify(three)))).toEqual(three)
    const damaged = { lists: [{ id: 4, title: 7, names: ['NSE:A', 'A', 3] }, 'x', { id: 4, names: [] }], current: 9 }
    expect(readLists(damaged)).toEqual({ lists: [{ id: 4, title: 'List 4', names: ['NSE:A'] }], current: 4 })
    for (const nothing of [undefined, null, 7, {}, { lists: [] }, { lists: [null] }])
      expect(readLists(nothing)).toBeUndefined()
  })

  it('know a name from anything else', () => {
    for (const good of ['NSE:M&M', 'NSE_INDEX:NIFTY 50', 'NFO:BAJAJ-AUTO30NOV49FUT'])
      expect(isName(good), good).toBe(true)
    for (const bad of ['RELIANCE', 'NSE:', ':A', 'nse:A', 'NSE: A', `NSE:${'A'.repeat(99)}`, 5])
      expect(isName(bad), String(bad)).toBe(false)
  })
})

describe('lists as text', () => {
  it('come back as they went', () => {
    const names = FIRST_LISTS.lists[0]?.names ?? []
    expect(writeText(names.slice(0, 2))).toBe('NSE_INDEX:NIFTY\nNSE_INDEX:BANKNIFTY\n')
    expect(readText(writeText(names))).toEqual({ names, wrong: [], tooMany: 0 })
  })

  it('are understood as others write them, and lines that say nothing are told', () => {
    const text = '###BANKS,NSE:SBIN, nse:HDFCBANK\r\n# a remark\r\n\r\nSBIN\r\nNSE:SBIN\nFOO BAR:X\n'
    expect(readText(text)).toEqual({
      names: ['NSE:SBIN', 'NSE:HDFCBANK'],
      wrong: [
        { line: 4, text: 'SBIN' },
        { line: 6, text: 'FOO BAR:X' },
      ],
      tooMany: 0,
    })
  })

  it('say how many are too many', () => {
    const text = Array.from({ length: MOST_NAMES + 3 }, (_, nth) => `NSE:S${nth}`).join('\n')
    expect(readText(text)).toMatchObject({ tooMany: 3 })
    expect(readText(text).names).toHaveLength(MOST_NAMES)
  })
})

describe('lists from elsewhere', () => {
  const many = (count: number) =>
    Array.from({ length: count }, (_, nth) => ({ id: nth + 1, title: `L${nth}`, names: ['NSE:TCS'] }))

  it('are fifty at most', () => {
    const read = readLists({ lists: many(60), current: 55 })
    expect([read?.lists.length, read?.current]).toEqual([50, 1])
  })

  it('of another tab leave the list in view where it is', () => {
    const theirs = { lists: many(3), current: 1 }
    expect(joinLists(theirs, { lists: [], current: 2 })).toEqual({ ...theirs, current: 2 })
    expect(joinLists(theirs, { lists: [], current: 9 })).toEqual(theirs)
  })
})
