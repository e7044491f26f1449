import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileGlob } from '../../shared/glob.ts'

describe('a pattern of symbols', () => {
  it.each([
    ['NIFTY*', ['NIFTY', 'NIFTY28NOV2624800CE'], ['BANKNIFTY', 'NIFT', 'nifty']],
    ['*NIFTY', ['NIFTY', 'BANKNIFTY', 'NIFTYNIFTY'], ['NIFTY50', '']],
    ['*CE', ['NIFTY24800CE', 'CECE', 'CE'], ['CEPE']],
    ['N?FTY', ['NIFTY', 'NAFTY', 'N?FTY'], ['NFTY', 'NIIFTY']],
    ['*', ['', 'ANYTHING', '*'], []],
    ['?', ['A', '*'], ['', 'AB']],
    ['A*B*C', ['ABC', 'AxxBxxC', 'ABCABC'], ['ACB', 'AB']],
    ['a.c', ['a.c'], ['abc']],
    ['RELIANCE', ['RELIANCE'], ['RELIANCE2', 'XRELIANCE', 'RELIANC']],
  ])('%s fits what it says, whole texts only', (pattern, fitting, other) => {
    const fits = compileGlob(pattern)
    expect(fitting.filter(text => !fits(text))).toEqual([])
    expect(other.filter(fits)).toEqual([])
  })

  it('means what the same words of a regular expression mean', () => {
    const letters = fc.string({ unit: fc.constantFrom('A', 'B', '*', '?'), maxLength: 8 })
    const texts = fc.string({ unit: fc.constantFrom('A', 'B'), maxLength: 10 })
    fc.assert(
      fc.property(letters, texts, (pattern, text) => {
        const meaning = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`)
        expect(compileGlob(pattern)(text)).toBe(meaning.test(text))
      }),
      { numRuns: 3000 },
    )
  })

  it('of many stars ends soon on a text that nearly fits, where a regular expression would not', () => {
    let reads = 0
    const text = 'A'.repeat(64)
    const counted = new Proxy(Object(text) as object, {
      get(_, name) {
        if (/^\d+$/.test(String(name))) reads++
        return text[name as keyof string]
      },
    }) as unknown as string
    expect(compileGlob(`${'*A'.repeat(31)}*B`)(counted)).toBe(false)
    expect(reads).toBeGreaterThan(0)
    expect(reads).toBeLessThanOrEqual(64 * 64)
  })
})
