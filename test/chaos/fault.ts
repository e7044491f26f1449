import { pause, systemClock } from '../../shared/clock.ts'
import { generator } from '../emulators/kit/random.ts'
import type { Word } from './client.ts'
import type { Stage, StageOptions } from './stage.ts'

/** What must be true of every run. Milliseconds. */
interface Limits {
  /** From the fault to the client's knowing. */
  readonly told?: number
  /** From the fault, or from the return of what had gone, to a new tick of everything held. */
  readonly back?: number
}

/** What one run showed. */
export interface Outcome {
  readonly told?: number | undefined
  /** By what the client was told. */
  readonly by?: string | undefined
  readonly back?: number | undefined
  /** What was missed besides the limits. */
  readonly faults?: readonly string[]
  /** For the table, one short line. */
  readonly note?: string
}

/** One kind of fault. */
export interface Fault {
  readonly name: string
  /** What is done, in a few words. */
  readonly about: string
  readonly limits: Limits
  /** Runs when nothing is said; the short form has one. */
  readonly runs: number
  /** Between two runs: what dies more often than five times a minute is parked, as it should be. */
  readonly restMs?: number
  /** Its promise, as RELIABILITY.md numbers them. */
  readonly promise: string
  /** Which stage it plays on; one whose options are the same is used again. */
  stage(seed: number): StageOptions
  /** Why it cannot be run here, if so. */
  absent?(): string | undefined
  run(run: Run): Promise<Outcome>
}

/** One run, as its fault sees it. */
export interface Run {
  readonly stage: Stage
  /** Numbers in [0, 1) that the seed makes. */
  readonly random: () => number
  /** Outages are cut to some seconds. */
  readonly isShort: boolean
}

/** One account, twenty instruments, four hundred ticks a second. */
export const ONE_BROKER = (seed: number): StageOptions => ({
  brokers: ['zerodha'],
  seed,
  rate: 400,
  instruments: 20,
  own: true,
})

/** Words for a feed that gives nothing to rely on. */
export const BAD = [
  'suspect',
  'down',
  'auth_required',
  'parked',
  'starting',
  'accepted',
  'confirmed',
  'replaced',
] as const

export const chance = (seed: number, name: string): (() => number) => generator(`${seed}:${name}`)

/** At another place between two ticks, heartbeats and looks each time. */
export const wander = ({ random }: Run): Promise<void> => pause(systemClock, random() * 1000)

const PATIENCE_MS = 75_000

/** Milliseconds from `since` until the client was told; `undefined` when it never was. */
export async function told(
  { stage }: Run,
  since: number,
  options: { states?: readonly string[]; feed?: string; patienceMs?: number } = {},
): Promise<{ told: number | undefined; by: string | undefined; word: Word | undefined }> {
  const { states = BAD, feed, patienceMs = PATIENCE_MS } = options
  const word = await stage.eventually(() => stage.client.told(since, states, feed), patienceMs)
  return { told: word && word.at - since, by: word?.by, word }
}

/** Milliseconds from now until everything held has a value that was said from now on. */
export async function back({ stage }: Run, patienceMs = PATIENCE_MS): Promise<number | undefined> {
  const [from, wall] = [systemClock.monotonic(), systemClock.now()]
  const at = await stage.eventually(() => stage.client.freshSince(wall), patienceMs)
  return at === undefined ? undefined : Math.max(0, at - from)
}

/** The common shape: something breaks at once, is told, and comes back by itself. */
export async function broken(run: Run, breaks: () => void | Promise<void>): Promise<Outcome> {
  await wander(run)
  const since = systemClock.monotonic()
  run.stage.judge.broke(systemClock.now())
  await breaks()
  const [heard, again] = await Promise.all([told(run, since, { patienceMs: 10_000 }), back(run)])
  run.stage.judge.broke(systemClock.now())
  return { told: heard.told, by: heard.by, back: again }
}
