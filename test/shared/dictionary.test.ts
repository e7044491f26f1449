import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Dictionary } from '../../shared/dictionary.ts'

describe('a dictionary', () => {
  it('says what a map would say, whatever is added to it and in whatever order', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 2 })
    fc.assert(
      fc.property(fc.array(fc.tuple(text, text), { maxLength: 200 }), text, (pairs, other) => {
        const dictionary = new Dictionary()
        const map = new Map<string, string>()
        for (const [one, value] of pairs) {
          expect(dictionary.add(one, value)).toBe(map.get(one))
          if (!map.has(one)) map.set(one, value)
        }
        for (const one of [...map.keys(), other]) expect(dictionary.get(one)).toBe(map.get(one))
      }),
      { numRuns: 300 },
    )
  })

  it('keeps every entry while it grows, also those that meet in one slot', () => {
    const dictionary = new Dictionary()
    for (let token = 0; token < 50_000; token++) expect(dictionary.add(`1|${token}`, `NSE:S${token}`)).toBeUndefined()
    for (let token = 0; token < 50_000; token++) expect(dictionary.get(`1|${token}`)).toBe(`NSE:S${token}`)
    expect(dictionary.get('1|50000')).toBeUndefined()
    expect(dictionary.add('1|7', 'another')).toBe('NSE:S7')
    expect(dictionary.get('1|7')).toBe('NSE:S7')
  })

  it('tells two texts apart that have one hash', () => {
    // Found by trying 900,000 texts.
    const [one, other] = ['76mmiq', '2391dx']
    const dictionary = new Dictionary()
    dictionary.add(one, 'first')
    expect(dictionary.get(other)).toBeUndefined()
    dictionary.add(other, 'second')
    expect([dictionary.get(one), dictionary.get(other)]).toEqual(['first', 'second'])
  })
})
