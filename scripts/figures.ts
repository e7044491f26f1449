/** Numbers and spans of time as a person reads them. Absent stays absent. */

const grouped = new Intl.NumberFormat('en-IN')
const decimals = new Map<number, Intl.NumberFormat>()

/** Indian grouping, at least two decimals, as many as the price has (currency futures have four). */
export function formatPrice(price: number | undefined): string | undefined {
  if (price === undefined) return undefined
  const digits = Math.min(Math.max(String(price).split('.')[1]?.length ?? 0, 2), 4)
  let format = decimals.get(digits)
  if (!format) {
    format = new Intl.NumberFormat('en-IN', { minimumFractionDigits: digits, maximumFractionDigits: digits })
    decimals.set(digits, format)
  }
  return format.format(price)
}

/** With its sign: colour is never the only one. */
export function formatChange(change: number | undefined): string | undefined {
  const text = formatPrice(change)
  return change !== undefined && change > 0 ? `+${text}` : text
}

/** 12,34,567 */
export const formatCount = (count: number | undefined): string | undefined =>
  count === undefined ? undefined : grouped.format(count)

/** `1 frame`, `12 frames`. */
export const countOf = (count: number, thing: string): string =>
  `${formatCount(count)} ${thing}${count === 1 ? '' : 's'}`

/** How long ago, in one unit and coarsely: `0.4 s`, `12 s`, `5 m`, `3 h`, `2 d`. */
export function formatSpan(ms: number | undefined): string | undefined {
  if (ms === undefined) return undefined
  const seconds = Math.max(ms, 0) / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 120) return `${Math.floor(seconds)} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} m`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}
