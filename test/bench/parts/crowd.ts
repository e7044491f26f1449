import { amount, decimal, exactly, marks, millis } from '../format.ts'
import { type Bench, type Findings, type Part, running, sized } from '../part.ts'
import { BROADCASTER, isThere } from '../peer.ts'
import { randomOf } from '../script.ts'
import { TICKWIRE } from '../system.ts'
import { measureAt } from '../window.ts'

const SYMBOLS = 1000
const HELD = 50
const RATE = 2000

/** Very many clients, each with a set of its own. */
export const crowd: Part = { name: 'crowd', run }

async function run(bench: Bench): Promise<Findings> {
  const clients = sized(bench, 10_000, 50)
  const groups = randomOf(clients, HELD, SYMBOLS)
  const rows: string[][] = []
  let own: { sustained: boolean; p99: number; perSecond: number } | undefined
  for (const kind of [BROADCASTER, TICKWIRE].filter(isThere)) {
    bench.say(`crowd: ${kind.name}`)
    await running(kind, { symbols: SYMBOLS, groups }, async ({ contender, load, holders }) => {
      const window = await measureAt(contender, load, RATE, sized(bench, 6, 0.5), sized(bench, 4, 0.3))
      const share = window.perSecond / (window.offered * holders)
      if (kind === TICKWIRE) own = { sustained: share >= 0.97, p99: window.p99, perSecond: window.perSecond }
      rows.push([
        `${kind.name}${marks(window)}`,
        amount(window.perSecond),
        `${decimal(share * 100, 1)} %`,
        millis(window.p50),
        millis(window.p99),
        decimal(window.server),
        decimal(window.client),
        exactly(window.closed),
      ])
    })
  }
  return {
    tables: [
      {
        title: 'Crowd',
        meaning: `${amount(clients)} clients with a random ${HELD} of 1,000 symbols each, ${amount(RATE)} ticks/s: deliveries a second, how many of those due, ages, cores, connections lost.`,
        head: ['server', 'deliveries/s', 'arrived', 'p50', 'p99', 'server', 'load', 'cut'],
        rows,
      },
    ],
    aims: [
      {
        what: '10,000 clients with a random 50 of 1,000 symbols: 1,000,000 deliveries/s',
        aim: 'sustained, p99 under 250 ms',
        measured: own ? `${amount(own.perSecond)}/s, p99 ${millis(own.p99)}` : '',
        met: own?.sustained && own.p99 < 250_000,
      },
    ],
  }
}
