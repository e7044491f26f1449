import { systemClock } from '../../../shared/clock.ts'
import { CODECS, type Codec } from '../codecs.ts'
import { amount, decimal } from '../format.ts'
import { type Bench, type Findings, type Part, sized } from '../part.ts'

const ROUND = 100

/** What a broker's bytes cost to read. */
export const codec: Part = { name: 'codec', run }

async function run(bench: Bench): Promise<Findings> {
  bench.say('codec')
  const seconds = sized(bench, 1, 0.05)
  const rows = CODECS.map(one => {
    // The first run is the compiler's.
    rate(one, seconds)
    const perSecond = rate(one, seconds)
    return [one.broker, one.what, amount(perSecond), `${decimal(1e6 / perSecond, 3)} µs`]
  })
  return {
    tables: [
      {
        title: 'Codecs',
        meaning: "Ticks a second that one process decodes out of a broker's messages, doing nothing else.",
        head: ['broker', 'message', 'ticks/s', 'CPU each'],
        rows,
      },
    ],
    aims: [],
  }
}

/** Ticks a second of CPU time: other programs on this core do not count. */
function rate({ broker, what, frame, ticks, createDecoder }: Codec, seconds: number): number {
  const decode = createDecoder()
  const found = decode(frame, systemClock.micros()).filter(({ kind }) => kind === 'tick').length
  if (found !== ticks) throw new Error(`${broker}, ${what}: ${found} ticks instead of ${ticks}`)
  const before = process.cpuUsage()
  let rounds = 0
  for (;;) {
    for (let nth = 0; nth < ROUND; nth++) decode(frame, systemClock.micros())
    rounds++
    const { user, system } = process.cpuUsage(before)
    if (user + system > seconds * 1e6) return (rounds * ROUND * ticks * 1e6) / (user + system)
  }
}
