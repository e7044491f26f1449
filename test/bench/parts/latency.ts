import { amount, decimal, marks, millis } from '../format.ts'
import { type Aim, type Bench, type Findings, type Part, running, sized } from '../part.ts'
import { BROADCASTER, isThere } from '../peer.ts'
import { allOf, randomOf } from '../script.ts'
import { search } from '../search.ts'
import { TICKWIRE } from '../system.ts'
import { measureAt, type Window } from '../window.ts'

const SYMBOLS = 100
const RATE = 5000
const SHARES = [0.2, 0.5, 0.8]

/** From the moment an adapter has a tick to the moment a client has it. */
export const latency: Part = { name: 'latency', run }

async function run(bench: Bench): Promise<Findings> {
  const rows = await loaded(bench)
  const groups = randomOf(sized(bench, 100, 10), 50, SYMBOLS)
  let own: Window | undefined
  for (const kind of [BROADCASTER, TICKWIRE].filter(isThere)) {
    bench.say(`latency: ${kind.name}`)
    const window = await running(kind, { symbols: SYMBOLS, groups, every: true }, ({ contender, load }) =>
      measureAt(contender, load, sized(bench, RATE, 100), sized(bench, 5, 0.3), sized(bench, 3, 0.3)),
    )
    rows.push(row(`${kind.name}, ${amount(RATE)} ticks/s, 100 clients with 50 of 100 symbols`, window))
    if (kind === TICKWIRE) own = window
  }
  return {
    tables: [
      {
        title: 'Latency',
        meaning:
          'Age of every tick when the client has read it, from when its adapter had it. Shares are those of the highest ' +
          'rate sustained with 1,000 clients, all of 100 symbols.',
        head: ['load', 'ticks/s', 'p50', 'p99', 'p99.9', 'most', 'server', 'load client'],
        rows,
      },
    ],
    aims: own ? aims(own) : [],
  }
}

async function loaded(bench: Bench): Promise<(readonly string[])[]> {
  const groups = allOf(sized(bench, 1000, 10), SYMBOLS)
  return running(TICKWIRE, { symbols: SYMBOLS, groups, every: true }, async ({ contender, load, holders }) => {
    bench.say('latency: shares of the maximum')
    const seconds = sized(bench, 1.5, 0.3)
    const maximum =
      bench.maximum ??
      (await search({ contender, load, holders, from: sized(bench, 1000, 100), seconds, trials: sized(bench, 10, 1) }))
        .rate
    const rows: (readonly string[])[] = []
    for (const share of SHARES) {
      const rate = Math.max(1, Math.round(maximum * share))
      const window = await measureAt(contender, load, rate, sized(bench, 4, 0.3), sized(bench, 1.5, 0.3))
      rows.push(row(`Tickwire at ${share * 100} % of its maximum`, window))
    }
    return rows
  })
}

const row = (name: string, window: Window): readonly string[] => [
  `${name}${marks(window)}`,
  amount(window.offered),
  millis(window.p50),
  millis(window.p99),
  millis(window.p999),
  millis(window.max),
  decimal(window.server),
  decimal(window.client),
]

const aims = ({ p50, p99 }: Window): readonly Aim[] => [
  {
    what: 'p50 at 5,000 ticks/s, 100 clients with 50 symbols',
    aim: 'under 1 ms',
    measured: millis(p50),
    met: p50 < 1000,
  },
  { what: 'p99 of the same', aim: 'under 5 ms', measured: millis(p99), met: p99 < 5000 },
]
