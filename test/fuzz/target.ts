import fc from 'fast-check'

/** What must hold of something, whatever comes. */
export interface Claim {
  readonly says: string
  /** How many examples `npm test` tries. */
  readonly runs: number
  check(options: CheckOptions): Promise<Outcome>
}

/** One thing that strangers can feed. */
export interface Target {
  /** One word, for `--only`. */
  readonly name: string
  readonly claims: readonly Claim[]
}

interface CheckOptions {
  readonly seed: number
  readonly runs: number
  /** Where the example is that failed, as a failure says it. */
  readonly path?: string | undefined
  /** Then it ends, with what it has tried. */
  readonly timeLimitMs?: number
  /** Of the processor, for one example; two seconds. */
  readonly mostCpuMs?: number
}

interface Outcome {
  readonly tried: number
  readonly failure?: Failure
}

interface Failure {
  readonly path: string
  /** The smallest example that fails, and how. */
  readonly text: string
}

/** No example here needs a hundredth of it: what takes longer is a way to hold the process up. */
const MOST_CPU_MS = 2000
const LONGEST_REPORT = 4000

/** `holds` throws where the claim does not. */
export const claim = <Values extends [unknown, ...unknown[]]>(
  says: string,
  runs: number,
  arbitraries: { [Place in keyof Values]: fc.Arbitrary<Values[Place]> },
  holds: (...values: Values) => void | Promise<void>,
): Claim => ({
  says,
  runs,
  async check({ seed, runs: numRuns, path, timeLimitMs, mostCpuMs = MOST_CPU_MS }) {
    const property = fc.asyncProperty(fc.tuple(...arbitraries), async values => {
      const before = process.cpuUsage()
      await holds(...(values as Values))
      const { user, system } = process.cpuUsage(before)
      const spent = (user + system) / 1000
      if (spent > mostCpuMs) throw new Error(`it took ${Math.round(spent)} ms of the processor`)
    })
    const details = await fc.check(property, {
      seed,
      numRuns,
      ...(path === undefined ? {} : { path }),
      ...(timeLimitMs === undefined ? {} : { interruptAfterTimeLimit: timeLimitMs }),
    })
    if (!details.failed || details.counterexample === null) return { tried: details.numRuns }
    const error = details.errorInstance instanceof Error ? details.errorInstance.stack : String(details.errorInstance)
    const text = `${shorten(fc.stringify(details.counterexample[0]))}\n${shorten(error ?? '')}`
    return { tried: details.numRuns, failure: { path: details.counterexamplePath ?? '', text } }
  },
})

const shorten = (text: string): string =>
  text.length <= LONGEST_REPORT ? text : `${text.slice(0, LONGEST_REPORT)}… (${text.length} characters)`
