// Prints what the shipped calendar says of every day of two years, in the zone of this process.
import { shippedCalendar as calendar } from '../../shared/market/calendar/shipped.ts'

const offset = new Date('2026-07-01T00:00:00Z').getTimezoneOffset()
const said = []
for (let at = Date.UTC(2024, 11, 25); at < Date.UTC(2027, 0, 5); at += 7 * 3_600_000 + 7_123)
  for (const [exchange, profiles] of calendar.exchanges)
    for (const profile of profiles) said.push(calendar.phaseAt({ exchange, profile }, at))
process.stdout.write(JSON.stringify({ offset, said: said.map(one => (one ? [one.name, one.from, one.to] : 0)) }))
