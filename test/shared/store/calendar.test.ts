import { writeFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { shippedData } from '../../../shared/market/calendar/shipped.ts'
import {
  CalendarFile,
  importCalendar,
  parseCalendar,
  readCalendar,
  removeCalendar,
} from '../../../shared/store/calendar.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'
import { at } from '../market/calendar/at.ts'

const NOW = at('2026-10-01 12:00')
const NSE = { exchange: 'NSE' } as const

/** The shipped calendar with one more holiday. */
function changed(): string {
  const data = structuredClone(shippedData)
  data.version = '2026-12-01 of ours'
  data.exceptions.push({
    date: '2026-11-18',
    weekday: 'Wed',
    segments: ['NSE'],
    kind: 'closed',
    name: 'A holiday',
    status: 'confirmed',
    source: 'nse2026',
  })
  return JSON.stringify(data)
}

it('an imported calendar serves in place of the shipped one, until it is removed', () => {
  const folder = temporaryFolder()
  const noon = at('2026-11-18 12:00')
  expect(readCalendar(folder, NOW)).toMatchObject({ origin: 'shipped' })
  importCalendar(folder, changed(), NOW)
  const { calendar, origin, trouble } = readCalendar(folder, NOW)
  expect([calendar.version, origin, trouble]).toEqual(['2026-12-01 of ours', 'imported', undefined])
  expect(calendar.expectTicks(NSE, noon)).toBe('quiet')
  expect(removeCalendar(folder)).toBe(true)
  expect(removeCalendar(folder)).toBe(false)
  expect(readCalendar(folder, NOW).calendar.expectTicks(NSE, noon)).toBe('expected')
})

it('a calendar with faults is refused with a line for each, and nothing is written', async () => {
  const folder = temporaryFolder()
  const refused = async (text: string) => failure(() => importCalendar(folder, text, NOW))
  expect(await refused('{')).toMatchObject({
    code: 'CALENDAR_INVALID',
    message: expect.stringMatching(/^it is no JSON/),
  })
  expect((await refused('{}')).message.split('\n').length).toBeGreaterThan(5)
  const faulty = changed().replace('"date":"2026-11-18"', '"date":"2026-11-19"')
  expect((await refused(faulty)).message).toBe('2026-11-19 A holiday is a Thu, not a Wed')
  expect((await refused(changed().replace('"date":"2026-11-18"', '"date":"2026-02-30"'))).message).toMatch(
    /^exceptions\.\d+\.date: is no day of the calendar$/,
  )
  expect(readCalendar(folder, NOW).origin).toBe('shipped')
})

it('a calendar whose end is near is taken, and told', () => {
  const { findings } = parseCalendar(changed(), at('2026-12-05 12:00'))
  expect(findings.map(({ rule }) => rule)).toEqual(['coverage', 'coverage', 'coverage'])
})

it('a running process follows the file, and a broken one is told while the shipped one serves', () => {
  const folder = temporaryFolder()
  const clock = new ManualClock(NOW)
  const file = new CalendarFile(folder, clock)
  onTestFinished(() => file.close())
  let changes = 0
  file.listen(() => changes++)
  clock.advance(5000)
  expect([file.serving.origin, changes]).toEqual(['shipped', 0])
  importCalendar(folder, changed(), NOW)
  clock.advance(1000)
  expect([file.serving.origin, changes]).toEqual(['imported', 1])
  writeFileSync(folder.calendarFile, '{"version":')
  clock.advance(1000)
  expect([file.serving.origin, changes]).toEqual(['shipped', 2])
  expect(file.serving.trouble).toMatch(
    /calendar\.json does not serve: it is no JSON: .*; the calendar Tickwire comes with/,
  )
  removeCalendar(folder)
  clock.advance(1000)
  expect([file.serving.origin, file.serving.trouble, changes]).toEqual(['shipped', undefined, 3])
  file.close()
  importCalendar(folder, changed(), NOW)
  clock.advance(5000)
  expect([file.serving.origin, changes]).toEqual(['shipped', 3])
})
