import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Signal } from '../../../adapters/contract.ts'
import { createDecoder } from '../../../adapters/flattrade/codec.ts'

const RECEIVED = 1_795_149_907_000_000
const fields = `t=dk e=NFO tk=54957 ts=NIFTY28JUL22C16600 pp=2 ls=50 ti=0.05 c=42.20 lp=84.00 pc=99.05 ft=1658911102
  ltt=14:08:20 oi=7606750 o=37.65 h=98.00 l=22.00 v=129781850 bp1=84.00 sp1=84.20 bq1=1000 sq1=300 bp5=83.10 bq5=50 bo5=1`
const record = JSON.stringify(Object.fromEntries(fields.split(/\s+/).map(one => one.split('='))))

/** All numbers of a signal, wherever they stand. */
function numbersIn(value: unknown): number[] {
  if (typeof value === 'number') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersIn) : []
}

function check(signals: readonly Signal[]): void {
  for (const signal of signals) {
    if (signal.kind === 'part') expect(numbersIn(signal.part).every(Number.isFinite)).toBe(true)
    if (signal.kind === 'ignored' || signal.kind === 'malformed') expect(signal.what.length).toBeLessThan(80)
  }
}

const decode = (text: string) => createDecoder()(text, RECEIVED)

describe('damaged frames', () => {
  it('that are cut anywhere give no value and are counted', () => {
    for (let end = 0; end < record.length; end++)
      expect(decode(record.slice(0, end))).toEqual([{ kind: 'malformed', what: 'text that is no message' }])
  })

  it('with a changed character never throw, and never give what is no number', () => {
    const change = fc.tuple(fc.nat(record.length - 1), fc.string({ minLength: 0, maxLength: 3, unit: 'binary' }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), changes => {
        const text = changes.reduce((rest, [at, put]) => rest.slice(0, at) + put + rest.slice(at + 1), record)
        check(decode(text))
      }),
      { numRuns: 3000, seed: 3 },
    )
  })

  it('with values of any kind under the known names never throw', () => {
    const names = [
      't',
      'e',
      'tk',
      'lp',
      'v',
      'oi',
      'bp1',
      'bq1',
      'sp5',
      'ft',
      'ltt',
      's',
      'uid',
      'emsg',
      'qty',
      'status',
    ]
    const types = fc.constantFrom('tk', 'tf', 'dk', 'df', 'ak', 'ck', 'om', 'hk', 'uk')
    const content = fc.dictionary(fc.constantFrom(...names), fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.string()))
    fc.assert(
      fc.property(types, content, (t, said) => check(decode(JSON.stringify({ t, ...said })))),
      { numRuns: 3000, seed: 4 },
    )
  })

  it('with names that objects have by themselves are frames like others', () => {
    const text = '{"t":"tf","e":"NSE","tk":"1","__proto__":{"lp":"5"},"constructor":"1","hasOwnProperty":"x","v":"3"}'
    expect(decode(text)).toMatchObject([{ kind: 'part', part: { volume: 3 } }])
    expect(decode(text)[0]).not.toHaveProperty('part.ltp')
  })

  it('nested without end are no frames', () => {
    expect(decode(`${'['.repeat(100_000)}${']'.repeat(100_000)}`)).toMatchObject([{ kind: 'malformed' }])
  })
})
