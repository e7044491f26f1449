import fc from 'fast-check'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { calendar, type Expectation } from '../../../shared/market/calendar.ts'
import { EXCHANGES, type Exchange } from '../../../shared/market/exchange.ts'
import { atIndian, indianDate } from '../../../shared/market/india.ts'
import { SESSIONS } from '../../../shared/market/sessions.ts'

/** `2026-08-03 15:17` in India. */
function at(text: string): number {
  const [date = '', time = ''] = text.split(' ')
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return atIndian(date, hours * 60 + minutes)
}

type Row = [exchange: Exchange, time: string, expected: Expectation]

const TABLE: Row[] = [
  // Hours begin with their first instant and end before their last.
  ['NSE', '2026-07-31 09:14', 'quiet'],
  ['NSE', '2026-07-31 09:15', 'expected'],
  ['NSE', '2026-07-31 15:29', 'expected'],
  ['NSE', '2026-07-31 15:30', 'quiet'],
  ['NFO', '2026-07-31 15:29', 'expected'],
  ['NFO', '2026-07-31 15:30', 'quiet'],
  // The closing auction, and derivatives to 15:40.
  ['NSE', '2026-08-03 15:14', 'expected'],
  ['NSE', '2026-08-03 15:17', 'quiet'],
  ['BSE', '2026-08-03 15:17', 'quiet'],
  ['NSE_INDEX', '2026-08-03 15:17', 'quiet'],
  ['BSE_INDEX', '2026-08-03 15:14', 'expected'],
  ['NFO', '2026-08-03 15:17', 'expected'],
  ['BFO', '2026-08-03 15:39', 'expected'],
  ['NFO', '2026-08-03 15:40', 'quiet'],
  // Weekends, and those on which the market was open.
  ['NSE', '2026-11-21 11:00', 'quiet'],
  ['MCX', '2026-11-21 11:00', 'quiet'],
  ['NSE', '2025-02-01 11:00', 'expected'],
  ['NSE', '2026-02-01 11:00', 'expected'],
  ['NFO', '2026-02-01 15:29', 'expected'],
  ['MCX', '2026-02-01 16:59', 'expected'],
  ['MCX', '2026-02-01 18:00', 'quiet'],
  // Holidays are per market.
  ['NSE', '2026-01-15 11:00', 'quiet'],
  ['MCX', '2026-01-15 11:00', 'quiet'],
  ['MCX', '2026-01-15 18:00', 'expected'],
  ['NSE', '2026-01-01 11:00', 'expected'],
  ['MCX', '2026-01-01 11:00', 'expected'],
  ['MCX', '2026-01-01 17:00', 'quiet'],
  ['MCX', '2026-12-25 18:00', 'quiet'],
  ['NSE', '2026-02-19 11:00', 'expected'],
  ['NSE', '2025-03-14 11:00', 'quiet'],
  ['MCX', '2025-03-14 11:00', 'quiet'],
  ['MCX', '2025-03-14 18:00', 'expected'],
  // Muhurat was in the afternoon once.
  ['NSE', '2025-10-21 11:00', 'quiet'],
  ['NSE', '2025-10-21 13:45', 'expected'],
  ['BFO', '2025-10-21 14:45', 'quiet'],
  // MCX follows the clocks of the US.
  ['MCX', '2026-03-06 23:54', 'expected'],
  ['MCX', '2026-03-06 23:55', 'quiet'],
  ['MCX', '2026-03-09 23:29', 'expected'],
  ['NCO', '2026-03-09 23:30', 'quiet'],
  ['MCX', '2026-10-30 23:30', 'quiet'],
  ['NCO', '2026-11-02 23:54', 'expected'],
  // What was not found, or is disputed.
  ['NSE', '2026-11-08 18:30', 'unknown'],
  ['MCX', '2026-11-08 18:30', 'unknown'],
  ['MCX', '2026-03-03 11:00', 'unknown'],
  ['NSE', '2024-03-02 11:00', 'unknown'],
  ['NSE', '2027-01-04 11:00', 'unknown'],
  ['NSE', '2028-01-01 11:00', 'unknown'],
  ['MCX', '2025-07-01 11:00', 'unknown'],
  // The holidays of the currency segment were not found: its nights are known, its days are not.
  ['CDS', '2026-11-20 11:00', 'unknown'],
  ['BCD', '2026-11-20 17:00', 'quiet'],
  ['CDS', '2026-11-21 11:00', 'quiet'],
  ['NCDEX', '2026-11-20 11:00', 'unknown'],
  ['MCX_INDEX', '2026-11-20 11:00', 'unknown'],
  ['GLOBAL_INDEX', '2026-11-20 11:00', 'unknown'],
  ['CRYPTO', '2026-11-20 11:00', 'unknown'],
]

describe('the calendar', () => {
  afterEach(() => {
    vi.unstubAllEnvs()
  })

  it.each(TABLE)('%s at %s in India: ticks are %s', (exchange, time, expected) => {
    expect(calendar.expectTicks(exchange, at(time))).toBe(expected)
  })

  it.each([
    ['UTC', 0],
    ['Asia/Kolkata', -330],
    ['America/New_York', 300],
  ])('says the same on a machine in the zone %s', (zone, offset) => {
    vi.stubEnv('TZ', zone)
    expect(new Date('2026-01-15T12:00:00Z').getTimezoneOffset()).toBe(offset)
    for (const [exchange, time, expected] of TABLE)
      expect(calendar.expectTicks(exchange, at(time)), `${exchange} ${time}`).toBe(expected)
  })

  it.each<[Exchange, string, string]>([
    ['NSE', '2026-11-20 08:00', '2026-11-20 09:15'],
    ['NSE', '2026-11-20 15:15', '2026-11-23 09:15'],
    // Diwali Balipratipada in between.
    ['NFO', '2026-11-09 20:00', '2026-11-11 09:15'],
    ['MCX', '2026-11-09 23:55', '2026-11-10 17:00'],
    // The hour of Muhurat is not known, so it is passed over.
    ['NSE', '2026-11-07 12:00', '2026-11-09 09:15'],
    ['NSE', '2026-01-31 12:00', '2026-02-01 09:15'],
    // Inside the hours it is now.
    ['NSE', '2026-11-20 10:00', '2026-11-20 10:00'],
    ['MCX', '2026-11-20 17:00', '2026-11-20 17:00'],
  ])('after %s at %s, ticks are next expected at %s', (exchange, now, next) => {
    expect(calendar.nextExpected(exchange, at(now))).toBe(at(next))
  })

  it.each<[Exchange, string]>([
    ['NSE', '2026-12-31 15:15'],
    ['NSE', '2028-01-01 11:00'],
    ['CDS', '2026-11-20 08:00'],
    ['CRYPTO', '2026-11-20 08:00'],
  ])('after %s at %s it knows of no ticks to expect', (exchange, now) => {
    expect(calendar.nextExpected(exchange, at(now))).toBeUndefined()
  })

  it('expects ticks at the instant it names as the next, and at none before it', () => {
    const moments = fc.integer({ min: at('2025-01-01 00:00'), max: at('2027-01-10 00:00') })
    fc.assert(
      fc.property(
        fc.constantFrom(...EXCHANGES),
        moments,
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (one, now, share) => {
          const next = calendar.nextExpected(one, now)
          if (next !== undefined) expect(calendar.expectTicks(one, next)).toBe('expected')
          const before = now + Math.floor(((next ?? now + 1) - now) * share)
          if (before !== next) expect(calendar.expectTicks(one, before)).not.toBe('expected')
        },
      ),
    )
  })
})

describe('the data of the calendar', () => {
  const days = Object.values(SESSIONS.days).flat()
  const weekdayOf = (date: string) => new Date(`${date}T00:00:00Z`).toUTCString().slice(0, 3)

  it('names the weekday that belongs to each date', () => {
    for (const { date, weekday } of days) expect(weekday, date).toBe(weekdayOf(date))
  })

  it('has each day of a market once, in order', () => {
    for (const list of Object.values(SESSIONS.days)) {
      const dates = list.map(({ date }) => date)
      expect(dates).toEqual([...new Set(dates)].sort())
    }
  })

  it('names a source for everything, and no source for nothing', () => {
    const used = [...days, ...SESSIONS.schedules, ...Object.values(SESSIONS.coverage)].map(({ source }) => source)
    expect([...new Set(used)].sort()).toEqual(Object.keys(SESSIONS.sources).sort())
  })

  it('holds hours that are real, in order, and do not overlap', () => {
    const WORDS = ['closed', 'regular', 'morning', 'evening', 'unknown']
    const hours = [...days, ...SESSIONS.schedules].map(one => one.hours).filter(text => !WORDS.includes(text))
    expect(hours.length).toBeGreaterThan(SESSIONS.schedules.length)
    for (const text of hours) {
      expect(text).toMatch(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d( |$)/)
      const ends = text.split(/[ -]/)
      expect(
        ends.every((end, place) => /^\d\d:\d\d$/.test(end) && end >= (ends[place - 1] ?? '')),
        text,
      ).toBe(true)
    }
  })

  it('lists the closed weekdays of a year that was published', () => {
    const closed = (year: string) =>
      SESSIONS.days.equity.filter(({ date, hours }) => date.startsWith(year) && hours === 'closed').length
    expect([closed('2025'), closed('2026')]).toEqual([13, 16])
  })

  it('has hours for every exchange of a market from the first covered day on', () => {
    for (const [market, { from }] of Object.entries(SESSIONS.coverage))
      for (const exchange of SESSIONS.markets[market as keyof typeof SESSIONS.markets])
        expect(
          SESSIONS.schedules.some(row => row.exchanges.includes(exchange) && row.from <= from),
          exchange,
        ).toBe(true)
  })

  it('lets MCX end as the clocks of the US say', () => {
    const late = (date: string) => calendar.expectTicks('MCX', at(`${date} 23:40`)) === 'expected'
    for (let day = at('2026-01-05 12:00'); indianDate(day) < '2027'; day += 86_400_000) {
      const date = indianDate(day)
      if (
        !calendar
          .nextExpected('MCX', at(`${date} 23:00`))
          ?.toString()
          .includes(`${at(`${date} 23:00`)}`)
      )
        continue
      const zone = new Intl.DateTimeFormat('en-US', { timeZone: 'America/New_York', timeZoneName: 'short' })
      expect(late(date), date).toBe(zone.format(day).endsWith('EST'))
    }
  })
})
