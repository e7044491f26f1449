import { pause, systemClock } from '../../shared/clock.ts'
import type { Contender, Rate } from './contender.ts'
import type { Load, Seen } from './load.ts'
import { usageOf } from './usage.ts'

/** One measurement: a server at one rate for some seconds. */
export interface Window extends Seen {
  readonly perSecond: number
  /** Ticks the source made meanwhile, a second. */
  readonly offered: number
  /** Shares of a core. */
  readonly server: number
  readonly client: number
  /** Share of the time that the server, or the load client, could have run, and another process had its core. */
  readonly disturbed: number
  /** CPU microseconds of the server for one delivery. */
  readonly microsEach: number
}

/** Above this share a window is measured again. */
export const DISTURBED = 0.15
const ATTEMPTS = 2

/** Lets it run for a while, then measures; the less disturbed window of up to two. */
export async function measure(contender: Contender, load: Load, seconds: number, settle?: number): Promise<Window> {
  let best = await measureOnce(contender, load, seconds, settle)
  for (let attempt = 1; attempt < ATTEMPTS && best.disturbed > DISTURBED; attempt++) {
    const next = await measureOnce(contender, load, seconds, 0)
    if (next.disturbed < best.disturbed) best = next
  }
  return best
}

/** The same, however disturbed. */
export async function measureOnce(contender: Contender, load: Load, seconds: number, settle = 0.7): Promise<Window> {
  await pause(systemClock, settle * 1000)
  load.reset()
  const before = {
    usage: usageOf(contender.pid),
    load: usageOf(load.pid),
    ticks: await contender.ticks(),
    at: systemClock.monotonic(),
  }
  await pause(systemClock, seconds * 1000)
  const seen = await load.report()
  const after = {
    usage: usageOf(contender.pid),
    load: usageOf(load.pid),
    ticks: await contender.ticks(),
    at: systemClock.monotonic(),
  }
  const passed = (after.at - before.at) / 1000
  const cpu = after.usage.cpu - before.usage.cpu
  return {
    ...seen,
    perSecond: seen.ticks / seen.seconds,
    offered: (after.ticks - before.ticks) / passed,
    server: cpu / passed,
    client: seen.cpu / seen.seconds,
    disturbed: Math.max(after.usage.waited - before.usage.waited, after.load.waited - before.load.waited) / passed,
    microsEach: seen.ticks === 0 ? 0 : (cpu * 1e6) / seen.ticks,
  }
}

/** Measures at this rate, which stays. */
export async function measureAt(
  contender: Contender,
  load: Load,
  rate: Rate,
  seconds: number,
  settle?: number,
): Promise<Window> {
  contender.setRate(rate)
  return measure(contender, load, seconds, settle)
}
