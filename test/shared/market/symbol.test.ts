import { describe, expect, it } from 'vitest'
import { contractSymbol, isDate, readDate } from '../../../shared/market/symbol.ts'

describe('the common symbol of a contract', () => {
  it.each([
    ['NIFTY', '2026-09-29', undefined, 'FUT', 'NIFTY29SEP26FUT'],
    ['NIFTY', '2026-09-22', 23350, 'CE', 'NIFTY22SEP2623350CE'],
    ['EURINR', '2026-02-25', 105.5, 'PE', 'EURINR25FEB26105.5PE'],
    ['USDINR', '2021-12-29', 83.05, 'CE', 'USDINR29DEC2183.05CE'],
    ['SENSEX50', '2026-01-29', undefined, 'FUT', 'SENSEX5029JAN26FUT'],
    ['M&M', '2030-12-31', 0.5, 'CE', 'M&M31DEC300.5CE'],
  ])('of %s %s %s %s is %5$s', (base, expiry, strike, kind, symbol) => {
    expect(contractSymbol(base, expiry, strike, kind)).toBe(symbol)
  })
})

describe('a date', () => {
  it('is a day of the calendar', () => {
    for (const day of ['2026-09-29', '2028-02-29']) expect(isDate(day), day).toBe(true)
    for (const day of ['2026-02-29', '2026-13-01', '2026-9-29', '29-SEP-26', '', '2026-09-29 '])
      expect(isDate(day), day).toBe(false)
  })

  it.each(['05SEP2026', '05-SEP-2026', '5-Sep-2026', '05sep2026'])('is read from %s', text => {
    expect(readDate(text)).toBe('2026-09-05')
  })

  it.each(['', '31APR2026', '29-FEB-2026', '2026-09-05', '05SEP26', '05XYZ2026', '0-SEP-2026'])(
    'is not read from "%s"',
    text => {
      expect(readDate(text)).toBeUndefined()
    },
  )
})
