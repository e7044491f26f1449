import { join } from 'node:path'
import { pause, systemClock } from '../../../shared/clock.ts'
import { BrokerSystem } from '../brokers.ts'
import { amount, decimal, exactly, megabytes } from '../format.ts'
import { type Bench, type Findings, type Part, sized, type Table } from '../part.ts'
import { Program } from '../process.ts'
import { memoryOf } from '../usage.ts'

const INSTRUMENTS = 3000
const RATE = 5000
/** Of each broker: what the charts hold, and whose every value is compared. */
const CHARTED = 250
const SAMPLED = 25
const SAMPLE_MS = 5000
const ROUND_MS = 60_000
const SETTLE_MS = 15_000

const PEERS = join(import.meta.dirname, '../peers')

/** All brokers at once, played on this machine, each on its own wire, and unmodified clients behind one proxy. */
export const brokers: Part = { name: 'brokers', run }

interface Counted {
  readonly frames: Readonly<Record<string, number>>
  readonly instruments: number
  readonly backward: number
  readonly others: number
}

interface Checked {
  readonly compared: number
  readonly unseen: number
  readonly wrong: readonly string[]
}

async function run(bench: Bench): Promise<Findings> {
  bench.say('brokers')
  const instruments = sized(bench, INSTRUMENTS, 100)
  const rate = sized(bench, RATE, 200)
  const durationMs = sized(bench, bench.minutes * 60_000, 5000)
  const system = await BrokerSystem.start({ instruments, rate })
  const clients: Program[] = []
  try {
    const golden = client('golden.ts')
    const charts = client('charts.ts')
    clients.push(golden, charts)
    const url = `ws://127.0.0.1:${system.port}`
    const shares = system.brokers.map(({ broker, origin, instruments: all }) => ({
      broker,
      origin,
      instruments: all,
      sampled: all.slice(0, SAMPLED),
    }))
    await golden.ask(JSON.stringify({ url, key: system.key, shares }))
    const charted = shares.flatMap(share => share.instruments.slice(0, Math.min(CHARTED, instruments / 2)))
    await charts.ask(JSON.stringify({ url, key: system.key, instruments: charted }))
    await pause(systemClock, sized(bench, SETTLE_MS, 4000))
    const pids = () => ({ ...system.pids(), 'golden client': golden.pid, 'openalgo-charts': charts.pid })
    const memory = new Map<string, number[]>(Object.keys(pids()).map(name => [name, []]))
    const look = async () => ({
      sent: await system.sent(),
      published: await system.ticks(),
      delivered: (await golden.ask<Counted>('count')).frames,
    })
    const before = await look()
    const began = systemClock.monotonic()
    const checks = { compared: 0, unseen: 0, wrong: 0 }
    const check = async () => {
      const { compared, unseen, wrong } = await golden.ask<Checked>('check')
      checks.compared += compared
      checks.unseen += unseen
      checks.wrong += wrong.length
      for (const line of wrong.slice(0, 5)) bench.say(`  wrong: ${line}`)
    }
    let checkedAt = Number.NEGATIVE_INFINITY
    let checking = Promise.resolve()
    while (systemClock.monotonic() - began < durationMs) {
      for (const [name, pid] of Object.entries(pids())) memory.get(name)?.push(memoryOf(pid))
      if (systemClock.monotonic() - checkedAt > ROUND_MS) {
        checkedAt = systemClock.monotonic()
        checking = checking.then(check)
      }
      await pause(systemClock, sized(bench, SAMPLE_MS, 500))
    }
    await checking
    const after = await look()
    const { backward } = await golden.ask<Counted>('count')
    const seconds = (systemClock.monotonic() - began) / 1000
    const drawn = await charts.ask<{ depth: number; instruments: number }>('count')
    const strays = straysOf(await charts.ask('prices'), await golden.ask('prices'))
    const rows = shares.map(({ broker }) => {
      const a = before.sent[broker]
      const b = after.sent[broker]
      return {
        broker,
        sent: ((b?.ticks ?? 0) - (a?.ticks ?? 0)) / seconds,
        made: ((after.published[broker] ?? 0) - (before.published[broker] ?? 0)) / seconds,
        got: ((after.delivered[broker] ?? 0) - (before.delivered[broker] ?? 0)) / seconds,
        anew: (b?.connections ?? 0) - (a?.connections ?? 0),
      }
    })
    const growth = [...memory].map(([name, samples]) => ({ name, ...growthOf(samples) }))
    return {
      tables: [streamTable(rows, { instruments, rate, seconds }), memoryTable(growth, seconds)],
      aims: [
        ...rows.map(({ broker, made, got }) => ({
          what: `emulated ${broker}, ${exactly(instruments)} instruments in full mode: ticks/s published, and delivered of them`,
          aim: `${exactly(rate)}, all`,
          measured: `${amount(made)}, ${decimal((100 * got) / Math.max(made, 1), 1)} %`,
          met: made >= rate * 0.98 && got >= made * 0.98,
        })),
        {
          what: 'all brokers at once: values that differ from the emulators’ own, and frames that step back',
          aim: 'none',
          measured: `${exactly(checks.wrong)} of ${exactly(checks.compared)} (${exactly(checks.unseen)} folded away), ${exactly(backward)}`,
          met: checks.compared > 0 && checks.wrong === 0 && backward === 0,
        },
        {
          what: '… instruments that openalgo-charts drew, and prices it drew that nobody sent',
          aim: 'all, none',
          measured: `${exactly(drawn.instruments)} of ${exactly(charted.length)}, ${exactly(strays)}`,
          met: drawn.instruments === charted.length && strays === 0,
        },
        {
          what: '… processes of Tickwire that had to be started again',
          aim: 'none',
          measured: exactly(system.restarts()),
          met: system.restarts() === 0,
        },
        {
          what: `… growth of memory of any process of Tickwire, last quarter of ${decimal(seconds / 60, 1)} minutes less the second`,
          aim: 'at most 16 MB',
          measured: megabytes(Math.max(...growth.filter(({ name }) => isOurs(name)).map(one => one.growth))),
          met: bench.quick ? undefined : growth.every(one => !isOurs(one.name) || one.growth <= 16e6),
        },
      ],
    }
  } finally {
    for (const one of clients) await one.stop()
    await system.close()
  }
}

const client = (file: string): Program =>
  new Program({ command: process.execPath, args: ['--import', 'tsx', join(PEERS, file)] })

const isOurs = (name: string): boolean => !/^(emulated|golden|openalgo)/.test(name)

/** Prices that one client saw and the other, which sees every frame, did not. */
function straysOf(
  some: Readonly<Record<string, readonly number[]>>,
  all: Readonly<Record<string, readonly number[]>>,
): number {
  let strays = 0
  for (const [name, prices] of Object.entries(all)) {
    const known = new Set(prices)
    // What is older than the frames that are kept cannot be told.
    strays += (some[name] ?? []).slice(-10).filter(price => !known.has(price)).length
  }
  return strays
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

function growthOf(samples: readonly number[]): { first: number; last: number; growth: number } {
  const quarter = Math.max(1, Math.floor(samples.length / 4))
  const first = median(samples.slice(quarter, 2 * quarter))
  const last = median(samples.slice(-quarter))
  return { first, last, growth: last - first }
}

/** Ticks a second, and connections that had to be made again. */
interface StreamRow {
  readonly broker: string
  readonly sent: number
  readonly made: number
  readonly got: number
  readonly anew: number
}

const streamTable = (
  rows: readonly StreamRow[],
  { instruments, rate, seconds }: { instruments: number; rate: number; seconds: number },
): Table => ({
  title: 'Brokers at once',
  meaning:
    `Every emulated broker on its own wire, ${exactly(instruments)} instruments each in full mode at ${exactly(rate)} ticks/s, one proxy, ` +
    `a client of all of them and openalgo-charts with some, for ${decimal(seconds / 60, 1)} minutes: ticks/s that the emulator sent, that the feed published, frames/s that the client of all got. ` +
    'A process that gets no core for two seconds makes its connections anew, which costs some seconds of ticks; an emulator that gets none sends less.',
  head: ['broker', 'sent', 'published', 'delivered', 'connections made anew'],
  rows: rows.map(({ broker, sent, made, got, anew }) => [
    broker,
    amount(sent),
    amount(made),
    amount(got),
    exactly(anew),
  ]),
})

const memoryTable = (
  growth: readonly { name: string; first: number; last: number; growth: number }[],
  seconds: number,
): Table => ({
  title: 'Memory with all brokers at once',
  meaning: `Resident memory of every process: medians of the second and of the last quarter of ${decimal(seconds / 60, 1)} minutes.`,
  head: ['process', 'second quarter', 'last quarter', 'growth'],
  rows: growth.map(({ name, first, last, growth: more }) => [name, megabytes(first), megabytes(last), megabytes(more)]),
})
