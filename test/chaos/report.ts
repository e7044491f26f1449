import type { Row } from './runner.ts'
import { isKept } from './runner.ts'

interface Report {
  /** Where and when, in one line. */
  readonly machine: string
  readonly seed: number
  readonly command: string
  readonly rows: readonly Row[]
}

const INTRODUCTION = `Written by \`npm run chaos\`: real processes, started by the commands a user types, brokers played on this machine behind
a TCP wire that breaks on order, and a client with every feature, whose every frame is held against what the emulators
sent. How it works: [test/chaos/README.md](test/chaos/README.md).`

const COLUMNS = `- **told**: from the fault to the client's knowing, the longest of all runs; by its own \`state\` frame where there are any,
  else by \`/status\`, asked every 100 ms; a gap without an end (its publisher was replaced) counts as well.
- **ticks again**: from the fault, or from the return of what had gone, to a new value of everything held, the longest.
- **wrong**: frames with a value, a time or a book that was not sent for that instrument.
- **unaccounted**: sent, and neither delivered nor folded nor told as lost. Where a connection or a process took something
  with it, nobody can know how much: there it is enough that the break is told.
- A flipped bit is put only where it can be known. The messages of these brokers have no checksum: inside a price nobody can
  tell a flipped bit from a price. On the real wire TLS guards that; this one has none.`

/** Each promise, and what proves it. */
const PROMISES: readonly (readonly [string, string, string])[] = [
  ['P1', 'never silently stale', 'faults below; `test/e2e/zerodhafaults.test.ts`, `test/adapters/runtime`'],
  ['P2', 'no wrong price', 'every fault below, `storm` above all; `test/adapters/*/damage.test.ts`, the codecs’ tests'],
  [
    'P3',
    'what is lost is told',
    'the sums of every fault below; `bus-overflow`; `test/e2e/balance.test.ts`, `loss.test.ts`',
  ],
  ['P4', 'a truthful subscribe, a snapshot first', '`first-frame`; `test/proxy/market.test.ts`'],
  ['P6', 'nobody sees another one’s feed', '`npm run security`; `test/security`, `test/proxy/access.test.ts`'],
  ['P7', 'bounded memory', '`npm run bench -- --only memory,hostile`; `test/proxy/slow.test.ts`'],
  ['P8', 'recovery in time', '`kill-*`, `broker-outage`, `token-expiry`; crowds: `npm run bench -- --only reconnect`'],
  ['P14', 'honest health', '`test/proxy/http.test.ts`'],
]

/** The whole of RELIABILITY.md. */
export function writeReport({ machine, seed, command, rows }: Report): string {
  const proved = PROMISES.map(([id, promise, where]) => {
    const faults = rows.filter(({ fault, absent }) => absent === undefined && fault.promise.split(' ').includes(id))
    const missed = faults.filter(row => !isKept(row))
    const verdict =
      faults.length === 0 ? '' : missed.length === 0 ? 'kept' : `**missed** by ${missed.map(nameOf).join(', ')}`
    return [id, promise, where, verdict]
  })
  const parts = [
    '# Reliability',
    INTRODUCTION,
    `Run on ${machine} Seed ${seed}: \`${command}\`.`,
    tableOf(rows),
    COLUMNS,
    ...section('What was missed', rows.filter(row => !isKept(row)).flatMap(missedLines)),
    ...section('Also seen', rows.flatMap(noteLines)),
    ...section(
      'Not run',
      rows.flatMap(({ absent, fault }) => (absent === undefined ? [] : [`${fault.name}: ${absent}`])),
    ),
    '## The promises, and where each is proved',
    table(['', 'promise', 'proved by', 'here'], proved),
  ]
  return `${parts.join('\n\n')}\n`
}

/** What every run prints, whole or not. */
export const tableOf = (rows: readonly Row[]): string => table(HEAD, rows.map(line))

const HEAD = [
  'fault',
  'what is done',
  'runs',
  'told',
  'limit',
  'ticks again',
  'limit',
  'wrong',
  'unaccounted',
  '',
] as const

function line(row: Row): readonly string[] {
  const { fault, runs, told, back, wrong, unaccounted, absent } = row
  const { limits } = fault
  if (absent !== undefined) return [fault.name, fault.about, '0', ...Array<string>(6).fill(''), 'not run']
  return [
    fault.name,
    fault.about,
    String(runs),
    seconds(limits.told === undefined ? undefined : told),
    seconds(limits.told),
    seconds(back),
    seconds(limits.back),
    wrong.toLocaleString('en-US'),
    unaccounted.toLocaleString('en-US'),
    isKept(row) ? 'kept' : '**missed**',
  ]
}

const seconds = (ms: number | undefined): string => (ms === undefined ? '' : `${(ms / 1000).toFixed(2)} s`)

const nameOf = ({ fault }: Row): string => `\`${fault.name}\``

const SHOWN = 4

function missedLines(row: Row): string[] {
  const { fault, wrong, unaccounted, faults } = row
  const counts = [
    ...(wrong > 0 ? [`${wrong} wrong frames`] : []),
    ...(unaccounted > 0 ? [`${unaccounted} ticks unaccounted for`] : []),
  ]
  return [...counts, ...faults.slice(0, SHOWN)].map(one => `${fault.name}: ${one.replaceAll('\n', ' ').slice(0, 300)}`)
}

function noteLines({ fault, by, notes, delivered, lost }: Row): string[] {
  const sums =
    delivered > 0
      ? [`${delivered.toLocaleString('en-US')} delivered, ${lost.toLocaleString('en-US')} told as lost`]
      : []
  const witness = by === undefined ? [] : [`told by ${by}`]
  const all = [...new Set([...notes, ...witness, ...sums])]
  return all.length === 0 ? [] : [`${fault.name}: ${all.join('; ')}`]
}

const section = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : [`## ${title}`, lines.map(one => `- ${one}`).join('\n')]

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(3, ...all.map(row => (row[column] ?? '').length)))
  const one = (row: readonly string[]) => `| ${widths.map((width, at) => (row[at] ?? '').padEnd(width)).join(' | ')} |`
  return [one(head), `| ${widths.map(width => '-'.repeat(width)).join(' | ')} |`, ...rows.map(one)].join('\n')
}
