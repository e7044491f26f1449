import { amount, decimal, exactly, marks, millis } from '../format.ts'
import { type Bench, type Findings, type Part, running, sized } from '../part.ts'
import { randomOf } from '../script.ts'
import { TICKWIRE } from '../system.ts'
import { sharesDuring } from '../usage.ts'
import { measure } from '../window.ts'

const SYMBOLS = 1000
const RATE = 100_000

/** A busy exchange and many clients that want little of it. */
export const torrent: Part = { name: 'torrent', run }

async function run(bench: Bench): Promise<Findings> {
  bench.say('torrent')
  const clients = sized(bench, 1000, 20)
  const groups = randomOf(clients, 10, SYMBOLS)
  return running(TICKWIRE, { symbols: SYMBOLS, groups, sequence: 'ltp' }, async ({ contender, load, holders }) => {
    contender.setRate(sized(bench, RATE, 1000))
    await measure(contender, load, sized(bench, 2, 0.3))
    const pids = { publisher: contender.adapter.pid, bus: contender.bus.pid }
    const { result, shares } = await sharesDuring(pids, () => measure(contender, load, sized(bench, 4, 0.3), 0))
    const share = result.perSecond / (result.offered * holders)
    return {
      tables: [
        {
          title: 'Torrent',
          meaning: `${amount(clients)} clients with a random 10 of 1,000 symbols each, 100,000 ticks/s: what arrived of what was due, ages, cores.`,
          head: ['ticks/s', 'deliveries/s', 'arrived', 'missing', 'p50', 'p99', 'publisher', 'bus', 'proxy', 'load'],
          rows: [
            [
              `${amount(result.offered)}${marks(result)}`,
              amount(result.perSecond),
              `${decimal(share * 100, 1)} %`,
              exactly(result.missing),
              millis(result.p50),
              millis(result.p99),
              decimal(shares.publisher),
              decimal(shares.bus),
              decimal(result.server),
              decimal(result.client),
            ],
          ],
        },
      ],
      aims: [
        {
          what: '100,000 ticks/s, 1,000 clients with 10 of 1,000 symbols',
          aim: 'kept up, p99 under 50 ms',
          measured: `${decimal(share * 100, 1)} %, ${exactly(result.missing)} missing, p99 ${millis(result.p99)}`,
          met: share >= 0.97 && result.missing === 0 && result.p99 < 50_000,
        },
      ],
    }
  })
}
