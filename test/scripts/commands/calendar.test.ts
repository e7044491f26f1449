import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { shippedData } from '../../../shared/market/calendar/shipped.ts'
import { at } from '../../shared/market/calendar/at.ts'
import { NEW_YORK } from '../../support/newyork.ts'
import { expectFailure } from '../../support/said.ts'
import { Processes, type Said } from '../../support/system.ts'

let there: Processes

beforeAll(() => {
  there = new Processes()
})
afterAll(() => there.remove())

const run = (...args: string[]): Promise<Said> => there.run('calendar', ...args)
const linesOf = ({ out }: Said) =>
  out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))

describe('tickwire calendar', () => {
  it('today says what every exchange does, for each kind of instruments', async () => {
    const said = await run('today', '--at', '2026-08-03 15:17')
    expect([said.code, said.err]).toEqual([
      0,
      expect.stringMatching(
        /^Mon 3 Aug 15:17 \(Asia\/Kolkata\), calendar version 2026-\d\d-\d\d \(shipped\): equity to /,
      ),
    ])
    const rows = linesOf(said)
    const row = (exchange: string, profile: string) =>
      rows.find(one => one.exchange === exchange && one.profile === profile)
    expect(row('NSE', 'cas')).toMatchObject({ phase: 'closing auction reference price', ticks: 'none' })
    expect(row('NSE', 'plain')).toMatchObject({ phase: 'continuous', ticks: 'expected', to: at('2026-08-03 15:30') })
    expect(row('NFO', 'option')).toMatchObject({ phase: 'continuous', nextClose: at('2026-08-03 15:40') })
    expect(row('CDS', 'pair')).not.toHaveProperty('phase')
    const table = (await run('today', '--at', '2026-08-03 15:17', '--format', 'table')).out
    expect(table).toMatch(/^NSE +plain +continuous +expected +15:30 +Tue 4 Aug 09:15 +15:30$/m)
    expect(table).toMatch(/^CDS +pair +not known +not known +not known +not known +not known$/m)
    // A day that is not known, before one that is.
    const unsettled = (await run('today', '--at', '2026-03-03 10:00', '--format', 'table')).out
    expect(unsettled).toMatch(/^MCX .*not known +not known +not known +Wed 4 Mar 09:00 +Wed 4 Mar \d\d:\d\d$/m)
  })

  it('today is of now, unless another time is named', async () => {
    const { code, err } = await run('today')
    expect([code, err]).toEqual([0, expect.stringContaining('(Asia/Kolkata)')])
    expectFailure(
      await run('today', '--at', 'noon'),
      2,
      /^error USAGE: "noon" is no time/,
      /^next: tickwire calendar today/,
    )
  })

  it('next names the days that are not as their weekday says', async () => {
    const rows = linesOf(await run('next', '--at', '2026-11-07', '--count', '3'))
    expect(rows.map(({ date, kind, segments }) => [date, kind, segments[0]])).toEqual([
      ['2026-11-08', 'muhurat', 'NSE'],
      ['2026-11-08', 'muhurat', 'MCX'],
      ['2026-11-10', 'closed', 'NSE'],
    ])
  })

  it('explain says what is known of a day, by whom, and what follows from it', async () => {
    const rows = linesOf(await run('explain', '2026-03-03'))
    expect(
      rows
        .filter(({ row }) => row === 'rule')
        .map(({ kind, status, effect, source }) => [kind, status, effect, source.id]),
    ).toEqual([
      ['closed', 'confirmed', 'counts', 'nse2026'],
      ['morning_closed', 'tentative', 'undecided', 'mcxHoli'],
      ['evening_closed', 'tentative', 'undecided', 'mcxHoliDissent'],
    ])
    const mcx = rows.find(({ row, exchange }) => row === 'sessions' && exchange === 'MCX')
    expect(mcx.sessions.map(({ name }: { name: string }) => name)).toEqual(['not known', 'not known'])
    expect(mcx).not.toHaveProperty('isTradingDay')
    const { out } = await run('explain', '2027-01-26', '--format', 'table')
    expect(out).toContain('Republic Day')
    expect(out).toContain('tentative')
    expect(out).toMatch(/^equity is covered from 2025-01-01 to 2026-12-31: of other days only/m)
    expect((await run('explain', '2026-08-03', '--format', 'table')).out).toMatch(
      /^NFO option, BFO option:\n {2}09:15-15:40 continuous$/m,
    )
    expectFailure(await run('explain', '2026-02-30'), 2, /^error USAGE: "2026-02-30" is no date/, /^next: /)
  })

  it('check exits with 0 when all is well, with 5 near its end, with 1 from December on', async () => {
    const early = await run('check', '--at', '2026-10-01')
    expect([early.code, early.out]).toEqual([0, ''])
    const late = await run('check', '--at', '2026-11-30')
    expect([late.code, linesOf(late).map(({ verdict, rule }) => `${verdict} ${rule}`)[0]]).toEqual([5, 'warn coverage'])
    expect((await run('check', '--at', '2026-12-01')).code).toBe(1)
  })

  it('import puts another calendar in place, which every command shows, and --remove goes back', async () => {
    const file = join(there.folder, 'ours.json')
    writeFileSync(file, JSON.stringify({ ...shippedData, version: '2026-11-30 of ours' }))
    expect((await run('check', file, '--at', '2026-10-01')).code).toBe(0)
    expect((await run('import', file)).code).toBe(0)
    expect((await run('today')).err).toContain('version 2026-11-30 of ours (imported)')
    const checks = linesOf(await there.run('doctor'))
    expect(checks.find(({ check }) => check === 'calendar').detail).toMatch(
      /^version 2026-11-30 of ours \(imported\): /,
    )
    expect((await run('import', '--remove')).err).toBe('The calendar Tickwire comes with serves again.\n')
    expect((await run('today')).err).toContain('(shipped)')
  })

  it('import takes a calendar of another zone from stdin', async () => {
    const said = await there.pipe(JSON.stringify(NEW_YORK), 'calendar', 'import', '-')
    expect(said.code).toBe(0)
    const now = await run('today', '--at', '2026-11-20 10:00', '--format', 'table')
    expect(now.err).toMatch(/^Fri 20 Nov 10:00 \(America\/New_York\)/)
    expect(now.out).toMatch(/^GLOBAL_INDEX +fund +regular +expected +16:00/m)
    await run('import', '--remove')
  })

  it('import refuses what is no calendar, with a line for each fault, and what served serves on', async () => {
    const said = await there.pipe('{"version":"1"}', 'calendar', 'import', '-')
    expect([said.code, said.out]).toEqual([1, ''])
    expect(said.err).toMatch(
      /^error CALENDAR_INVALID: what came on stdin is no calendar that can serve:\ngenerated_at: /,
    )
    expect(said.err).toMatch(/\nnext: correct it, then: tickwire calendar check FILE/)
    const broken = join(there.folder, 'broken.json')
    writeFileSync(broken, '{')
    for (const command of ['check', 'import'])
      expectFailure(
        await run(command, broken),
        1,
        /^error CALENDAR_INVALID: .*broken\.json is no calendar that can serve: it is no JSON: /,
        /^next: correct it/,
      )
    expectFailure(
      await run('import', 'https://example.com/c.json'),
      2,
      /^error USAGE: .*not from an address$/,
      /^next: curl /,
    )
    expectFailure(await run('import', 'none.json'), 1, /^error NOT_FOUND: There is no file none\.json$/, /^next: /)
    expectFailure(await run('import'), 2, /^error USAGE: Which calendar\?$/, /^next: tickwire calendar import FILE/)
    expect((await run('today')).err).toContain('(shipped)')
  })

  it('tells a file that was broken by hand wherever it is asked, while the shipped one serves', async () => {
    writeFileSync(join(there.folder, 'calendar.json'), 'nonsense')
    const today = await run('today')
    expect(today.err).toMatch(/^warning: .*calendar\.json does not serve: it is no JSON/)
    expect(linesOf(today).length).toBeGreaterThan(10)
    expect((await run('check', '--at', '2026-10-01')).code).toBe(1)
    const checks = linesOf(await there.run('doctor'))
    expect(checks.find(({ check }) => check === 'calendar')).toMatchObject({
      verdict: 'fail',
      fix: 'tickwire calendar import --remove',
    })
    expect((await run('import', '--remove')).code).toBe(0)
  })
})
