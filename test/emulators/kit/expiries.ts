const DAY_MS = 86_400_000
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']

export const TUESDAY = 2
export const THURSDAY = 4

/** A day of the calendar (`YYYY-MM-DD`), without a zone. */
const at = (date: string): Date => new Date(`${date}T00:00:00Z`)
const dateOf = (day: number): string => new Date(day).toISOString().slice(0, 10)

/** The next `count` days of that weekday (0 is Sunday), `today` included. */
export function weeklies(today: string, weekday: number, count: number): string[] {
  const from = at(today)
  const first = from.getTime() + ((weekday - from.getUTCDay() + 7) % 7) * DAY_MS
  return Array.from({ length: count }, (_, week) => dateOf(first + week * 7 * DAY_MS))
}

/** The last such weekday of this month and of those after it, none before `today`. */
export function monthlies(today: string, weekday: number, count: number): string[] {
  const from = at(today)
  const days: string[] = []
  for (let month = 0; days.length < count; month++) {
    const end = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + month + 1, 0))
    const day = dateOf(end.getTime() - ((end.getUTCDay() - weekday + 7) % 7) * DAY_MS)
    if (day >= today) days.push(day)
  }
  return days
}

/** Whether no other day of that weekday follows in its month: brokers spell such contracts by the month alone. */
export const isMonthly = (expiry: string): boolean =>
  dateOf(at(expiry).getTime() + 7 * DAY_MS).slice(5, 7) !== expiry.slice(5, 7)

/** `NOV` */
export const monthOf = (date: string): string => MONTHS[at(date).getUTCMonth()] ?? ''

/** `28NOV26` */
export const shortDate = (date: string): string => `${date.slice(8)}${monthOf(date)}${date.slice(2, 4)}`
