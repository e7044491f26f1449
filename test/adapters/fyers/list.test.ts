import { expect, it } from 'vitest'
import { master } from '../../../adapters/fyers/instruments.ts'
import { FUTURE, line, SHARE } from './masterlist.ts'

const parse = (texts: readonly string[]) => [
  ...master.parse(
    texts.map(text => Buffer.from(text)),
    () => {},
  ),
]

const whole = `${line(SHARE)}\n`
const last = line(FUTURE)
const NAMES = ['NSE_CM', 'NSE_FO', 'NSE_CD', 'NSE_COM', 'BSE_CM', 'BSE_FO', 'MCX_COM']

it.each([...NAMES.entries()])('the lists are refused together where file %i, %s, ends in a row', (at, name) => {
  for (const end of [1, 15, 40, last.lastIndexOf(',')])
    expect(() => parse(NAMES.map(one => (one === name ? whole + last.slice(0, end) : whole)))).toThrow(
      expect.objectContaining({
        code: 'INSTRUMENTS_MALFORMED',
        message: `An instrument list of Fyers is not what it should be: file ${at + 1} of 7 (${name}) ends in the middle of a row, so the download was cut`,
      }),
    )
})

it('a row that ends within quotes is cut, too', () => {
  expect(() => parse([whole, `${whole}101000,"STATE`])).toThrow('file 2 of 2 (NSE_FO) ends in the middle')
})

it('a last row that is whole needs no newline', () => {
  expect(parse([whole + last])).toHaveLength(2)
})
