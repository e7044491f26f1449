import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Expectation, Subject } from '../../../../shared/market/calendar/calendar.ts'
import { shippedCalendar as calendar } from '../../../../shared/market/calendar/shipped.ts'
import { EXCHANGES, type Exchange } from '../../../../shared/market/exchange.ts'
import { at } from './at.ts'

type Row = [subject: string, time: string, expected: Expectation]

/** `NSE`, or `NSE/plain`. */
function subjectOf(text: string): Subject {
  const [exchange, profile] = text.split('/')
  return { exchange: exchange as Exchange, profile }
}

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
  ['NSE/plain', '2026-08-03 15:17', 'expected'],
  ['NSE/plain', '2026-08-03 15:30', 'quiet'],
  ['BSE/plain', '2026-08-03 15:29', 'expected'],
  ['NSE/special_preopen', '2026-08-03 09:59', 'quiet'],
  ['NSE/special_preopen', '2026-08-03 10:00', 'expected'],
  ['NSE/cas', '2026-07-31 15:29', 'expected'],
  // Two sessions on a Saturday, and one of which only the first is known.
  ['NSE', '2024-03-02 09:14', 'quiet'],
  ['NSE', '2024-03-02 09:59', 'expected'],
  ['NSE', '2024-03-02 11:00', 'quiet'],
  ['NFO', '2024-03-02 11:30', 'expected'],
  ['NFO', '2024-03-02 12:30', 'quiet'],
  ['NSE', '2024-05-18 11:30', 'expected'],
  ['NFO', '2024-05-18 11:35', 'unknown'],
  ['NSE', '2024-03-04 11:00', 'unknown'],
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
  // Goods of the field end sooner.
  ['MCX/agri_intl', '2026-11-20 20:59', 'expected'],
  ['MCX/agri_intl', '2026-11-20 21:00', 'quiet'],
  ['MCX/agri', '2026-11-20 16:59', 'expected'],
  ['MCX/agri', '2026-11-20 17:00', 'quiet'],
  ['MCX/agri', '2026-01-15 18:00', 'quiet'],
  ['MCX/agri_intl', '2026-01-15 18:00', 'expected'],
  // What was not found, or is disputed.
  ['NSE', '2026-11-08 18:30', 'unknown'],
  ['MCX', '2026-11-08 18:30', 'unknown'],
  ['MCX', '2026-03-03 11:00', 'unknown'],
  ['NSE', '2027-01-04 11:00', 'unknown'],
  ['NSE', '2028-01-01 11:00', 'unknown'],
  ['MCX', '2025-07-01 11:00', 'unknown'],
  // The holidays of the currency segment were not found: its nights are known, its days are not.
  ['CDS', '2026-11-20 11:00', 'unknown'],
  ['BCD', '2026-11-20 17:00', 'quiet'],
  ['CDS', '2026-11-21 11:00', 'quiet'],
  ['CDS/cross', '2026-11-20 18:00', 'unknown'],
  ['CDS/cross', '2026-11-20 19:30', 'quiet'],
  // Such a kind of instruments there is not.
  ['NSE/agri', '2026-11-20 11:00', 'unknown'],
  ['NCDEX', '2026-11-20 11:00', 'unknown'],
  ['MCX_INDEX', '2026-11-20 11:00', 'unknown'],
  ['GLOBAL_INDEX', '2026-11-20 11:00', 'unknown'],
  ['CRYPTO', '2026-11-20 11:00', 'unknown'],
]

/** Every exchange, with every profile that it has. */
const SUBJECTS: Subject[] = [
  ...EXCHANGES.map(exchange => ({ exchange })),
  ...[...calendar.exchanges].flatMap(([exchange, profiles]) => profiles.map(profile => ({ exchange, profile }))),
]

describe('the calendar', () => {
  it.each(TABLE)('%s at %s in India: ticks are %s', (subject, time, expected) => {
    expect(calendar.expectTicks(subjectOf(subject), at(time))).toBe(expected)
  })

  it.each<[Exchange, string, string]>([
    ['NSE', '2026-11-20 08:00', '2026-11-20 09:15'],
    ['NSE', '2026-11-20 15:15', '2026-11-23 09:15'],
    // Diwali Balipratipada in between.
    ['NFO', '2026-11-09 20:00', '2026-11-11 09:15'],
    ['MCX', '2026-11-09 23:55', '2026-11-10 17:00'],
    // The hour of Muhurat is not known: it may be any of that day.
    ['NSE', '2026-11-07 12:00', '2026-11-08 00:00'],
    ['NSE', '2026-01-31 12:00', '2026-02-01 09:15'],
    // Inside the hours it is now.
    ['NSE', '2026-11-20 10:00', '2026-11-20 10:00'],
    ['MCX', '2026-11-20 17:00', '2026-11-20 17:00'],
    // Behind its end nobody knows, nor on a weekday of what has no list of holidays, nor of an exchange it does not have.
    ['NSE', '2026-12-31 15:15', '2027-01-01 00:00'],
    ['NSE', '2028-01-01 11:00', '2028-01-01 11:00'],
    ['CDS', '2026-11-20 18:00', '2026-11-23 09:00'],
    ['CRYPTO', '2026-11-20 08:00', '2026-11-20 08:00'],
  ])('after %s at %s, ticks are possible from %s on', (exchange, now, next) => {
    expect(calendar.nextPossible({ exchange }, at(now))).toBe(at(next))
  })

  it('knows of no ticks, nor is it ignorant of any, before the instant it names as the next', () => {
    const subjects = fc.constantFrom(...SUBJECTS)
    const moments = fc.integer({ min: at('2025-01-01 00:00'), max: at('2027-01-10 00:00') })
    fc.assert(
      fc.property(subjects, moments, fc.double({ min: 0, max: 0.999, noNaN: true }), (one, now, share) => {
        const next = calendar.nextPossible(one, now) ?? Number.NaN
        expect(calendar.expectTicks(one, next)).not.toBe('quiet')
        const before = now + Math.floor((next - now) * share)
        if (before !== next) expect(calendar.expectTicks(one, before)).toBe('quiet')
      }),
    )
  })
})
