import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../shared/clock.ts'
import { describeMachine } from '../bench/machine.ts'
import { chosen } from './catalogue.ts'
import type { Fault } from './fault.ts'
import { tableOf, writeReport } from './report.ts'
import { isKept, type Row, Runner } from './runner.ts'
import { Stage } from './stage.ts'
import { countOf, storm } from './storm.ts'

const USAGE = `Examples:
  npm run chaos                                   every fault, into RELIABILITY.md; some ten minutes
  npm run chaos -- --only kill-adapter --runs 20  one of them, more often
  npm run chaos -- --ticks 10M                    also the long storm, ten minutes more: 10 M ticks through everything
  npm run chaos -- --only storm --ticks 500k      nothing but a smaller storm
  npm run chaos -- --short --seed 7               one run of each and short outages, other timings; no file

Options: --only NAME,… --runs N --seed N --short --ticks N (500k, 10M) --help`

const RELIABILITY = resolve(import.meta.dirname, '../../RELIABILITY.md')
const say = (words: string): void => void process.stderr.write(`${words}\n`)

interface Options {
  readonly faults: readonly Fault[]
  readonly runs: number | undefined
  readonly seed: number
  readonly isShort: boolean
  /** Everything that there is, in full: what the file is for. */
  readonly isWhole: boolean
}

function readOptions(): Options | undefined {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({
    options: { only: text, runs: text, seed: text, ticks: text, short: flag, help: flag },
  })
  if (values.help) return undefined
  const names = values.only?.split(',')
  const others = names?.filter(name => name !== 'storm')
  const faults = [...(others?.length === 0 ? [] : chosen(others?.join()))]
  const wantsStorm = values.ticks !== undefined || names?.includes('storm')
  if (wantsStorm) faults.push(storm(countOf(values.ticks ?? '10M'), say))
  return {
    faults,
    runs: values.runs === undefined ? undefined : countOf(values.runs),
    // Another one each day: the timings of the faults wander.
    seed: values.seed === undefined ? Math.floor(systemClock.now() / 86_400_000) : Number(values.seed),
    isShort: values.short,
    isWhole: !values.short && names === undefined,
  }
}

async function main(): Promise<void> {
  const options = readOptions()
  if (!options) return void process.stdout.write(`${USAGE}\n`)
  const { faults, seed } = options
  say(`seed ${seed}`)
  const runner = new Runner({ ...options, say })
  const rows: Row[] = []
  try {
    for (const fault of faults) rows.push(await runner.play(fault))
  } finally {
    await runner.close()
  }
  const command = ['npm run chaos --', ...process.argv.slice(2)].join(' ').replace(/ --$/, '')
  const machine = describeMachine(new Date(systemClock.now())).replace(/, (not pinned|server and load.*?each)/, '')
  const report = writeReport({ machine, seed, command, rows })
  process.stdout.write(options.isWhole ? `${tableOf(rows)}\n` : report)
  if (options.isWhole) writeFileSync(RELIABILITY, report)
  process.exitCode = rows.every(isKept) ? 0 : 1
}

/** Processes end and folders go away also when a run is cut short; who asks twice does not wait for it. */
function end(signal: NodeJS.Signals): void {
  say(`ended by ${signal}`)
  process.once(signal, () => process.exit(1))
  void Stage.closeAll().finally(() => process.exit(1))
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end)
try {
  await main()
} catch (error) {
  say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 1
}
