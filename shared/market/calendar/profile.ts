import type { Exchange } from '../exchange.ts'
import type { Instrument } from '../instrument.ts'
import type { SegmentData } from './schema.ts'

/**
 * The profile of an instrument: the first whose conditions hold, else the first without conditions. Where it hangs on
 * derivatives nobody knows of, the usual one.
 */
export function profileOf(
  segment: SegmentData | undefined,
  { symbol, kind, underlying }: Instrument,
  isUnderlying: (exchange: Exchange, symbol: string) => boolean | undefined,
): string | undefined {
  if (!segment) return undefined
  let fallback: string | undefined
  for (const { name, kinds, underlyings, underlying_of, by_name_only } of segment.profiles) {
    if (by_name_only) continue
    if (!kinds && !underlyings && !underlying_of) fallback ??= name
    else {
      const listed = underlying_of?.map(exchange => isUnderlying(exchange, symbol))
      if (listed?.every(one => one === undefined)) return segment.usual
      const holds =
        (kinds?.includes(kind) ?? true) &&
        (underlyings?.includes(underlying ?? '') ?? true) &&
        (listed?.includes(true) ?? true)
      if (holds) return name
    }
  }
  return fallback ?? segment.usual
}
