import { pause, systemClock } from '../../../shared/clock.ts'
import { decimal, exactly, megabytes, millis } from '../format.ts'
import { Load } from '../load.ts'
import { CORES } from '../machine.ts'
import { type Bench, type Findings, type Part, running, sized } from '../part.ts'
import { everyOne, type Group, randomOf } from '../script.ts'
import { type System, TICKWIRE } from '../system.ts'
import { memoryOf } from '../usage.ts'
import { measure, type Window } from '../window.ts'

const SYMBOLS = 100
const RATE = 5000

/** Half of the clients misbehave: what the others feel of it. */
export const hostile: Part = { name: 'hostile', run }

interface Outcome {
  readonly window: Window
  /** Most memory of the proxy beyond what it had before the others came, bytes. */
  readonly growth: number
  /** Others that were cut. */
  readonly cut: number
}

async function run(bench: Bench): Promise<Findings> {
  const half = sized(bench, 50, 6)
  const third = Math.floor(half / 3)
  const symbols = everyOne(SYMBOLS)
  const good = randomOf(half, 50, SYMBOLS, 2)
  bench.say('hostile: all behave')
  const calm = await beside(bench, good, randomOf(half, 50, SYMBOLS))
  bench.say('hostile: half of them do not')
  const rough = await beside(bench, good, [
    { clients: third, kind: 'stopped', symbols },
    { clients: third, kind: 'slow', symbols },
    { clients: half - 2 * third, kind: 'flooding', symbols },
  ])
  const more = rough.window.p99 - calm.window.p99
  return {
    tables: [
      {
        title: 'Hostile neighbours',
        meaning: `${half} clients with 50 of 100 symbols at 5,000 ticks/s, beside as many others: readers like them, or a third each stopped, slow (a byte a second) and flooding (1,000 subscriptions a second).`,
        head: ['the others', 'p50', 'p99', 'missing', 'memory of the proxy', 'others cut', 'proxy'],
        rows: [row('behave', calm), row('do not', rough)],
      },
    ],
    aims: [
      {
        what: '50 hostile of 100 clients: p99 of the others',
        aim: 'at most 5 ms more',
        measured: millis(more),
        met: more <= 5000,
      },
      {
        what: '… their loss',
        aim: '0',
        measured: exactly(rough.window.missing),
        met: rough.window.missing === 0 && rough.window.closed === 0,
      },
      {
        what: '… memory growth of the proxy',
        aim: 'at most 64 MB',
        measured: megabytes(rough.growth),
        met: rough.growth <= 64e6,
      },
    ],
  }
}

const row = (name: string, { window, growth, cut }: Outcome): readonly string[] => [
  name,
  millis(window.p50),
  millis(window.p99),
  exactly(window.missing),
  `+${megabytes(growth)}`,
  exactly(cut),
  decimal(window.server),
]

/** The good ones, measured, while the others do what they do. */
async function beside(bench: Bench, good: readonly Group[], others: readonly Group[]): Promise<Outcome> {
  const setting = { symbols: SYMBOLS, groups: good, sequence: 'ltp', every: true } as const
  return running(TICKWIRE, setting, async ({ contender, load }) => {
    contender.setRate(sized(bench, RATE, 500))
    await pause(systemClock, sized(bench, 3000, 300))
    const before = memoryOf(contender.pid)
    const neighbours = await Load.start(contender, others, { core: CORES.load })
    try {
      return await watch(bench, contender, load, neighbours, before)
    } finally {
      await neighbours.close()
    }
  })
}

async function watch(bench: Bench, system: System, load: Load, neighbours: Load, before: number): Promise<Outcome> {
  let most = before
  const stop = systemClock.every(50, () => {
    most = Math.max(most, memoryOf(system.pid))
  })
  // Longer than the proxy waits for a client that takes nothing.
  const window = await measure(system, load, sized(bench, 13, 0.5), 0.5)
  stop()
  const { closed } = await neighbours.report()
  return { window, growth: most - before, cut: closed }
}
