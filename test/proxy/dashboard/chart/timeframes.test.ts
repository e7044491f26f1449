import { describe, expect, it } from 'vitest'
import {
  countdown,
  dayOf,
  endOf,
  readTimeframe,
  startOf,
  TIMEFRAMES,
} from '../../../../proxy/dashboard/chart/timeframes.ts'

const at = (time: string, day = '2026-11-23') => Date.parse(`${day}T${time}+05:30`)

describe('a candle', () => {
  it.each([
    ['1m', 'NSE', '09:15:00', '09:16:00'],
    ['3m', 'NFO', '09:18:00', '09:21:00'],
    ['5m', 'MCX', '09:15:00', '09:20:00'],
    ['15m', 'BSE', '09:15:00', '09:30:00'],
    ['1h', 'NSE', '09:15:00', '10:15:00'],
    ['1h', 'NSE_INDEX', '14:15:00', '15:15:00'],
    ['1h', 'MCX', '23:00:00', '24:00:00'],
    ['1h', 'CDS', '09:00:00', '10:00:00'],
  ] as const)('of %s on %s begins at %s and ends at %s, in India', (timeframe, exchange, from, to) => {
    const end = to === '24:00:00' ? at('00:00:00', '2026-11-24') : at(to)
    expect(startOf(at(from), timeframe, exchange)).toBe(at(from))
    expect(startOf(end - 1, timeframe, exchange)).toBe(at(from))
    expect(endOf(at(from), timeframe)).toBe(end)
    expect(startOf(end, timeframe, exchange)).toBe(end)
  })

  it('of a day is that of India, whatever day it is elsewhere', () => {
    expect(startOf(at('00:00:00'), '1D', 'NSE')).toBe(at('00:00:00'))
    expect(startOf(at('23:59:59'), '1D', 'NSE')).toBe(at('00:00:00'))
    expect(dayOf(at('05:29:59'))).toBe(at('00:00:00'))
  })
})

describe('a length that is typed', () => {
  it.each([
    ['1', '1m'],
    ['5', '5m'],
    ['15m', '15m'],
    ['60', '1h'],
    ['1H', '1h'],
    ['h', '1h'],
    ['d', '1D'],
    ['1d', '1D'],
    ['1440', '1D'],
  ] as const)('%s is %s', (text, timeframe) => expect(readTimeframe(text)).toBe(timeframe))

  it.each(['', 'm', '0', '7', '2h', '5x', 'five'])('%j is none', text => expect(readTimeframe(text)).toBeUndefined())

  it('can be every one that there is', () => {
    for (const one of TIMEFRAMES) expect(readTimeframe(one)).toBe(one)
  })
})

describe('the countdown', () => {
  it('counts to the second that is not over yet', () => {
    expect([0, 1, 999, 1000, 61_000, 3_600_000 + 62_500, -5].map(countdown)).toEqual([
      '00:00',
      '00:01',
      '00:01',
      '00:01',
      '01:01',
      '1:01:03',
      '00:00',
    ])
  })
})
