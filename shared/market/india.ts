const OFFSET_MS = 19_800_000
const DAY_MS = 86_400_000

/** `YYYY-MM-DD` in India, whatever the zone of this machine. India has no daylight saving. */
export const indianDate = (at: number): string => new Date(at + OFFSET_MS).toISOString().slice(0, 10)

/** Minutes since midnight in India. */
export const indianMinutes = (at: number): number => Math.floor(((at + OFFSET_MS) % DAY_MS) / 60_000)

/** `06:00 India time`. */
export function indianClock(at: number): string {
  const minutes = indianMinutes(at)
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map(part => String(part).padStart(2, '0'))
  return `${hour}:${minute} India time`
}

/** The instant of a clock time in India: `date` as `YYYY-MM-DD`, `minutes` since midnight. */
export const atIndian = (date: string, minutes: number): number =>
  Date.parse(`${date}T00:00:00Z`) + minutes * 60_000 - OFFSET_MS

/** The first instant after `at` at which clocks in India show that many minutes since midnight. */
export function nextIndian(at: number, minutes: number): number {
  const today = atIndian(indianDate(at), minutes)
  return today > at ? today : today + DAY_MS
}
