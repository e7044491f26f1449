import { describe, expect, it } from 'vitest'
import { createCalendar } from '../../../../shared/market/calendar/calendar.ts'
import { type CalendarData, calendarSchema, type Exception } from '../../../../shared/market/calendar/schema.ts'
import { shippedData } from '../../../../shared/market/calendar/shipped.ts'
import { NEW_YORK } from '../../../support/newyork.ts'
import { at } from './at.ts'

/** What the shipped calendar becomes with further rows of Wed 18 Nov 2026, an ordinary day. */
function withRows(...rows: Partial<Exception>[]) {
  const data: CalendarData = structuredClone(shippedData)
  for (const row of rows)
    data.exceptions.push({
      date: '2026-11-18',
      weekday: 'Wed',
      segments: ['NSE'],
      kind: 'closed',
      name: 'A holiday',
      status: 'confirmed',
      source: 'nse2026',
      published_at: '2026-11-16',
      ...row,
    })
  return createCalendar(data)
}

const nse = { exchange: 'NSE' } as const
const NOON = at('2026-11-18 12:00')
const NIGHT = at('2026-11-18 22:00')

describe('exceptions', () => {
  it('win over the weekday, late as they come', () => {
    expect(withRows().expectTicks(nse, NOON)).toBe('expected')
    expect(withRows({}).expectTicks(nse, NOON)).toBe('quiet')
  })

  it('of one day: the confirmed one that was published last counts, the others are kept', () => {
    const calendar = withRows(
      { published_at: '2026-11-17', kind: 'special_session' },
      { published_at: '2026-11-10' },
      { published_at: '2026-11-18', status: 'tentative' },
    )
    expect(calendar.expectTicks(nse, NOON)).toBe('expected')
    expect(calendar.explain('2026-11-18').map(({ effect }) => effect)).toEqual(['counts', 'superseded', 'superseded'])
  })

  it('that were withdrawn do not count, whether they say so or a later row does', () => {
    expect(withRows({ status: 'withdrawn' }).expectTicks(nse, NOON)).toBe('expected')
    const calendar = withRows({}, { status: 'withdrawn', published_at: '2026-11-17' })
    expect(calendar.expectTicks(nse, NOON)).toBe('expected')
    expect(calendar.explain('2026-11-18').map(({ effect }) => effect)).toEqual(['withdrawn', 'withdrawn'])
    // Taken back, and then held after all.
    const again = withRows({}, { status: 'withdrawn', published_at: '2026-11-17' }, { published_at: '2026-11-18' })
    expect(again.expectTicks(nse, NOON)).toBe('quiet')
  })

  it('are taken back by rows of their kind only', () => {
    const calendar = withRows({}, { kind: 'muhurat', status: 'withdrawn', published_at: '2026-11-17' })
    expect(calendar.expectTicks(nse, NOON)).toBe('quiet')
  })

  it('with a phase of which sources disagree are unknown within it', () => {
    const held = { name: 'session', matching: 'continuous' as const, ticks: 'expected' as const }
    const phases = [
      { ...held, start: '10:00', end: '11:00' },
      { ...held, start: '11:00', end: '13:00', unsure: true },
    ]
    const calendar = withRows({ kind: 'special_session', phases })
    expect(calendar.expectTicks(nse, at('2026-11-18 10:30'))).toBe('expected')
    expect(calendar.expectTicks(nse, NOON)).toBe('unknown')
    expect(calendar.isTradingDay(nse, '2026-11-18')).toBe(true)
  })

  it('that are tentative make unknown what they would change, and nothing else', () => {
    const calendar = withRows({ status: 'tentative' })
    expect(calendar.expectTicks(nse, NOON)).toBe('unknown')
    expect(calendar.expectTicks(nse, NIGHT)).toBe('quiet')
    expect(calendar.expectTicks({ exchange: 'BSE' }, NOON)).toBe('expected')
    expect(calendar.nextOpen(nse, at('2026-11-17 20:00'))).toBe(at('2026-11-19 09:15'))
    expect(calendar.nextPossible(nse, at('2026-11-17 20:00'))).toBe(at('2026-11-18 08:45'))
  })

  it('of one kind of instruments leave the others alone', () => {
    const calendar = withRows({ profiles: ['plain'] })
    expect(calendar.expectTicks({ exchange: 'NSE', profile: 'plain' }, NOON)).toBe('quiet')
    expect(calendar.expectTicks({ exchange: 'NSE', profile: 'cas' }, NOON)).toBe('expected')
  })

  it('of a mock session are no trading, whose hours may be known', () => {
    const phases = [{ name: 'mock', start: '10:00', end: '12:30', matching: 'none' as const, ticks: 'sparse' as const }]
    const calendar = withRows({ kind: 'mock', date: '2026-11-21', weekday: 'Sat', phases })
    const saturday = at('2026-11-21 11:00')
    expect(calendar.phaseAt(nse, saturday)).toMatchObject({ name: 'mock', ticks: 'sparse' })
    expect(calendar.isOpen(nse, saturday)).toBe(false)
    expect(calendar.isTradingDay(nse, '2026-11-21')).toBe(false)
    expect(withRows({ kind: 'mock', date: '2026-11-21' }).phaseAt(nse, saturday)).toBeUndefined()
  })
})

describe('a calendar of another zone', () => {
  const york = createCalendar(calendarSchema.parse(NEW_YORK))
  const fund = { exchange: 'GLOBAL_INDEX' } as const

  it('keeps its hours while the clocks there change', () => {
    // 09:30 in New York is 13:30 or 14:30 in London.
    expect(york.nextOpen(fund, Date.parse('2026-03-06T21:30:00Z'))).toBe(Date.parse('2026-03-09T13:30:00Z'))
    expect(york.nextOpen(fund, Date.parse('2026-03-05T21:30:00Z'))).toBe(Date.parse('2026-03-06T14:30:00Z'))
    expect(york.nextOpen(fund, Date.parse('2026-10-30T21:30:00Z'))).toBe(Date.parse('2026-11-02T14:30:00Z'))
  })

  it('has hours before and after, in which few trade', () => {
    const phase = (text: string) => york.phaseAt(fund, Date.parse(text))?.name
    expect(phase('2026-07-06T13:29:59Z')).toBe('pre-market')
    expect(phase('2026-07-06T13:30:00Z')).toBe('regular')
    expect(phase('2026-07-06T20:00:00Z')).toBe('after-hours')
    expect(york.expectTicks(fund, Date.parse('2026-07-06T20:00:00Z'))).toBe('quiet')
    // A short day.
    expect(phase('2026-11-27T18:30:00Z')).toBe('closed')
  })

  it('has markets that never close', () => {
    const coin = { exchange: 'CRYPTO' } as const
    const sunday = Date.parse('2026-11-22T04:59:59.999Z')
    expect(york.expectTicks(coin, sunday)).toBe('expected')
    expect(york.expectTicks(coin, sunday + 1)).toBe('expected')
    expect(york.phaseAt(coin, sunday)?.to).toBe(sunday + 1)
    expect(york.nextClose(coin, sunday)).toBeUndefined()
    expect(york.nextOpen(coin, sunday)).toBeUndefined()
  })
})
