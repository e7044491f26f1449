/** Times as a market of India reads them, wherever the browser is. */
const IST_MS = 19_800_000
const DAY_MS = 86_400_000
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

const ist = (at: number): Date => new Date(at + IST_MS)

/** `09:15` */
const minuteOf = (at: number): string => ist(at).toISOString().slice(11, 16)

/** `09:15:00.123` */
export const milliOf = (at: number): string => ist(at).toISOString().slice(11, 23)

/** `Tue 24 Nov` */
function dayOf(at: number): string {
  const day = ist(at)
  return `${DAYS[day.getUTCDay()]} ${day.getUTCDate()} ${MONTHS[day.getUTCMonth()]}`
}

/** Days of the calendar of India. */
export const dayNumber = (at: number): number => Math.floor((at + IST_MS) / DAY_MS)

/** `09:00`, `09:00 Mon` within a week, `09:00 Tue 1 Dec` beyond. */
export function momentOf(at: number, now: number): string {
  const days = dayNumber(at) - dayNumber(now)
  if (days === 0) return minuteOf(at)
  return `${minuteOf(at)} ${days > 0 && days < 7 ? DAYS[ist(at).getUTCDay()] : dayOf(at)}`
}

/** Of a date alone, `2026-11-24`: `Tue 24 Nov`. */
export const dayOfDate = (date: string): string => dayOf(Date.parse(`${date}T00:00:00+05:30`))

/** What is left: `04:12`, `3 h 05 m`, `2 d 4 h`. */
export function leftOf(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000))
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)]
  if (hours >= 48) return `${Math.floor(hours / 24)} d ${hours % 24} h`
  if (hours >= 1) return `${hours} h ${two(minutes % 60)} m`
  return `${two(minutes)}:${two(seconds % 60)}`
}

/** What is over, in whole units of one kind: `40 ms`, `14 s`, `3 min`, `2 h`, `5 d`. */
export function spanOf(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`
  const seconds = Math.round(ms / 1000)
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`
}

const two = (value: number): string => String(value).padStart(2, '0')
