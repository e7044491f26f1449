import { indianDate, nextIndian } from './india.ts'
import type { Instrument } from './instrument.ts'

/** From when on brokers have the list of the day: 08:30 in India. They make one each day, weekends included. */
const LIST_MINUTES = 8 * 60 + 30
const DAY_MS = 86_400_000

/**
 * Whether a list that was fetched at `writtenAt` is the newest there is. Brokers give the tokens of expired contracts to
 * others: an older list gives wrong prices, not missing ones. Milliseconds since 1970.
 */
export function listIsOfToday(writtenAt: number, now: number): boolean {
  const next = nextIndian(now, LIST_MINUTES)
  // What was fetched in the future was fetched by a wrong clock.
  return writtenAt >= next - DAY_MS && writtenAt < next
}

/** A derivative whose day of expiry is over in India: its token may mean something else by now. */
export const isExpired = ({ expiry }: Pick<Instrument, 'expiry'>, now: number): boolean =>
  expiry !== undefined && indianDate(now) > expiry
