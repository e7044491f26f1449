import { zipSync } from 'fflate'
import { describe, expect, it } from 'vitest'
import { master } from '../../../adapters/flattrade/instruments.ts'
import { unpack } from '../../../adapters/flattrade/zip.ts'

const HEAD = 'Exchange,Token,Lotsize,Symbol,Tradingsymbol,Instrument,Expiry,Strike,Optiontype'
const rows = Array.from({ length: 300 }, (_, at) => `NSE,${at + 1},1,S${at},S${at}-EQ,EQ,,,`)
const list = Buffer.from([HEAD, ...rows, ''].join('\n'))
const zip = (files: Record<string, Uint8Array>) => Buffer.from(zipSync(files))
const damaged = expect.objectContaining({
  code: 'INSTRUMENTS_MALFORMED',
  message: expect.stringMatching(/its archive (is damaged|holds more than)/),
})

describe('an archive', () => {
  it('holds the list it was made of', () => {
    const found = [...master.parse([zip({ 'NSE_symbols.txt': list })], () => {})]
    expect(found.map(({ token }) => token)).toEqual(rows.map((_, at) => `NSE|${at + 1}`))
  })

  it('may hold several lists, folders, and a list that is stored as it is', () => {
    const stored = Buffer.from(zipSync({ 'a/': new Uint8Array(), 'a/b.csv': list, 'c.csv': list }, { level: 0 }))
    expect(unpack(stored).map(file => Buffer.from(file).equals(list))).toEqual([true, true])
  })

  it('is told by its first letters: a list is none', () => {
    expect(unpack(list)).toEqual([list])
  })

  it('that is cut anywhere is damaged', () => {
    const whole = zip({ 'NSE_symbols.txt': list })
    for (let end = 2; end < whole.length; end += 7) expect(() => unpack(whole.subarray(0, end))).toThrow(damaged)
  })

  it('with a bit that has flipped is damaged, or gives the very list', () => {
    const whole = zip({ 'NSE_symbols.txt': list })
    let refused = 0
    for (let at = 2; at < whole.length; at++)
      for (const bit of [1, 16, 128]) {
        const other = Buffer.from(whole)
        other[at] = (other[at] ?? 0) ^ bit
        try {
          const files = unpack(other)
          expect(files.every(file => Buffer.from(file).equals(list))).toBe(true)
        } catch (error) {
          expect(error).toEqual(damaged)
          refused++
        }
      }
    expect(refused).toBeGreaterThan(whole.length)
  })

  it('that would not fit into memory is refused before it is unpacked', () => {
    expect(() => unpack(zip({ a: list, b: list }), list.length + 1)).toThrow(damaged)
    expect(unpack(zip({ a: list, b: list }), 2 * list.length)).toHaveLength(2)
  })

  it('of nothing holds no list', () => {
    expect(() => [...master.parse([zip({})], () => {})]).toThrow(
      expect.objectContaining({ code: 'INSTRUMENTS_MALFORMED' }),
    )
  })
})
