import { describe, expect, it } from 'vitest'
import { hasDaylight } from '../../../../shared/market/calendar/daylight.ts'
import { addDays, weekdayOf, zoneOf } from '../../../../shared/market/calendar/zone.ts'

const york = zoneOf('America/New_York')
const at = (text: string) => Date.parse(text)

describe('a zone', () => {
  it('knows its clocks on the days on which they change', () => {
    // 02:00 becomes 03:00 on 8 Mar 2026, at 07:00 in London.
    expect(york.at('2026-03-08', 90)).toBe(at('2026-03-08T06:30:00Z'))
    expect(york.at('2026-03-08', 210)).toBe(at('2026-03-08T07:30:00Z'))
    expect(york.minutesOf(at('2026-03-08T06:59:59Z'))).toBe(119)
    expect(york.minutesOf(at('2026-03-08T07:00:00Z'))).toBe(180)
    expect(york.minutesOf(at('2026-03-08T20:00:00Z'))).toBe(960)
    // 02:00 becomes 01:00 on 1 Nov 2026.
    expect(york.at('2026-11-01', 570)).toBe(at('2026-11-01T14:30:00Z'))
    expect(york.minutesOf(at('2026-11-01T05:59:00Z'))).toBe(119)
    expect(york.minutesOf(at('2026-11-01T06:00:00Z'))).toBe(60)
  })

  it('has dates of its own', () => {
    expect(york.dateOf(at('2026-07-01T03:59:59.999Z'))).toBe('2026-06-30')
    expect(york.dateOf(at('2026-07-01T04:00:00Z'))).toBe('2026-07-01')
    expect(zoneOf('Asia/Kolkata').dateOf(at('2026-06-30T18:30:00Z'))).toBe('2026-07-01')
    expect(zoneOf('Asia/Kolkata').minutesOf(-1)).toBe(329)
  })

  it('counts days over months, and weekdays from Monday', () => {
    expect([addDays('2026-02-28', 1), addDays('2024-02-28', 1), addDays('2026-01-01', -1)]).toEqual([
      '2026-03-01',
      '2024-02-29',
      '2025-12-31',
    ])
    expect([weekdayOf('2026-11-23'), weekdayOf('2026-11-22')]).toEqual([0, 6])
  })
})

it.each([
  ['2025-03-08', false],
  ['2025-03-09', true],
  ['2025-11-01', true],
  ['2025-11-02', false],
  ['2026-03-07', false],
  ['2026-03-09', true],
  ['2026-10-30', true],
  ['2026-11-02', false],
  ['2027-03-14', true],
  ['2027-11-07', false],
])('on %s the United States have daylight saving: %s', (date, expected) => {
  expect(hasDaylight(date)).toBe(expected)
})
