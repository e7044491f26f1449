import { describe, expect, it } from 'vitest'
import { commandOf, placeAfter, shortcutOf } from '../../../../proxy/dashboard/watch/keys.ts'

const press = (key: string, held: Partial<Record<'altKey' | 'ctrlKey' | 'metaKey', boolean>> = {}) => ({
  key,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  ...held,
})

describe('keys on a row', () => {
  it('open, pin, remove and move it', () => {
    expect(['d', 'D', 'c', 'p', 'Delete', 'Enter'].map(key => commandOf(press(key))?.kind)).toEqual([
      'depth',
      'depth',
      'chart',
      'pin',
      'remove',
      'take',
    ])
    expect(commandOf(press('ArrowUp', { altKey: true }))).toEqual({ kind: 'move', by: -1 })
    expect(commandOf(press('ArrowDown', { altKey: true }))).toEqual({ kind: 'move', by: 1 })
  })

  it('leave to the browser what is the browser’s', () => {
    expect(commandOf(press('c', { ctrlKey: true }))).toBeUndefined()
    expect(commandOf(press('p', { metaKey: true }))).toBeUndefined()
    expect(commandOf(press('d', { altKey: true }))).toBeUndefined()
    expect(commandOf(press('Tab'))).toBeUndefined()
  })

  it('go on by rows and pages and stop at the ends', () => {
    expect(placeAfter(1, 4, 10, 5)).toBe(5)
    expect(placeAfter(1, 9, 10, 5)).toBe(9)
    expect(placeAfter(-1, 0, 10, 5)).toBe(0)
    expect(placeAfter('page', 7, 10, 5)).toBe(9)
    expect(placeAfter('-page', 7, 10, 5)).toBe(2)
    expect(placeAfter('first', 7, 10, 5)).toBe(0)
    expect(placeAfter('last', 2, 10, 5)).toBe(9)
    expect(placeAfter(1, -1, 10, 5)).toBe(0)
    expect(placeAfter('last', -1, 0, 5)).toBe(0)
  })
})

describe('keys anywhere', () => {
  it('find the search and the lists', () => {
    expect(shortcutOf(press('/'), false)).toBe('search')
    expect(shortcutOf(press('k', { ctrlKey: true }), true)).toBe('search')
    expect(shortcutOf(press('7'), false)).toBe(7)
  })

  it('are letters where somebody writes', () => {
    expect(shortcutOf(press('/'), true)).toBeUndefined()
    expect(shortcutOf(press('1'), true)).toBeUndefined()
    expect(shortcutOf(press('8'), false)).toBeUndefined()
    expect(shortcutOf(press('1', { ctrlKey: true }), false)).toBeUndefined()
  })
})
