const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** Some years. */
const MOST_KEPT = 2000

/** Dates and clock times of one time zone, whatever the zone of this machine. */
export interface Zone {
  /** `YYYY-MM-DD` there. */
  dateOf(at: number): string
  /** Minutes since midnight there. */
  minutesOf(at: number): number
  /** The instant at which clocks there show that many minutes since midnight; the later one where they skip it. */
  at(date: string, minutes: number): number
}

/** Throws RangeError for a name that is no zone of this machine. */
export function zoneOf(name: string): Zone {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: name,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  })
  const ask = (at: number): number => {
    const part: Record<string, number> = {}
    for (const { type, value } of format.formatToParts(at)) part[type] = Number(value)
    const { year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0 } = part
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
  }
  /** By day of UTC: the offset of all of it, or nothing for a day on which clocks change. */
  const offsets = new Map<number, number | undefined>()
  const offsetAt = (at: number): number => {
    const day = Math.floor(at / DAY_MS)
    if (!offsets.has(day)) {
      if (offsets.size >= MOST_KEPT) offsets.clear()
      const [first, last] = [ask(day * DAY_MS), ask((day + 1) * DAY_MS)]
      offsets.set(day, first === last ? first : undefined)
    }
    return offsets.get(day) ?? ask(at)
  }
  /** What clocks there show, as if it were UTC. */
  const shown = (at: number): number => at + offsetAt(at)
  return {
    dateOf: at => new Date(shown(at)).toISOString().slice(0, 10),
    minutesOf: at => Math.floor((((shown(at) % DAY_MS) + DAY_MS) % DAY_MS) / MINUTE_MS),
    at(date, minutes) {
      const wanted = Date.parse(`${date}T00:00:00Z`) + minutes * MINUTE_MS
      const first = wanted - (shown(wanted) - wanted)
      // Between the two lies a change of the clocks: the offset on the other side of it counts.
      return first - (shown(first) - wanted)
    },
  }
}

/** The date so many days later. */
export const addDays = (date: string, days: number): string =>
  new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10)

/** 0 is Monday. */
export const weekdayOf = (date: string): number => (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7
