import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createCalendar, type Subject } from '../../../../shared/market/calendar/calendar.ts'
import { shippedCalendar as calendar, shippedData } from '../../../../shared/market/calendar/shipped.ts'
import type { Exchange } from '../../../../shared/market/exchange.ts'
import type { Instrument } from '../../../../shared/market/instrument.ts'
import { ROOT } from '../../../support/source.ts'
import { at } from './at.ts'

const SUBJECTS: Subject[] = [...calendar.exchanges].flatMap(([exchange, profiles]) =>
  profiles.map(profile => ({ exchange, profile })),
)

const share: Instrument = {
  exchange: 'NSE',
  symbol: 'RELIANCE',
  token: '738561',
  brokerSymbol: 'RELIANCE',
  name: 'RELIANCE INDUSTRIES',
  kind: 'EQ',
}

describe('phases', () => {
  it.each<[string, string | undefined, string, string]>([
    ['NSE', 'cas', 'closing auction reference price', 'none'],
    ['NSE', 'plain', 'continuous', 'expected'],
    ['NFO', undefined, 'continuous', 'expected'],
    ['NSE_INDEX', undefined, 'closing auction', 'sparse'],
  ])('%s (%s) is in %s on 3 Aug 2026 at 15:17', (exchange, profile, name, ticks) => {
    const phase = calendar.phaseAt({ exchange: exchange as Exchange, profile }, at('2026-08-03 15:17'))
    expect(phase).toMatchObject({ name, ticks })
  })

  it('of a share with derivatives follow each other through the closing auction', () => {
    const names = calendar.sessions({ exchange: 'NSE', profile: 'cas' }, '2026-08-03').map(({ from, phase }) => {
      const minutes = (from - at('2026-08-03 00:00')) / 60_000
      return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')} ${phase?.name}`
    })
    expect(names).toEqual([
      '08:45 block deals',
      '09:00 pre-open entry',
      '09:08 pre-open match',
      '09:12 pre-open buffer',
      '09:15 continuous',
      '15:15 closing auction reference price',
      '15:20 closing auction entry',
      '15:25 closing auction limit entry',
      '15:30 closing auction match',
      '15:50 post-close',
    ])
  })

  it('are one object as long as they last', () => {
    const subject = { exchange: 'NSE', profile: 'cas' } as const
    const first = calendar.phaseAt(subject, at('2026-11-20 10:00'))
    expect(calendar.phaseAt(subject, at('2026-11-20 11:00'))).toBe(first)
    expect(calendar.phaseAt(subject, at('2026-11-23 10:00'))).not.toBe(first)
  })

  it('tell from when on an auction may end at any moment', () => {
    const phase = calendar.phaseAt({ exchange: 'NSE' }, at('2026-08-03 15:26'))
    expect(phase?.randomEndFrom).toBe(at('2026-08-03 15:28'))
  })

  it('have a pre-open for futures since 8 Dec 2025, and none for options', () => {
    const nameOf = (profile: string, time: string) => calendar.phaseAt({ exchange: 'NFO', profile }, at(time))?.name
    expect(nameOf('future', '2025-12-05 09:05')).toBe('closed')
    expect(nameOf('future', '2025-12-08 09:05')).toBe('pre-open entry')
    expect(nameOf('option', '2025-12-08 09:05')).toBe('closed')
  })

  it('between two sessions are one, as long as the market is closed', () => {
    expect(calendar.phaseAt({ exchange: 'NFO' }, at('2026-11-22 12:00'))).toEqual({
      name: 'closed',
      matching: 'none',
      ticks: 'none',
      from: at('2026-11-20 15:40'),
      to: at('2026-11-23 09:15'),
    })
    // A Muhurat of an unknown hour ends it.
    expect(calendar.phaseAt({ exchange: 'NFO' }, at('2026-11-07 12:00'))?.to).toBe(at('2026-11-08 00:00'))
  })

  it('tile the time: each holds its instant, and the next begins where it ends', () => {
    const instants = fc.integer({ min: at('2024-12-01 00:00'), max: at('2027-02-01 00:00') })
    fc.assert(
      fc.property(fc.constantFrom(...SUBJECTS), instants, (subject, instant) => {
        const phase = calendar.phaseAt(subject, instant)
        if (!phase) return
        expect(phase.from <= instant && instant < phase.to).toBe(true)
        // The same at every instant of it, and another one on either side.
        expect(calendar.phaseAt(subject, phase.from)).toEqual(phase)
        expect(calendar.phaseAt(subject, phase.to - 1)).toEqual(phase)
        const [before, after] = [calendar.phaseAt(subject, phase.from - 1), calendar.phaseAt(subject, phase.to)]
        if (before) expect(before.to).toBe(phase.from)
        if (after) expect(after.from).toBe(phase.to)
      }),
      { numRuns: 500 },
    )
  })

  it('say the same on machines in other zones', () => {
    const walk = (zone: string) => {
      const script = join(ROOT, 'test/support/calendarwalk.mjs')
      const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', script], {
        cwd: ROOT,
        env: { ...process.env, TZ: zone },
        encoding: 'utf8',
        maxBuffer: 100_000_000,
      })
      expect(stderr).toBe('')
      return JSON.parse(stdout) as { offset: number; said: unknown[] }
    }
    const [utc, india, york] = [walk('UTC'), walk('Asia/Kolkata'), walk('America/New_York')]
    expect([utc.offset, india.offset, york.offset]).toEqual([0, -330, 240])
    expect(utc.said.length).toBeGreaterThan(50_000)
    expect(india.said).toEqual(utc.said)
    expect(york.said).toEqual(utc.said)
  }, 60_000)
})

describe('days', () => {
  it.each<[Exchange, string, boolean | undefined]>([
    ['NSE', '2025-02-01', true],
    ['NSE', '2026-02-01', true],
    ['NSE', '2024-03-02', true],
    ['NSE', '2025-10-21', true],
    ['NSE', '2026-01-15', false],
    ['MCX', '2026-01-15', true],
    ['MCX', '2026-01-01', true],
    ['NSE', '2026-11-21', false],
    // The session is known, its hour is not.
    ['NSE', '2026-11-08', true],
    ['MCX', '2026-03-03', undefined],
    ['CDS', '2026-11-20', undefined],
    ['CDS', '2026-11-21', false],
    ['NSE', '2027-01-26', undefined],
    ['NSE', '2028-01-01', undefined],
    ['CRYPTO', '2026-11-20', undefined],
  ])('%s on %s: trading is %s', (exchange, date, expected) => {
    expect(calendar.isTradingDay({ exchange }, date)).toBe(expected)
  })

  it.each<[Exchange, string, string | undefined]>([
    ['NSE', '2026-11-23', '2026-11-20'],
    ['NSE', '2026-11-11', '2026-11-09'],
    ['NSE', '2026-11-09', '2026-11-08'],
    ['NSE', '2026-02-02', '2026-02-01'],
    ['MCX', '2026-03-04', undefined],
    ['CDS', '2026-11-23', undefined],
    ['NSE', '2025-01-01', undefined],
    ['CRYPTO', '2026-11-23', undefined],
  ])('before %s on %s the last trading day was %s', (exchange, date, expected) => {
    expect(calendar.previousTradingDay({ exchange }, date)).toBe(expected)
  })

  it.each<[string, string, string | undefined, string | undefined]>([
    ['NSE', '2026-11-20 08:00', '2026-11-20 09:15', '2026-11-20 15:15'],
    ['NSE', '2026-11-20 10:00', '2026-11-23 09:15', '2026-11-20 15:15'],
    // Morning and evening are one session.
    ['MCX', '2026-11-20 10:00', '2026-11-23 09:00', '2026-11-20 23:55'],
    ['MCX', '2026-03-06 10:00', '2026-03-09 09:00', '2026-03-06 23:55'],
    ['MCX', '2026-03-09 10:00', '2026-03-10 09:00', '2026-03-09 23:30'],
    ['NSE', '2024-03-02 09:30', '2024-03-02 11:30', '2024-03-02 10:00'],
    ['NSE', '2026-12-31 16:00', undefined, undefined],
    ['CRYPTO', '2026-11-20 10:00', undefined, undefined],
  ])('%s at %s opens next at %s and closes next at %s', (exchange, now, opens, closes) => {
    const subject = { exchange: exchange as Exchange }
    expect(calendar.nextOpen(subject, at(now))).toBe(opens && at(opens))
    expect(calendar.nextClose(subject, at(now))).toBe(closes && at(closes))
  })

  it('are open from the first instant of the hours to the one before their end', () => {
    const isOpen = (time: number) => calendar.isOpen({ exchange: 'NSE', profile: 'plain' }, time)
    expect(isOpen(at('2026-07-31 09:15') - 1)).toBe(false)
    expect(isOpen(at('2026-07-31 09:15'))).toBe(true)
    expect(isOpen(at('2026-07-31 15:30') - 1)).toBe(true)
    expect(isOpen(at('2026-07-31 15:30'))).toBe(false)
    expect(isOpen(at('2028-01-01 10:00'))).toBeUndefined()
  })

  it('are explained, with what was disputed and who said so', () => {
    const rows = calendar.explain('2026-03-03')
    expect(
      rows.map(({ exception, effect, source }) => [exception.kind, exception.status, effect, source?.status]),
    ).toEqual([
      ['closed', 'confirmed', 'counts', 'reported'],
      ['morning_closed', 'tentative', 'undecided', 'open'],
      ['evening_closed', 'tentative', 'undecided', 'open'],
    ])
    expect(calendar.explain('2026-02-19').map(({ effect }) => effect)).toEqual(['information'])
    expect(calendar.explain('2027-01-26').map(({ effect }) => effect)).toEqual(['undecided'])
    expect(calendar.explain('2026-11-20')).toEqual([])
  })

  it('that are not as their weekday come in order', () => {
    const dates = calendar.exceptionsFrom('2026-11-21').map(({ date }) => date)
    expect(dates).toEqual(dates.toSorted())
    expect(dates[0]).toBe('2026-11-24')
  })

  it('are covered as far as the file says', () => {
    expect(calendar.coverage().map(({ market, from, to, holidays }) => [market, from, to, holidays])).toEqual([
      ['equity', '2025-01-01', '2026-12-31', true],
      ['currency', '2025-01-01', '2026-12-31', false],
      ['commodity', '2026-01-01', '2026-12-31', true],
    ])
  })
})

describe('the profile of an instrument', () => {
  const listed = (exchange: Exchange, symbol: string) => exchange === 'NFO' && symbol === 'RELIANCE'
  const profileOf = (of: Partial<Instrument>, known: typeof listed | (() => undefined) = listed) =>
    calendar.profileOf({ ...share, ...of }, known)

  it('of a share hangs on whether a derivative of it is listed', () => {
    expect(profileOf({})).toBe('cas')
    expect(profileOf({ symbol: 'IDEAFORGE' })).toBe('plain')
    expect(profileOf({ exchange: 'BSE' })).toBe('cas')
    // Where nobody knows: the one that is silent sooner.
    expect(profileOf({ symbol: 'IDEAFORGE' }, () => undefined)).toBe('cas')
  })

  it('is never one that nothing in a list tells', () => {
    const data = structuredClone(shippedData)
    data.segments.NSE?.profiles.reverse()
    expect(createCalendar(data).profileOf({ ...share, symbol: 'IDEAFORGE' }, listed)).toBe('plain')
  })

  it('of a derivative hangs on its kind, or on what it is of', () => {
    expect(profileOf({ exchange: 'NFO', kind: 'FUT', underlying: 'NIFTY' })).toBe('future')
    expect(profileOf({ exchange: 'NFO', kind: 'CE', underlying: 'NIFTY' })).toBe('option')
    expect(profileOf({ exchange: 'MCX', kind: 'FUT', underlying: 'GOLD' })).toBe('non_agri')
    expect(profileOf({ exchange: 'MCX', kind: 'FUT', underlying: 'CPO' })).toBe('agri_intl')
    expect(profileOf({ exchange: 'MCX', kind: 'FUT', underlying: 'MENTHAOIL' })).toBe('agri')
    expect(profileOf({ exchange: 'CDS', kind: 'FUT', underlying: 'EURUSD' })).toBe('cross')
    expect(profileOf({ exchange: 'CRYPTO' })).toBeUndefined()
  })
})
