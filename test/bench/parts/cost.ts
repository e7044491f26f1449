import { amount, decimal, marks, millis } from '../format.ts'
import { type Bench, type Findings, type Part, running, sized } from '../part.ts'
import { BROADCASTER, BUN, isThere, LIBRARIES, NATS } from '../peer.ts'
import { allOf } from '../script.ts'
import { TICKWIRE } from '../system.ts'
import { measureAt, type Window } from '../window.ts'

const SYMBOLS = 100
const RATE = 100

/** CPU of the server for one delivery, at a load that every contender bears. */
export const cost: Part = { name: 'cost', run }

async function run(bench: Bench): Promise<Findings> {
  const windows = new Map<string, Window>()
  const clients = sized(bench, 1000, 10)
  for (const kind of [BROADCASTER, TICKWIRE, BUN, NATS, ...LIBRARIES].filter(isThere)) {
    bench.say(`cost: ${kind.name}`)
    windows.set(
      kind.name,
      await running(kind, { symbols: SYMBOLS, groups: allOf(clients, SYMBOLS) }, ({ contender, load }) =>
        // Long enough before for a compiler at run time to have done its work.
        measureAt(contender, load, RATE, sized(bench, 4, 0.3), sized(bench, 2.5, 0.3)),
      ),
    )
  }
  const limit = windows.get(BROADCASTER.name)
  const ratio = (window: Window | undefined) => (window && limit ? window.microsEach / limit.microsEach : undefined)
  const own = ratio(windows.get(TICKWIRE.name))
  return {
    tables: [
      {
        title: 'Cost of a delivery',
        meaning: `${amount(clients)} clients, all of 100 symbols, ${RATE} ticks/s: CPU of the server process for one delivery, and the ages.`,
        head: ['server', 'CPU each', 'of C', 'cores', 'deliveries/s', 'p50', 'p99'],
        rows: [...windows].map(([name, window]) => [
          `${name}${marks(window)}`,
          `${decimal(window.microsEach)} µs`,
          decimal(ratio(window) ?? 0),
          decimal(window.server),
          amount(window.perSecond),
          millis(window.p50),
          millis(window.p99),
        ]),
      },
    ],
    aims: [
      {
        what: 'CPU of a delivery at 1,000 clients and 100 ticks/s: ratio to the C broadcaster',
        aim: 'at most 1.5',
        measured: own === undefined ? 'no C compiler' : decimal(own),
        met: own === undefined ? undefined : own <= 1.5,
      },
    ],
  }
}
