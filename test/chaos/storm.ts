import { pause, systemClock } from '../../shared/clock.ts'
import { back, type Fault, type Outcome, type Run } from './fault.ts'
import { storm as damage } from './faults/damage.ts'

/** What two shared cores carry with the emulator, the judge and all of Tickwire on them. */
const RATE = 36_000
const INSTRUMENTS = 400
const KILL_MS = 20_000
const SAY_MS = 30_000
const AGAIN_MS = 10_000

/** The long one: so many ticks through an adapter that is killed every 20 s and a wire that doubles, shuffles and damages. */
export const storm = (ticks: number, say: (text: string) => void): Fault => ({
  name: 'storm',
  about: `${ticks.toLocaleString('en-US')} ticks; adapter kill -9 every 20 s, duplicates, reorders, cut and flipped messages`,
  limits: { back: AGAIN_MS },
  runs: 1,
  promise: 'P2 P3 P8',
  stage: seed => ({
    brokers: ['zerodha'],
    seed,
    rate: RATE,
    instruments: INSTRUMENTS,
    own: true,
    mode: 'Quote',
    kept: 4096,
  }),
  run: run => rage(run, ticks, say),
})

async function rage(run: Run, ticks: number, say: (text: string) => void): Promise<Outcome> {
  const { stage } = run
  const journal = stage.journals.get('zerodha')
  const begin = { said: journal?.said ?? 0, at: systemClock.monotonic() }
  const said = () => (journal?.said ?? 0) - begin.said
  // Three times what it takes when nothing goes wrong: each kill costs some seconds.
  const end = begin.at + 20_000 + (3000 * ticks) / RATE
  stage.wire().set('down', { alter: damage(run) })
  let worst = 0
  let kills = 0
  let toldAt = begin.at
  const faults: string[] = []
  while (said() < ticks && systemClock.monotonic() < end) {
    const next = systemClock.monotonic() + Math.min(KILL_MS, (1000 * ticks) / RATE / 2)
    while (said() < ticks && systemClock.monotonic() < next) await pause(systemClock, 100)
    stage.judge.broke(systemClock.now())
    process.kill(stage.pid(stage.feed()), 'SIGKILL')
    kills++
    const again = await back(run)
    stage.judge.broke(systemClock.now())
    worst = Math.max(worst, again ?? Number.POSITIVE_INFINITY)
    if (again === undefined) faults.push('no ticks after a kill')
    if (systemClock.monotonic() - toldAt < SAY_MS) continue
    toldAt = systemClock.monotonic()
    say(`  ${said().toLocaleString('en-US')} ticks sent, ${kills} kills, ${JSON.stringify(stage.judge.sums)}`)
  }
  await stage.wire().heal()
  stage.judge.broke(systemClock.now())
  const sent = said()
  if (sent < ticks) faults.push(`${sent.toLocaleString('en-US')} ticks in the time there was`)
  const minutes = ((systemClock.monotonic() - begin.at) / 60_000).toFixed(1)
  const { right } = stage.judge.sums
  const note = `${sent.toLocaleString('en-US')} sent, ${right.toLocaleString('en-US')} frames judged, ${kills} kills, ${minutes} min`
  return { back: worst, faults, note }
}

/** `10M`, `500k` or a plain number. */
export function countOf(text: string): number {
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([kM]?)$/.exec(text) ?? []
  const count = Number(number) * (unit === 'M' ? 1_000_000 : unit === 'k' ? 1000 : 1)
  if (number === '' || count < 1) throw new Error(`--ticks is a number such as 10M or 500k, not "${text}"`)
  return count
}
