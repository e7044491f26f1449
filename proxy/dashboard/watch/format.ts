/**
 * Numbers and times as an Indian trader reads them. What is not known is a dash, never 0.
 */
export const MISSING = '—'
const MINUS = '−'

const IST_MS = 19_800_000
const DAY_MS = 86_400_000
const SECOND_MS = 1000

const formatters = new Map<number, Intl.NumberFormat>()

function grouped(value: number, decimals: number): string {
  let formatter = formatters.get(decimals)
  if (!formatter) {
    formatter = new Intl.NumberFormat('en-IN', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    formatters.set(decimals, formatter)
  }
  return formatter.format(value)
}

const isNumber = (value: number | undefined): value is number => value !== undefined && Number.isFinite(value)

/** Currency contracts move in quarters of a paisa. */
export const decimalsOf = (exchange: string): number => (exchange === 'CDS' || exchange === 'BCD' ? 4 : 2)

/** `12,34,567.05` */
export function formatPrice(value: number | undefined, decimals = 2): string {
  if (!isNumber(value)) return MISSING
  const text = grouped(Math.abs(value), decimals)
  return value < 0 && isAboveZero(text) ? MINUS + text : text
}

/** With its sign, `+12.30`; what rounds to nothing has none. */
export function formatChange(value: number | undefined, decimals = 2): string {
  if (!isNumber(value)) return MISSING
  const text = grouped(Math.abs(value), decimals)
  return isAboveZero(text) ? (value < 0 ? MINUS : '+') + text : text
}

export const formatPercent = (value: number | undefined): string =>
  isNumber(value) ? `${formatChange(value)}%` : MISSING

/** `12,34,567`; of things that are counted. */
export const formatCount = (value: number | undefined): string =>
  isNumber(value) ? grouped(Math.round(value), 0) : MISSING

/** `step`: what the scale below is rounded to. */
const SCALES = [
  { word: '', size: 1, step: 1 },
  { word: 'K', size: 1e3, step: 1 },
  { word: 'L', size: 1e5, step: 10 },
  { word: 'Cr', size: 1e7, step: 1000 },
] as const

/** `999`, `12.35K` below a lakh, `1.23L`, `4.50Cr`. */
export function formatCompact(value: number | undefined): string {
  if (!isNumber(value)) return MISSING
  const amount = Math.abs(value)
  const sign = value < 0 ? MINUS : ''
  // What rounds up to the next scale is written in it: 1.00L, not 100.00K.
  const scale = SCALES.findLast(({ size, step }) => Math.round(amount / step) * step >= size) ?? SCALES[0]
  if (scale.size === 1) return sign + grouped(Math.round(amount), 0)
  return sign + grouped(amount / scale.size, 2) + scale.word
}

/** IST; of another day with the day, `20 Nov 15:29`. */
export function formatTime(at: number | undefined, now: number): string {
  if (!isNumber(at)) return MISSING
  const ist = new Date(at + IST_MS)
  const clock = ist.toISOString().slice(11, 19)
  if (Math.floor((at + IST_MS) / DAY_MS) === Math.floor((now + IST_MS) / DAY_MS)) return clock
  return `${ist.getUTCDate()} ${MONTHS[ist.getUTCMonth()]} ${clock.slice(0, 5)}`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** `0s`, `59s`, `1m 05s`, `2h 03m`, `4d`; a clock that is behind the exchange's makes nothing younger than now. */
export function formatAge(ms: number | undefined): string {
  if (!isNumber(ms)) return MISSING
  const seconds = Math.max(0, Math.floor(ms / SECOND_MS))
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${twoDigits(seconds % 60)}s`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours}h ${twoDigits(minutes % 60)}m` : `${Math.floor(hours / 24)}d`
}

/** `2026-11-24` as `24 Nov 26`. */
export function formatExpiry(expiry: string): string {
  const [year = '', month = '', day = ''] = expiry.split('-')
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? month} ${year.slice(2)}`
}

/** An index is known by its own name, whoever makes it. */
export const exchangeTag = (exchange: string): string => (exchange.endsWith('_INDEX') ? 'index' : exchange)

const twoDigits = (value: number): string => String(value).padStart(2, '0')
const isAboveZero = (text: string): boolean => /[1-9]/.test(text)
