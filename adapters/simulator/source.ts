import { type Clock, pause } from '../../shared/clock.ts'
import type { Update } from '../contract.ts'
import { Exchange, type Stamp } from './exchange.ts'
import type { Settings } from './settings.ts'

/** After a longer stall than this the series goes on where it stood: late by the rest, not in a burst. */
const LONGEST_BURST_MS = 1000
/** More updates than this in one turn would keep timers waiting. */
const LARGEST_BATCH = 2000

/**
 * The opening value of every instrument, then `rate` ticks per second of the exchange's series, none left out. What
 * falls due is counted from the start, so that late timers do not slow the rate. Ends soon after `signal` aborts.
 */
export async function* source(
  { seed, rate }: Settings,
  clock: Clock,
  signal: AbortSignal,
): AsyncGenerator<readonly Update[], void, void> {
  if (signal.aborted) return
  const exchange = new Exchange(seed)
  // A clock set back must not stop the market: older updates count as late, and those ahead of their receipt as
  // invalid. Prices go on, their times wait.
  const latest = { timestamp: 0, receivedAt: 0 }
  const stamp = (): Stamp => {
    latest.timestamp = Math.max(latest.timestamp, clock.now())
    latest.receivedAt = Math.max(latest.receivedAt, clock.micros())
    return { ...latest }
  }
  yield exchange.values(stamp())
  const burst = Math.max(1, (rate * LONGEST_BURST_MS) / 1000)
  let start = clock.monotonic()
  let sent = 0
  while (!signal.aborted) {
    const nextDue = start + ((sent + 1) * 1000) / rate
    await pause(clock, Math.max(1, Math.ceil(nextDue - clock.monotonic())), signal)
    if (signal.aborted) return
    const due = Math.floor(((clock.monotonic() - start) * rate) / 1000) - sent
    if (due > burst) start += ((due - burst) * 1000) / rate
    const count = Math.min(due, burst, LARGEST_BATCH)
    if (count < 1) continue
    yield draw(exchange, count, stamp())
    sent += count
  }
}

function draw(exchange: Exchange, count: number, at: Stamp): readonly Update[] {
  const batch: Update[] = []
  for (let nth = 0; nth < count; nth++) batch.push(exchange.next(at))
  return batch
}
