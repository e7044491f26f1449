import { amount, decimal, exactly, marks, millis } from '../format.ts'
import { type Bench, type Findings, type Part, running, sized } from '../part.ts'
import { allOf } from '../script.ts'
import { search } from '../search.ts'
import { TICKWIRE } from '../system.ts'
import { sharesDuring } from '../usage.ts'
import { measure } from '../window.ts'

const SYMBOLS = 1000
const RATE = 100_000

/** How many ticks the way from the adapter over the bus into the proxy takes. */
export const ingestion: Part = { name: 'ingestion', run }

async function run(bench: Bench): Promise<Findings> {
  bench.say('ingestion')
  const groups = allOf(10, SYMBOLS)
  return running(TICKWIRE, { symbols: SYMBOLS, groups, sequence: 'ltp' }, async ({ contender, load, holders }) => {
    const seconds = sized(bench, 2, 0.3)
    const from = sized(bench, RATE, 1000)
    contender.setRate(from)
    await measure(contender, load, seconds)
    const pids = { publisher: contender.adapter.pid, bus: contender.bus.pid, proxy: contender.proxy.pid }
    const { result: even, shares } = await sharesDuring(pids, () => measure(contender, load, seconds * 2, 0))
    contender.setRate(0)
    const trials = sized(bench, 10, 1)
    const found = await search({ contender, load, holders, from, unbroken: true, seconds, trials })
    const { publisher, bus, proxy } = shares
    return {
      tables: [
        {
          title: 'Ingestion',
          meaning:
            '10 clients with all of 1,000 symbols: the highest rate at which no client has a hole; and at a fixed rate the ' +
            'cores of publisher, bus and proxy.',
          head: ['ticks/s', 'arrived', 'missing', 'p50', 'p99', 'publisher', 'bus', 'proxy', 'load'],
          rows: [
            [
              `${amount(even.offered)}${marks(even)}`,
              amount(even.perSecond),
              exactly(even.missing),
              millis(even.p50),
              millis(even.p99),
              decimal(publisher),
              decimal(bus),
              decimal(proxy),
              decimal(even.client),
            ],
            [
              `highest: ${amount(found.rate)}${marks(found.window)}`,
              amount(found.window.perSecond),
              exactly(found.window.missing),
              millis(found.window.p50),
              millis(found.window.p99),
              '',
              '',
              decimal(found.window.server),
              decimal(found.window.client),
            ],
          ],
        },
      ],
      aims: [
        {
          what: 'ticks/s from the bus without a hole, 10 clients with all of 1,000 symbols',
          aim: 'at least 300,000',
          measured: amount(found.rate),
          met: found.rate >= 300_000,
        },
        {
          what: 'cores of publisher and proxy at 100,000 ticks/s',
          aim: 'under 0.25 each',
          measured: `${decimal(publisher)} and ${decimal(proxy)}`,
          met: publisher < 0.25 && proxy < 0.25 && even.perSecond >= 0.97 * RATE * holders,
        },
      ],
    }
  })
}
