import { expect, it } from 'vitest'
import { checkCalendar } from '../../../scripts/checks/calendar.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { at } from '../../shared/market/calendar/at.ts'
import { temporaryFolder } from '../../support/datafolder.ts'

it.each([
  ['well covered', '2026-10-01 10:00', 'ok', /commodity to 2026-12-31$/],
  ['near the end', '2026-12-05 12:00', 'warn', /; it ends soon$/],
  ['of the last day', '2026-12-31 23:00', 'warn', /; it ends soon$/],
  ['of the first day after it', '2027-01-01 00:00', 'warn', /; it has ended: of later days nothing is known/],
  ['of a year nobody knows', '2027-01-10 23:00', 'warn', /; it has ended: /],
] as const)('a calendar %s, at %s: %s', (_, now, verdict, detail) => {
  const clock = new ManualClock(at(now))
  const check = checkCalendar({ folder: temporaryFolder(), clock, config: { market: 'calendar' } as never })
  expect(check).toMatchObject({ check: 'calendar', verdict, detail: expect.stringMatching(detail) })
})
