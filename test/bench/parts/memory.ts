import { pause, systemClock } from '../../../shared/clock.ts'
import { amount, decimal, megabytes } from '../format.ts'
import { Load } from '../load.ts'
import { CORES } from '../machine.ts'
import { type Bench, type Findings, type Part, running, sized } from '../part.ts'
import { randomOf } from '../script.ts'
import { TICKWIRE } from '../system.ts'
import { memoryOf } from '../usage.ts'

const SYMBOLS = 1000
const HELD = 50
const SETTLE_MS = 4000

/** What a client costs that only listens. */
export const memory: Part = { name: 'memory', run }

async function run(bench: Bench): Promise<Findings> {
  bench.say('memory')
  const clients = sized(bench, 10_000, 50)
  // A hundred come first: what the process loads for its first clients is its base.
  return running(TICKWIRE, { symbols: SYMBOLS, groups: randomOf(100, HELD, SYMBOLS) }, async ({ contender }) => {
    await pause(systemClock, 1000)
    const base = memoryOf(contender.pid)
    const began = systemClock.monotonic()
    const load = await Load.start(contender, randomOf(clients, HELD, SYMBOLS, 2), { core: CORES.load })
    const seconds = (systemClock.monotonic() - began) / 1000
    await pause(systemClock, sized(bench, SETTLE_MS, 100))
    const full = memoryOf(contender.pid)
    await load.close()
    const each = (full - base) / clients
    return {
      tables: [
        {
          title: 'Memory',
          meaning: `Resident memory of the proxy with ${amount(clients)} authenticated clients that hold ${HELD} of 1,000 symbols each, and no ticks.`,
          head: ['base', 'with them', 'for each', 'all of them were subscribed within'],
          rows: [[megabytes(base), megabytes(full), `${decimal(each / 1000, 1)} KB`, `${decimal(seconds, 1)} s`]],
        },
      ],
      aims: [
        {
          what: 'memory of an idle client with 50 subscriptions, beyond the base of the process',
          aim: 'at most 25 KB',
          measured: `${decimal(each / 1000, 1)} KB`,
          met: each <= 25_000,
        },
        { what: '10,000 of them', aim: 'under 300 MB', measured: megabytes(full), met: full < 300e6 },
      ],
    }
  })
}
