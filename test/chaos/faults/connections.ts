import { pause, systemClock } from '../../../shared/clock.ts'
import { BAD, back, broken, type Fault, ONE_BROKER, type Outcome, type Run, told, wander } from '../fault.ts'
import type { StageOptions } from '../stage.ts'

const AGAIN_MS = 15_000
const OUTAGE_MS = 30_000
const SHORT_OUTAGE_MS = 5000
const ALL = ['angel', 'flattrade', 'fyers', 'zerodha'] as const

/** Every broker at once, each with instruments of its own. */
const ALL_BROKERS = (seed: number): StageOptions => ({
  brokers: ALL,
  seed,
  rate: 100,
  instruments: 10,
  own: true,
})

const ended = (how: 'FIN' | 'RST', about: string): Fault => ({
  name: `broker-${how.toLowerCase()}`,
  about: `${about} (${how})`,
  limits: { told: 1000, back: AGAIN_MS },
  runs: 5,
  promise: 'P1 P8',
  stage: ONE_BROKER,
  run: run => broken(run, () => run.stage.wire().cut(how)),
})

export const fin = ended('FIN', 'the broker ends the connection')
export const rst = ended('RST', 'the connection to the broker is reset')

export const outage: Fault = {
  name: 'broker-outage',
  about: 'nobody listens at the broker for 30 s (short form: 5 s); back is counted from its return',
  // A step of the back-off comes on top of the 5 s.
  limits: { told: 1000, back: 10_000 },
  runs: 3,
  promise: 'P1 P8',
  stage: ONE_BROKER,
  async run(run) {
    const { stage, isShort } = run
    await wander(run)
    const since = systemClock.monotonic()
    stage.judge.broke(systemClock.now())
    stage.wire().refuse()
    stage.wire().cut('RST')
    try {
      const heard = await told(run, since, { patienceMs: 10_000 })
      await pause(systemClock, isShort ? SHORT_OUTAGE_MS : OUTAGE_MS)
      await stage.wire().heal()
      const again = await back(run)
      return { told: heard.told, by: heard.by, back: again }
    } finally {
      await stage.wire().heal()
      stage.judge.broke(systemClock.now())
    }
  },
}

/** The wire of one broker is dead, and nobody hears of it. */
async function dead(run: Run, broker: string): Promise<Outcome> {
  const { stage } = run
  await wander(run)
  const since = systemClock.monotonic()
  stage.judge.broke(systemClock.now())
  const before = stage.wire(broker).connections
  stage.wire(broker).halfOpen()
  const heard = await told(run, since, { feed: stage.feed(broker), patienceMs: 30_000 })
  const again = await back(run)
  stage.judge.broke(systemClock.now())
  // One socket for each that was: a dead one that is kept is a leak at this end.
  const left = await stage.eventually(() => (stage.wire(broker).connections <= before ? true : undefined), 15_000)
  const faults = left ? [] : [`${broker}: ${stage.wire(broker).connections} sockets where there were ${before}`]
  return { told: heard.told, by: heard.by, back: again, faults }
}

const halfOpen = (broker: string, limit: number): Fault => ({
  name: `half-open-${broker}`,
  about: `the wire to ${broker} takes bytes and gives none`,
  // Ticks are back when it is told, and a new connection stands.
  limits: { told: limit, back: limit + AGAIN_MS },
  runs: 3,
  promise: 'P1',
  stage: ALL_BROKERS,
  run: run => dead(run, broker),
})

/** Where a broker beats each second or two it is found out by that, else by a question of ours. */
export const halfOpens: readonly Fault[] = [
  halfOpen('zerodha', 5000),
  halfOpen('angel', 15_000),
  halfOpen('flattrade', 15_000),
  halfOpen('fyers', 15_000),
]

export const mute: Fault = {
  name: 'mute',
  about: 'heartbeats and no ticks, in hours that expect some',
  limits: { told: 30_000 },
  runs: 2,
  promise: 'P1',
  stage: ONE_BROKER,
  async run(run) {
    const { stage } = run
    await wander(run)
    const since = systemClock.monotonic()
    stage.judge.broke(systemClock.now())
    await stage.order('silence')
    try {
      const heard = await told(run, since, { states: [...BAD, 'quiet'], patienceMs: 40_000 })
      const isQuiet = heard.word?.state === 'quiet'
      await stage.order('heal')
      const again = await back(run)
      return { told: heard.told, by: heard.by, back: again, ...(isQuiet && { note: 'told quiet, not suspect' }) }
    } finally {
      await stage.order('heal')
      stage.judge.broke(systemClock.now())
    }
  },
}

/** A wire that is worse than usual costs time, never truth. */
const weather = (name: string, about: string, conditions: { latencyMs?: number; bytesPerSecond?: number }): Fault => ({
  name,
  about,
  limits: { back: AGAIN_MS },
  runs: 2,
  promise: 'P2 P3',
  stage: ONE_BROKER,
  async run(run) {
    const { stage, isShort } = run
    await wander(run)
    const { freshMs } = stage.judge
    stage.judge.freshMs = 60_000
    stage.wire().set('down', conditions)
    try {
      await pause(systemClock, isShort ? 3000 : 10_000)
      await stage.wire().heal()
      return { back: await back(run) }
    } finally {
      await stage.wire().heal()
      stage.judge.broke(systemClock.now())
      stage.judge.freshMs = freshMs
    }
  },
})

export const latency = weather('latency', 'every byte from the broker is 400 ms late', { latencyMs: 400 })
/** 400 ticks of 200 bytes are 80,000 bytes a second. */
export const slow = weather('slow-wire', 'the broker’s wire carries half of what it sends', { bytesPerSecond: 40_000 })
