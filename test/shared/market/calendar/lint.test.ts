import { describe, expect, it } from 'vitest'
import { lintCalendar } from '../../../../shared/market/calendar/lint.ts'
import type { CalendarData } from '../../../../shared/market/calendar/schema.ts'
import { shippedData } from '../../../../shared/market/calendar/shipped.ts'
import { at } from './at.ts'

/** While the next year is far away. */
const NOW = at('2026-10-01 12:00')

/** What the lint says of the shipped data with one change. */
function lint(change: (data: CalendarData) => void, now = NOW): string[] {
  const data = structuredClone(shippedData)
  change(data)
  return lintCalendar(data, now).map(({ verdict, rule, text }) => `${verdict} ${rule}: ${text}`)
}

const rowOf = (data: CalendarData, date: string, segment = 'NSE') => {
  const row = data.exceptions.find(one => one.date === date && one.segments.some(name => name === segment))
  if (!row) throw new Error(`no row of ${date}`)
  return row
}

describe('the lint of calendars', () => {
  it('finds nothing wrong with the shipped one', () => {
    expect(lint(() => {})).toEqual([])
  })

  it('finds a weekday that does not belong to its date', () => {
    expect(lint(data => Object.assign(rowOf(data, '2026-11-24'), { weekday: 'Wed' }))).toEqual([
      'error weekday: 2026-11-24 Guru Nanak Jayanti is a Tue, not a Wed',
    ])
  })

  it('finds a source that is not there, and one that nothing comes from', () => {
    expect(lint(data => Object.assign(rowOf(data, '2026-02-19'), { source: 'hearsay' }))).toEqual([
      'error source: 2026-02-19 Settlement holiday names the source hearsay, which is none',
      'error source: nothing comes from the source settlement2026',
    ])
  })

  it('finds phases that overlap, end before they begin, or may end at a time that is not theirs', () => {
    const phases = (...times: [start: string, end: string, random?: string][]) =>
      times.map(([start, end, random], place) => ({
        name: `p${place}`,
        start,
        end,
        ...(random && { random_end_from: random }),
        matching: 'continuous' as const,
        ticks: 'expected' as const,
      }))
    const said = (...times: [string, string, string?][]) =>
      lint(data => Object.assign(rowOf(data, '2025-10-21', 'NFO'), { phases: phases(...times) }))
    expect(said(['13:45', '14:45'], ['14:45', '15:00'])).toEqual([])
    expect(said(['13:45', '14:45'], ['14:40', '15:00'])).toEqual([
      'error order: 2025-10-21 Muhurat: p1 begins at 14:40, before p0 is over',
    ])
    expect(said(['13:45', '13:45'])).toEqual(['error order: 2025-10-21 Muhurat: p0 ends at 13:45, not after 13:45'])
    expect(said(['13:45', '14:45', '14:45'])).toEqual([
      'error order: 2025-10-21 Muhurat: p0 may end from 14:45 on, which is not within it',
    ])
  })

  it('finds a phase behind an evening that ends with the clocks of the United States', () => {
    const said = lint(data => {
      const era = data.schedules.find(row => row.profiles?.includes('non_agri'))
      era?.phases.push({ name: 'night', start: '23:40', end: '24:00', matching: 'none', ticks: 'none' })
    })
    expect(said).toEqual([
      'error order: the schedule of MCX, NCO from 2025-01-01: night begins at 23:40, before evening is over',
    ])
  })

  it('finds names of segments, markets and profiles that are none', () => {
    expect(lint(data => Object.assign(rowOf(data, '2026-11-24', 'NSE'), { segments: ['NSE', 'CRYPTO'] }))).toEqual([
      'error names: 2026-11-24 Guru Nanak Jayanti is of segment CRYPTO, which is none',
    ])
    expect(lint(data => Object.assign(rowOf(data, '2026-11-24'), { profiles: ['cash'] }))[0]).toBe(
      'error names: 2026-11-24 Guru Nanak Jayanti: segment NSE has no profile cash',
    )
    expect(lint(data => Object.assign(data.segments.NSE ?? {}, { usual: 'any' }))).toEqual([
      'error names: segment NSE has no profile any, its usual one',
    ])
    expect(lint(data => Object.assign(data.segments.NSE ?? {}, { market: 'shares' }))).toEqual([
      'error names: segment NSE is of market shares, which is none',
    ])
  })

  it('finds days between two eras, days in two of them, and days in none', () => {
    const change = (from: string) => (data: CalendarData) => {
      const era = data.schedules.find(row => row.profiles?.includes('option') && row.valid_from === '2026-08-03')
      Object.assign(era ?? {}, { valid_from: from, segments: ['NFO'] })
      if (era) data.schedules.push({ ...structuredClone(era), segments: ['BFO'], valid_from: '2026-08-03' })
    }
    const gap = (from: string) =>
      `error eras: NFO (option): the schedule from 2025-01-01 ends on 2026-08-02, the next begins on ${from}`
    expect(lint(change('2026-08-04'))).toEqual([gap('2026-08-04')])
    expect(lint(change('2026-08-02'))).toEqual([gap('2026-08-02')])
    expect(lint(data => Object.assign(data.markets.currency?.coverage ?? {}, { from: '2024-12-31' }))).toContain(
      'error eras: CDS (pair) has no schedule for all days from 2024-12-31 to 2026-12-31',
    )
  })

  it('finds a year with too few closed weekdays, and with too many', () => {
    expect(
      lint(data => {
        const closed = data.exceptions.filter(
          row => row.date.startsWith('2026') && row.kind === 'closed' && row.segments.includes('NSE'),
        )
        for (const row of closed.slice(0, 8)) row.status = 'withdrawn'
      })[0],
    ).toMatch(/^error closed-days: NSE is closed on 10 weekdays of 2026; a whole list has 12 to 18$/)
    expect(
      lint(data => {
        const row = rowOf(data, '2026-11-24')
        for (const [date, weekday] of [
          ['2026-11-25', 'Wed'],
          ['2026-11-26', 'Thu'],
          ['2026-11-27', 'Fri'],
        ] as const)
          data.exceptions.push({ ...row, date, weekday })
      }),
    ).toContain('error closed-days: NSE is closed on 19 weekdays of 2026; a whole list has 12 to 18')
  })

  it('finds a Diwali without Muhurat, and one with two', () => {
    expect(lint(data => Object.assign(rowOf(data, '2025-10-21', 'NFO'), { status: 'withdrawn' }))).toEqual([
      'error muhurat: NFO has 0 Muhurat sessions in 2025, not one',
      'error muhurat: BFO has 0 Muhurat sessions in 2025, not one',
    ])
    expect(
      lint(data => data.exceptions.push({ ...rowOf(data, '2025-10-21', 'NFO'), date: '2025-10-20', weekday: 'Mon' })),
    ).toContain('error muhurat: NFO has 2 Muhurat sessions in 2025, not one')
  })

  it('finds an evening against the clocks of the United States, in a circular and in a schedule', () => {
    expect(
      lint(data => Object.assign(data.segments.MCX?.us_clock?.confirmed[0] ?? {}, { from: '2026-03-06' })),
    ).toEqual(['error us-clock: MCX: a circular says 23:30 from 2026-03-06 on, the rule 23:55'])
    const said = lint(data => {
      const era = data.schedules.find(row => row.profiles?.includes('non_agri'))
      Object.assign(era?.phases.at(-1) ?? {}, { end: '23:30' })
    })
    expect(said[0]).toBe('error us-clock: MCX ends at 23:30 on 2026-01-01, by the clocks of the US at 23:55')
  })

  it('warns 45 days before the end, and calls it an error from 1 December on', () => {
    const said = (date: string) => lint(() => {}, at(`${date} 12:00`)).filter(text => text.includes('equity'))
    expect(said('2026-11-16')).toEqual([])
    expect(said('2026-11-17')[0]).toMatch(
      /^warn coverage: equity is known to 2026-12-31, less than 45 days from 2026-11-17; next: /,
    )
    expect(said('2026-11-30')[0]).toMatch(/^warn /)
    expect(said('2026-12-01')[0]).toMatch(/^error /)
    expect(said('2027-01-01')[0]).toMatch(/^error coverage: equity is known to 2026-12-31, which is over; next: /)
  })
})
