import { systemClock } from '../../../shared/clock.ts'
import { BAD, back, type Fault, type Run, told, wander } from '../fault.ts'

const BROKERS = ['flattrade', 'zerodha'] as const
const VERDICT_MS = 1000
const OVER_MS = 1000
const PATIENCE_MS = 20_000
const RETURN_MS = 15_000
/** At the start the feeds go live one after another; what came from the second goes back once the first is steady. */
const SETTLES_MS = 90_000

/** From which broker everything held comes now; `undefined` while it comes from several. */
function source({ stage }: Run): string | undefined {
  const all = new Set(
    stage.client.held.map(({ exchange, symbol }) => stage.client.sources.get(`${exchange}:${symbol}`)),
  )
  const [only] = all
  return all.size === 1 ? only : undefined
}

export const failover: Fault = {
  name: 'failover',
  about: 'the broker that serves everything goes; back is counted from the verdict to ticks of the other one',
  limits: { told: VERDICT_MS, back: OVER_MS },
  runs: 3,
  promise: 'P1',
  stage: seed => ({ brokers: BROKERS, seed, rate: 200, instruments: 10, isShared: true }),
  async run(run) {
    const { stage } = run
    await wander(run)
    const serving = await stage.eventually(() => source(run), SETTLES_MS)
    if (serving === undefined) return { faults: ['what is held comes from more than one broker'] }
    const since = systemClock.monotonic()
    stage.judge.broke(systemClock.now())
    stage.wire(serving).refuse()
    stage.wire(serving).cut('RST')
    try {
      const heard = await told(run, since, { states: BAD, feed: stage.feed(serving), patienceMs: PATIENCE_MS })
      const [verdict, wall] = [heard.word?.at ?? since, systemClock.now()]
      await back(run, PATIENCE_MS)
      const at = stage.client.freshSince(wall)
      const now = source(run)
      const faults = at !== undefined && now === serving ? ['nothing moved to the other broker'] : []
      const word = stage.client.words.find(one => one.by === 'source' && one.at >= since)
      const note = word ? `told: ${word.reason}` : 'no word of the source'
      return { told: heard.told, by: heard.by, back: at === undefined ? undefined : at - verdict, faults, note }
    } finally {
      await stage.wire(serving).heal()
      stage.judge.broke(systemClock.now())
      // The next run begins when the first broker is whole again, wherever things are then.
      await back(run, RETURN_MS)
    }
  },
}
