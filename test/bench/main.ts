import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../shared/clock.ts'
import { describeMachine } from './machine.ts'
import type { Bench, Findings, Part } from './part.ts'
import { balance } from './parts/balance.ts'
import { brokers } from './parts/brokers.ts'
import { codec } from './parts/codec.ts'
import { cost } from './parts/cost.ts'
import { crowd } from './parts/crowd.ts'
import { fanout } from './parts/fanout.ts'
import { hostile } from './parts/hostile.ts'
import { ingestion } from './parts/ingestion.ts'
import { latency } from './parts/latency.ts'
import { memory } from './parts/memory.ts'
import { page } from './parts/page.ts'
import { reconnect } from './parts/reconnect.ts'
import { startup } from './parts/startup.ts'
import { torrent } from './parts/torrent.ts'
import { BROADCASTER, BUN, isThere, NATS } from './peer.ts'
import { hurry } from './process.ts'
import { writeReport } from './report.ts'

const PARTS: readonly Part[] = [
  balance,
  fanout,
  cost,
  crowd,
  ingestion,
  torrent,
  latency,
  hostile,
  memory,
  reconnect,
  codec,
  startup,
  page,
  brokers,
]
const USAGE = `npm run bench -- [--only ${PARTS.map(({ name }) => name).join(',')}] [--quick] [--urgent] [--minutes 10] [--into FILE] [--json]`

/** Everything goes to BENCHMARKS.md; what is less than everything, to stdout or where it is told. */
async function main(): Promise<void> {
  const { only, quick = false, urgent = false, json = false, minutes = 10, into } = readOptions()
  if (urgent) hurry()
  const parts = only === undefined ? PARTS : PARTS.filter(({ name }) => only.includes(name))
  const bench: Bench = {
    quick,
    minutes,
    maximum: undefined,
    say: text => void process.stderr.write(`${text}\n`),
  }
  const absent = [BROADCASTER, BUN, NATS].filter(kind => !isThere(kind)).map(({ name }) => `${name}, which is not here`)
  const findings: Findings[] = []
  for (const part of parts) {
    try {
      findings.push(await part.run(bench))
    } catch (error) {
      // One part that fails must not cost the others their figures.
      const reason = error instanceof Error ? error.message : String(error)
      bench.say(`${part.name} failed: ${reason}`)
      absent.push(`${part.name}, which failed (see its output)`)
      process.exitCode = 1
    }
  }
  if (json) return void process.stdout.write(`${JSON.stringify({ absent, findings })}\n`)
  const report = writeReport({ machine: describeMachine(new Date(systemClock.now())), findings, absent })
  const file = into ?? (quick || only !== undefined ? undefined : 'BENCHMARKS.md')
  if (file === undefined) process.stdout.write(report)
  else writeFileSync(resolve(import.meta.dirname, '../..', file), report)
}

interface Options {
  readonly only?: readonly string[]
  readonly quick?: boolean
  readonly urgent?: boolean
  readonly json?: boolean
  readonly minutes?: number
  /** A file, from the top of the repository. */
  readonly into?: string
}

function readOptions(): Options {
  const flag = { type: 'boolean' } as const
  const text = { type: 'string' } as const
  const options = { only: text, minutes: text, into: text, quick: flag, urgent: flag, json: flag } as const
  const { only, minutes, ...flags } = parseArgs({ options }).values
  const rest = { ...flags, ...(minutes === undefined ? {} : { minutes: minutesOf(minutes) }) }
  if (only === undefined) return rest
  const names = only.split(',')
  const unknown = names.find(name => !PARTS.some(part => part.name === name))
  if (unknown === undefined) return { ...rest, only: names }
  throw new Error(`There is no part ${unknown}; next: ${USAGE}`)
}

function minutesOf(text: string): number {
  const minutes = Number(text)
  if (minutes > 0 && minutes <= 600) return minutes
  throw new Error(`--minutes is a number up to 600; next: ${USAGE}`)
}

// Processes of its own are ended on the way out, which a signal would not give time for.
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    process.stderr.write(`The bench was ended by ${signal}.\n`)
    process.exit(1)
  })
/** What Node ends with when it waits for something that can no longer come; it says nothing itself. */
const UNFINISHED = 13
process.once('exit', code => {
  if (code === UNFINISHED) process.stderr.write('The bench waited for an answer that could not come.\n')
})
await main()
