import { addDays, weekdayOf } from './zone.ts'

const SUNDAY = 6

/** The n-th Sunday of a month, 1 to 12. */
function sunday(year: number, month: number, n: number): string {
  const first = `${year}-${String(month).padStart(2, '0')}-01`
  return addDays(first, SUNDAY - weekdayOf(first) + 7 * (n - 1))
}

/**
 * Whether the United States have daylight saving on the evening of a date in India: from the second Sunday of March to
 * the first of November (Energy Policy Act of 2005).
 */
export function hasDaylight(date: string): boolean {
  const year = Number(date.slice(0, 4))
  return date >= sunday(year, 3, 2) && date < sunday(year, 11, 1)
}
