import { describe, expect, it } from 'vitest'
import { tickwire } from './dialect.ts'
import { allOf, holdersOf, randomOf, scriptOf } from './script.ts'

describe('a script of the load client', () => {
  it('gives every client a set of its own, the same for the same seed', () => {
    const groups = randomOf(20, 10, 100)
    for (const { clients, symbols } of groups) {
      expect(clients).toBe(1)
      expect(new Set(symbols).size).toBe(10)
      expect(symbols.every(symbol => symbol >= 0 && symbol < 100)).toBe(true)
    }
    expect(new Set(groups.map(({ symbols }) => symbols.join())).size).toBe(20)
    expect(randomOf(20, 10, 100)).toEqual(groups)
    expect(randomOf(20, 10, 100, 2)).not.toEqual(groups)
  })

  it('knows how many clients get a tick', () => {
    expect(holdersOf(allOf(1000, 100), 100)).toBe(1000)
    expect(holdersOf(randomOf(1000, 10, 100), 100)).toBe(100)
  })

  it('says what each group of clients does', () => {
    const lines = scriptOf(allOf(3, 2), tickwire('key')).trimEnd().split('\n')
    expect(lines[0]).toBe('clients 3 reader')
    expect(lines[1]).toBe('send {"action":"authenticate","api_key":"key"}')
    expect(lines[3]).toContain('{"exchange":"NSE","symbol":"BENCH0002"}')
  })
})
