import { describe, expect, it } from 'vitest'
import {
  decimalsOf,
  exchangeTag,
  formatAge,
  formatChange,
  formatCompact,
  formatCount,
  formatExpiry,
  formatPercent,
  formatPrice,
  formatTime,
} from '../../../../proxy/dashboard/watch/format.ts'

describe('numbers of the watch', () => {
  it.each([
    [0, '0.00'],
    [0.05, '0.05'],
    [8.67, '8.67'],
    [999.999, '1,000.00'],
    [1482.3, '1,482.30'],
    [99_999.99, '99,999.99'],
    [123_456.7, '1,23,456.70'],
    [1_234_567, '12,34,567.00'],
    [123_456_789.125, '12,34,56,789.13'],
    [-37.63, '−37.63'],
    [-0.001, '0.00'],
  ])('writes the price %d as %s', (value, text) => {
    expect(formatPrice(value)).toBe(text)
  })

  it('writes currency contracts with four decimals, everything else with two', () => {
    expect(formatPrice(88.1725, decimalsOf('CDS'))).toBe('88.1725')
    expect(formatPrice(88.17, decimalsOf('BCD'))).toBe('88.1700')
    for (const exchange of ['NSE', 'NFO', 'MCX', 'BSE_INDEX']) expect(decimalsOf(exchange)).toBe(2)
  })

  it.each([formatPrice, formatChange, formatPercent, formatCount, formatCompact, formatAge])(
    'writes what is not known as a dash, never as 0 (%#)',
    format => {
      expect(format(undefined)).toBe('—')
      expect(format(Number.NaN)).toBe('—')
      expect(format(Number.POSITIVE_INFINITY)).toBe('—')
    },
  )

  it.each([
    [12.3, '+12.30', '+12.30%'],
    [-1_05_432.1, '−1,05,432.10', '−1,05,432.10%'],
    [0, '0.00', '0.00%'],
    [0.004, '0.00', '0.00%'],
    [-0.004, '0.00', '0.00%'],
    [0.006, '+0.01', '+0.01%'],
  ])('gives the change %d its sign unless it rounds to nothing', (value, change, percent) => {
    expect(formatChange(value)).toBe(change)
    expect(formatPercent(value)).toBe(percent)
  })

  it.each([
    [0, '0'],
    [1, '1'],
    [999, '999'],
    [999.6, '1.00K'],
    [1000, '1.00K'],
    [12_345, '12.35K'],
    [99_994, '99.99K'],
    [99_999, '1.00L'],
    [100_000, '1.00L'],
    [4_312_980, '43.13L'],
    [9_999_999, '1.00Cr'],
    [10_000_000, '1.00Cr'],
    [123_456_789_000, '12,345.68Cr'],
    [-250_000, '−2.50L'],
  ])('writes the volume %d as %s', (value, text) => {
    expect(formatCompact(value)).toBe(text)
  })

  it('never writes a thousand thousands, a hundred lakhs of one scale', () => {
    for (let power = 0; power < 40; power++) {
      const value = 7 * 1.9 ** power
      for (const near of [value, value * 0.99999, value * 1.00001]) {
        const text = formatCompact(near)
        if (text.endsWith('K') || text.endsWith('L')) expect(Number.parseFloat(text), text).toBeLessThan(100)
        else if (!text.endsWith('Cr')) expect(Number.parseFloat(text), text).toBeLessThan(1000)
      }
    }
  })

  it('counts in whole numbers', () => {
    expect(formatCount(1_234_567)).toBe('12,34,567')
  })
})

describe('times of the watch', () => {
  const noon = Date.parse('2026-11-23T12:00:00+05:30')

  it('is the clock of India, with seconds', () => {
    expect(formatTime(Date.parse('2026-11-23T09:15:07.900+05:30'), noon)).toBe('09:15:07')
    expect(formatTime(Date.parse('2026-11-23T00:00:00+05:30'), noon)).toBe('00:00:00')
  })

  it('says the day of what is not of today', () => {
    expect(formatTime(Date.parse('2026-11-22T23:59:59+05:30'), noon)).toBe('22 Nov 23:59')
    expect(formatTime(undefined, noon)).toBe('—')
  })

  it.each([
    [-400, '0s'],
    [0, '0s'],
    [999, '0s'],
    [59_999, '59s'],
    [60_000, '1m 00s'],
    [65_000, '1m 05s'],
    [3_599_000, '59m 59s'],
    [3_600_000, '1h 00m'],
    [47 * 3_600_000, '47h 00m'],
    [48 * 3_600_000, '2d'],
  ])('writes an age of %d ms as %s', (ms, text) => {
    expect(formatAge(ms)).toBe(text)
  })

  it('writes an expiry as people say it', () => {
    expect(formatExpiry('2026-11-24')).toBe('24 Nov 26')
    expect(formatExpiry('2049-12-03')).toBe('3 Dec 49')
  })

  it('calls an index an index', () => {
    expect(exchangeTag('NSE_INDEX')).toBe('index')
    expect(exchangeTag('NFO')).toBe('NFO')
  })
})
