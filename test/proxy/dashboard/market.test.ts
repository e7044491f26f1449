import { describe, expect, it } from 'vitest'
import { leftOf, momentOf, spanOf } from '../../../proxy/dashboard/ist.ts'
import { exceptionWords, isClosed, isOver, lineOf, phaseWords } from '../../../proxy/dashboard/market.ts'

const at = (text: string) => Date.parse(`${text}+05:30`)

describe('the phase of a market', () => {
  it('is told with its end', () => {
    const now = at('2026-11-23T09:03:48')
    const preOpen = { exchange: 'NSE', phase: 'pre-open', ticks: 'sparse', until: at('2026-11-23T09:08:00') } as const
    expect(phaseWords(preOpen, now)).toBe('Pre-open 04:12 left')
    const open = { exchange: 'NSE', phase: 'continuous', ticks: 'expected', until: at('2026-11-23T15:30:00') } as const
    expect(phaseWords(open, now)).toBe('Open until 15:30')
    const closed = { exchange: 'NSE', phase: 'closed', ticks: 'none', nextOpen: at('2026-11-25T09:00:00') } as const
    expect(phaseWords(closed, now)).toBe('Closed until 09:00 Wed')
    expect([open, closed].map(isClosed)).toEqual([false, true])
  })

  it('that is over is told as what was, until the server says what is', () => {
    const until = at('2026-11-23T15:30:00')
    const open = { exchange: 'NSE', phase: 'continuous', ticks: 'expected', until } as const
    expect([isOver(open, until - 1), isOver(open, until)]).toEqual([false, true])
    expect(phaseWords(open, until + 20_000)).toBe('Was open until 15:30')
    const closed = { exchange: 'NSE', phase: 'closed', ticks: 'none', nextOpen: at('2026-11-24T09:00:00') } as const
    expect([isOver(closed, until), phaseWords(closed, closed.nextOpen)]).toEqual([false, 'Was closed until 09:00'])
    expect(isOver({ exchange: 'CDS' }, until)).toBe(false)
  })

  it('is not known where the calendar does not say', () => {
    expect(phaseWords({ exchange: 'CDS' }, 0)).toBe('Hours not known')
    expect(isClosed({ exchange: 'CDS' })).toBe(false)
  })

  it('of an index is its own, or that of its exchange', () => {
    const segments = ['NSE', 'NSE', 'NSE_INDEX', 'BSE'].map(exchange => ({ exchange }))
    const market = { market: 'calendar', segments, exceptions: [] } as const
    expect(lineOf(market, 'NSE')).toBe(segments[0])
    expect(lineOf(market, 'NSE_INDEX')).toBe(segments[2])
    expect(lineOf(market, 'BSE_INDEX')).toBe(segments[3])
    expect(lineOf(market, 'MCX')).toBeUndefined()
  })

  it('names the next day that is not as the others', () => {
    expect(exceptionWords({ date: '2026-11-24', kind: 'morning_closed', name: '', exchanges: [] })).toBe(
      'Tue 24 Nov morning closed',
    )
  })
})

describe('a time', () => {
  it('of another day says which', () => {
    const now = at('2026-11-22T23:59:00')
    expect(momentOf(at('2026-11-22T08:00:00'), now)).toBe('08:00')
    expect(momentOf(at('2026-11-23T00:01:00'), now)).toBe('00:01 Mon')
    expect(momentOf(at('2026-12-01T09:00:00'), now)).toBe('09:00 Tue 1 Dec')
  })

  it('that is left, or over, has the unit that fits', () => {
    expect([0, 59_100, 3_599_000, 3_660_000, 190_000_000].map(leftOf)).toEqual([
      '00:00',
      '01:00',
      '59:59',
      '1 h 01 m',
      '2 d 4 h',
    ])
    expect([40, 14_000, 180_000, 7_300_000, 200_000_000].map(spanOf)).toEqual(['40 ms', '14 s', '3 min', '2 h', '2 d'])
  })
})
