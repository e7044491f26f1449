import { describe, expect, it } from 'vitest'
import { isLastOfClosed, tradesFrom } from '../../../adapters/account/hours.ts'
import { Market } from '../../../adapters/market.ts'
import { ManualClock } from '../../../shared/clock.ts'
import type { Exchange } from '../../../shared/market/exchange.ts'
import { at } from '../../shared/market/calendar/at.ts'
import { equity } from '../../support/proxy.ts'

const market = new Market({ clock: new ManualClock() })

describe('the last value of a market that is closed', () => {
  it.each<[Exchange, string, string, boolean, string]>([
    ['NSE', '2026-11-20 16:30', '2026-11-22 20:00', true, 'a weekend'],
    ['NSE', '2026-11-20 16:30', '2026-11-23 20:00', false, 'a trading day'],
    ['NSE', '2026-11-20 12:00', '2026-11-20 20:00', false, 'hours of trading'],
    ['CDS', '2026-11-20 18:00', '2026-11-22 20:00', true, 'a weekend, also of what has no list of holidays'],
    ['CDS', '2026-11-20 18:00', '2026-11-23 20:00', false, 'a day that may have been a trading day'],
    ['NSE', '2026-11-07 12:00', '2026-11-08 23:59', false, 'a session whose hour nobody knows'],
    ['NSE', '2026-12-31 18:00', '2026-12-31 23:00', true, 'the last evening that the calendar covers'],
    ['NSE', '2026-12-31 18:00', '2027-01-03 20:00', false, 'days that no calendar covers'],
  ])('of %s after %s is so at %s: %s, after %s', (exchange, until, now, isLast) => {
    expect(isLastOfClosed(market, exchange, at(until), at(now))).toBe(isLast)
  })
})

describe('what is wanted trades next', () => {
  it.each<[string, string, string]>([
    ['2026-11-21 06:00', '2026-11-23 09:15', 'at the next open'],
    ['2026-11-23 06:00', '2026-11-23 09:15', 'at the open of the day'],
    ['2027-01-04 06:00', '2027-01-04 06:00', 'perhaps at once, on a day that no calendar covers'],
  ])('from %s on: %s, %s', (from, next) => {
    expect(tradesFrom(market, [], at(from))).toBe(at(next))
    expect(tradesFrom(market, [equity('TCS')], at(from))).toBe(at(next))
  })

  it('when the first of several does so', () => {
    const pair = { ...equity('USDINR'), exchange: 'CDS' as const }
    expect(tradesFrom(market, [equity('TCS'), pair], at('2026-11-23 06:00'))).toBe(at('2026-11-23 09:00'))
  })
})
