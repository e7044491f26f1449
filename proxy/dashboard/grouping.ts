/** How numbers and times are written: Indian grouping, Indian time, a dash for what is not known. */
export const MISSING = '—'

const forms = new Map<number, Intl.NumberFormat>()

/** `12,34,567.50`. */
export function grouped(value: number | undefined, decimals = 0): string {
  if (value === undefined) return MISSING
  let form = forms.get(decimals)
  if (!form) {
    form = new Intl.NumberFormat('en-IN', { minimumFractionDigits: decimals, maximumFractionDigits: decimals })
    forms.set(decimals, form)
  }
  return form.format(value)
}

/** Currencies are traded in steps of a quarter of a paisa. */
export const decimalsOf = (exchange: string): number => (/^(CDS|BCD)$/.test(exchange) ? 4 : 2)

/** `+16.90`, `−3.05`: a sign that is read without colour. */
export function signed(value: number | undefined, decimals = 0): string {
  if (value === undefined) return MISSING
  const sign = value > 0 ? '+' : value < 0 ? '−' : ''
  return sign + grouped(Math.abs(value), decimals)
}

const CRORE = 10_000_000
const LAKH = 100_000

/** `1.25Cr`, `3.40L`, `12.5K`. */
export function compact(value: number | undefined): string {
  if (value === undefined) return MISSING
  if (value >= CRORE) return `${grouped(value / CRORE, 2)}Cr`
  if (value >= LAKH) return `${grouped(value / LAKH, 2)}L`
  return value >= 10_000 ? `${grouped(value / 1000, 1)}K` : grouped(value)
}

const india = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Kolkata', hourCycle: 'h23', ...options })
const seconds = india({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
const minutes = india({ hour: '2-digit', minute: '2-digit' })
const days = india({ day: '2-digit', month: 'short' })

export const timeOf = (at: number | undefined): string => (at === undefined ? MISSING : seconds.format(at))
export const minuteOf = (at: number): string => minutes.format(at)
export const dateOf = (at: number): string => days.format(at)
