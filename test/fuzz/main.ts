import { type ChildProcess, fork } from 'node:child_process'
import { parseArgs } from 'node:util'
import { loadTargets } from './catalogue.ts'
import type { Claim } from './target.ts'

const USAGE = `Examples:
  npm run fuzz                                  everything that strangers feed, ten minutes, with a new seed
  npm run fuzz -- --minutes 60 --only client    one target, for an hour; names with commas between
  npm run fuzz -- --seed 7                      other examples than with another seed, and the same again
  npm run fuzz -- --list                        the targets, and what is claimed of each

A failure is shown at its smallest, with the command that shows it again.

Options: --minutes N --only NAME,… --seed N --claim WORDS --path P --list --help`

const MINUTE = 60_000
/** No claim goes on for longer in one round, so all have their turn. */
const ROUND_MS = 10_000
/** Of more examples than it has time for. */
const RUNS = 1_000_000
/** A round that has not ended by then hangs. */
const HANG_MS = 6 * ROUND_MS
const MEGABYTES = 1024

const say = (words: string): void => void process.stdout.write(`${words}\n`)

interface Options {
  readonly minutes: number
  readonly only: readonly string[]
  readonly seed: number
  readonly claim: string | undefined
  readonly path: string | undefined
}

interface Turn {
  readonly target: string
  readonly claim: Claim
}

/** Says a place of the run to the parent, which ends what hangs. */
const tell = (command: string): void => void process.send?.(command)

const commandFor = ({ target, claim }: Turn, seed: number, path?: string): string =>
  `npm run fuzz -- --only ${target} --claim ${JSON.stringify(claim.says)} --seed ${seed}${path ? ` --path ${path}` : ''}`

function readOptions(): Options | 'help' | 'list' {
  const one = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values } = parseArgs({
    options: { minutes: one, only: one, seed: one, claim: one, path: one, list: flag, help: flag },
  })
  if (values.help) return 'help'
  if (values.list) return 'list'
  const number = (name: 'minutes' | 'seed', otherwise: number): number => {
    const said = values[name]
    if (said !== undefined && !/^\d+(\.\d+)?$/.test(said)) throw new Error(`--${name} is a number, not "${said}"`)
    return said === undefined ? otherwise : Number(said)
  }
  const only = values.only?.split(',') ?? []
  return {
    minutes: number('minutes', 10),
    seed: number('seed', Math.floor(Date.now() / 1000)),
    only,
    claim: values.claim,
    path: values.path,
  }
}

async function turnsOf({ only, claim }: Pick<Options, 'only' | 'claim'>): Promise<Turn[]> {
  const targets = await loadTargets()
  const unknown = only.find(name => !targets.some(target => target.name === name))
  if (unknown !== undefined)
    throw new Error(`there is no target ${unknown}; there are ${targets.map(({ name }) => name).join(', ')}`)
  return targets
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .flatMap(({ name, claims }) => claims.map(one => ({ target: name, claim: one })))
    .filter(turn => claim === undefined || turn.claim.says === claim)
}

/** Round after round over all claims, each with a seed of its own, until the time is up or something fails. */
async function play(options: Options): Promise<boolean> {
  const turns = await turnsOf(options)
  const end = Date.now() + options.minutes * MINUTE
  const tried = new Map<string, number>()
  let failed = 0
  for (let seed = options.seed; failed === 0 && (seed === options.seed || Date.now() < end); seed++)
    for (const turn of turns) {
      const left = Math.max(1000, Math.min(ROUND_MS, (end - Date.now()) / turns.length))
      tell(commandFor(turn, seed))
      const { path } = options
      const { tried: count, failure } = await turn.claim.check({ seed, runs: RUNS, path, timeLimitMs: left })
      tried.set(turn.target, (tried.get(turn.target) ?? 0) + count)
      if (!failure) continue
      failed++
      say(
        `\n${turn.target}: "${turn.claim.says}" does not hold of\n${failure.text}\nAgain: ${commandFor(turn, seed, failure.path)}\n`,
      )
    }
  for (const [target, count] of tried) say(`${target}: ${count.toLocaleString('en-US')} examples`)
  say(failed === 0 ? 'Everything holds.' : `${failed} claims do not hold.`)
  return failed === 0
}

/** In a process of its own: what hangs or takes all memory is a finding too, and must not take the report with it. */
function watch(seed: number): void {
  const args = [...process.argv.slice(2), ...(process.argv.includes('--seed') ? [] : ['--seed', String(seed)])]
  const execArgv = [...process.execArgv, `--max-old-space-size=${MEGABYTES}`]
  const child: ChildProcess = fork(import.meta.filename, args, { execArgv })
  let last = ''
  let patience: NodeJS.Timeout | undefined
  child.on('message', command => {
    if (typeof command === 'string') last = command
    clearTimeout(patience)
    patience = setTimeout(() => {
      say(`\nIt hangs. Again: ${last}`)
      child.kill('SIGKILL')
    }, HANG_MS)
  })
  child.once('exit', (code, signal) => {
    clearTimeout(patience)
    if (signal !== null || (code !== 0 && code !== 1)) say(`\nIt ended by ${signal ?? code}. Again: ${last}`)
    process.exitCode = code === 0 ? 0 : 1
  })
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => child.kill('SIGKILL'))
}

async function main(): Promise<void> {
  const options = readOptions()
  if (options === 'help') return say(USAGE)
  if (options === 'list') {
    for (const { target, claim } of await turnsOf({ only: [], claim: undefined })) say(`${target}: ${claim.says}`)
    return
  }
  if (process.send) process.exitCode = (await play(options)) ? 0 : 1
  else {
    await turnsOf(options)
    say(`seed ${options.seed}`)
    watch(options.seed)
  }
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}\n`)
  process.exitCode = 2
} finally {
  process.disconnect?.()
}
