import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { Market } from '../market.ts'

/** Whether an exchange is closed now, and has surely not traded since `at`: nothing newer can have been missed. */
export function isLastOfClosed(
  market: Pick<Market, 'expectTicks' | 'nextPossible'>,
  exchange: Exchange,
  at: number,
  now: number,
): boolean {
  const nextAt = market.nextPossible(exchange, at)
  return market.expectTicks(exchange, now) === 'quiet' && (nextAt === undefined || nextAt > now)
}

/**
 * When something that is wanted trades next, as far as anybody knows: a time of which nobody knows may be one. Where
 * nothing is, the shares of the largest exchange stand for what will be.
 */
export function tradesFrom(
  market: Pick<Market, 'nextPossible'>,
  wanted: Iterable<Instrument>,
  at: number,
): number | undefined {
  const exchanges = new Set<Exchange>([...wanted].map(({ exchange }) => exchange))
  if (exchanges.size === 0) exchanges.add('NSE')
  const times = [...exchanges].flatMap(exchange => market.nextPossible(exchange, at) ?? [])
  return times.length === 0 ? undefined : Math.min(...times)
}
