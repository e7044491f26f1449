import { pause, systemClock } from '../../shared/clock.ts'
import { chance, type Fault, type Outcome } from './fault.ts'
import type { Sums } from './oracle/judge.ts'
import { Stage, type StageOptions } from './stage.ts'

/** What all runs of one fault showed together. */
export interface Row {
  readonly fault: Fault
  readonly runs: number
  readonly told: number | undefined
  readonly by: string | undefined
  readonly back: number | undefined
  readonly wrong: number
  readonly unaccounted: number
  readonly delivered: number
  readonly lost: number
  /** Everything that was not as promised, in words. */
  readonly faults: readonly string[]
  readonly notes: readonly string[]
  /** Why it was not run. */
  readonly absent?: string
}

export interface RunnerOptions {
  readonly seed: number
  readonly isShort: boolean
  /** Of each fault, instead of its own number. */
  readonly runs: number | undefined
  /** Times what is allowed, where other programs have the cores as well; 1 when left out. */
  readonly slack?: number
  readonly say: (text: string) => void
}

const most = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined ? other : other === undefined ? one : Math.max(one, other)

/** Plays faults one after another; those that need the same stage share it while it is whole. */
export class Runner {
  readonly #options: RunnerOptions
  #stage: Stage | undefined
  #kind = ''

  constructor(options: RunnerOptions) {
    this.#options = options
  }

  async play(fault: Fault): Promise<Row> {
    const { isShort, runs: given, seed, say, slack = 1 } = this.#options
    const absent = fault.absent?.()
    const nothing = { told: undefined, by: undefined, back: undefined, wrong: 0, unaccounted: 0, delivered: 0, lost: 0 }
    if (absent !== undefined) return { fault, runs: 0, ...nothing, faults: [], notes: [], absent }
    let row: Row = { fault, runs: 0, ...nothing, faults: [], notes: [] }
    const runs = given ?? (isShort ? 1 : fault.runs)
    for (let nth = 0; nth < runs; nth++) {
      if (nth > 0) await pause(systemClock, fault.restMs ?? 0)
      say(`${fault.name}, run ${nth + 1} of ${runs}`)
      const random = chance(seed + nth, fault.name)
      try {
        const stage = await this.#on(fault.stage(seed))
        const before = { ...stage.judge.sums }
        const outcome = await fault.run({ stage, random, isShort })
        // Further runs begin from a whole that is at rest; what comes meanwhile is judged with this one.
        await stage.calm()
        row = added(row, outcome, accountOf(stage, before), slack)
      } catch (error) {
        // What is left of the stage is not fit for another run.
        await this.close()
        const reason = error instanceof Error ? error.message : String(error)
        row = { ...row, runs: row.runs + 1, faults: [...row.faults, `the run failed: ${reason}`] }
      }
    }
    return row
  }

  async close(): Promise<void> {
    const stage = this.#stage
    this.#stage = undefined
    await stage?.close()
  }

  async #on(options: StageOptions): Promise<Stage> {
    const kind = JSON.stringify(options)
    if (this.#stage && this.#kind === kind) return this.#stage
    await this.close()
    const from = systemClock.monotonic()
    this.#stage = await Stage.start(options)
    this.#kind = kind
    this.#options.say(
      `  a stage with ${options.brokers.join(', ')} in ${Math.round(systemClock.monotonic() - from)} ms`,
    )
    return this.#stage
  }
}

interface Account {
  readonly sums: Sums
  readonly delivered: number
  readonly lost: number
  readonly faults: readonly string[]
}

/** What the judge and the books say of one run; the books are closed with it. */
function accountOf({ judge, client }: Stage, before: Sums): Account {
  const { books } = client
  client.closeBooks()
  const names = Object.keys(before) as (keyof Sums)[]
  const sums = Object.fromEntries(names.map(name => [name, judge.sums[name] - before[name]])) as unknown as Sums
  sums.unaccounted += books.untold
  const { delivered, lost } = books
  Object.assign(books, { delivered: 0, folded: 0, lost: 0, open: 0, untold: 0 })
  return { sums, delivered, lost, faults: [...judge.examples.splice(0), ...client.errors.splice(0).slice(0, 5)] }
}

function added(row: Row, outcome: Outcome, { sums, delivered, lost, faults }: Account, slack: number): Row {
  const [toldLimit, backLimit] = [row.fault.limits.told, row.fault.limits.back].map(limit => limit && limit * slack)
  const missed = [
    late('told', outcome.told, toldLimit),
    late('ticks again', outcome.back, backLimit),
    many('older than the last and not marked', sums.backward),
    many('stale and not marked', sums.stale),
  ].flatMap(one => one ?? [])
  return {
    ...row,
    runs: row.runs + 1,
    told: most(row.told, outcome.told),
    by: outcome.by ?? row.by,
    back: most(row.back, outcome.back),
    wrong: row.wrong + sums.wrong,
    unaccounted: row.unaccounted + sums.unaccounted,
    delivered: row.delivered + delivered,
    lost: row.lost + lost,
    faults: [...row.faults, ...missed, ...(outcome.faults ?? []), ...faults],
    notes: [...row.notes, ...(outcome.note === undefined ? [] : [outcome.note])],
  }
}

function late(what: string, ms: number | undefined, limit: number | undefined): string | undefined {
  if (limit === undefined) return undefined
  if (ms === undefined) return `${what}: never`
  return ms <= limit ? undefined : `${what} after ${Math.round(ms)} ms, limit ${limit}`
}

const many = (what: string, count: number): string | undefined => (count === 0 ? undefined : `${count} frames ${what}`)

/** Whether every promise was kept, as far as this fault asks. */
export const isKept = ({ wrong, unaccounted, faults }: Row): boolean =>
  wrong === 0 && unaccounted === 0 && faults.length === 0
