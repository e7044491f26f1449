import { systemClock } from '../../../shared/clock.ts'
import { angel } from '../codecs/angel.ts'
import type { Codec } from '../codecs/codec.ts'
import { flattrade } from '../codecs/flattrade.ts'
import { fyers } from '../codecs/fyers.ts'
import { kite } from '../codecs/kite.ts'
import { amount, decimal } from '../format.ts'
import { type Bench, type Findings, type Part, sized } from '../part.ts'

const ROUND = 100

/** A new broker is some more rows. */
const codecs = (): readonly Codec[] => [
  ...([1, 2, 3, 4] as const).map(angel),
  flattrade('touchline', false),
  flattrade('depth', false),
  flattrade('depth', true),
  fyers('sf'),
  fyers('dp'),
  ...(['LTP', 'quote', 'full'] as const).map(kite),
]

/** What a broker's bytes cost to read. */
export const codec: Part = { name: 'codec', run }

async function run(bench: Bench): Promise<Findings> {
  bench.say('codec')
  const seconds = sized(bench, 1, 0.05)
  const rows = codecs().map(one => {
    // The first run is the compiler's.
    rate(one, seconds)
    const perSecond = rate(one, seconds)
    return [one.broker, one.what, amount(perSecond), `${decimal(1e6 / perSecond, 3)} µs`]
  })
  return {
    tables: [
      {
        title: 'Codecs',
        meaning:
          "Ticks a second, or parts of which ticks are made, that one process decodes out of a broker's messages, doing nothing else.",
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
  const found = decode(frame, systemClock.micros()).filter(({ kind }) => kind === 'tick' || kind === 'part').length
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
