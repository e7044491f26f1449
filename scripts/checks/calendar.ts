import { lintCalendar } from '../../shared/market/calendar/lint.ts'
import { readCalendar } from '../../shared/store/calendar.ts'
import { formatCoverage } from '../hours.ts'
import type { Invocation } from '../invocation.ts'
import { type Check, fail, ok, warn } from './check.ts'

/** Which calendar serves, how far it reaches, and whether it is asked at all. */
export function checkCalendar({ folder, clock, config }: Pick<Invocation, 'folder' | 'clock' | 'config'>): Check {
  const check = 'calendar'
  const now = clock.now()
  const serving = readCalendar(folder, now)
  const detail = formatCoverage(serving)
  if (serving.trouble) return fail(check, serving.trouble, 'tickwire calendar import --remove')
  if (config.market === 'always-open')
    return warn(check, 'MARKET ALWAYS OPEN: feeds do not ask it', 'leave market and TICKWIRE_MARKET out')
  // Its age is no fault of this machine: it serves, and says what it does not know.
  if (lintCalendar(serving.data, now).length > 0) {
    const { calendar } = serving
    const isOver = calendar.coverage().some(({ to }) => to < calendar.dateOf(now))
    const end = isOver ? 'it has ended: of later days nothing is known' : 'it ends soon'
    return warn(check, `${detail}; ${end}`, 'update Tickwire, or: tickwire calendar import FILE')
  }
  return ok(check, detail)
}
