import { MARKS } from './format.ts'
import type { Aim, Findings, Table } from './part.ts'

interface Report {
  /** Where and when it was measured, in one line. */
  readonly machine: string
  readonly findings: readonly Findings[]
  /** Peers that could not take part, and parts that failed, one line each. */
  readonly absent: readonly string[]
}

const INTRODUCTION =
  'Written by `npm run bench`: real processes, a load client of its own that reads raw sockets, and other servers in the ' +
  'same run with the same clients and the same frames of some 200 bytes. Compare ratios, not figures of different days. ' +
  'How it measures: [test/bench/README.md](test/bench/README.md).'

/** The whole of BENCHMARKS.md. */
export function writeReport({ machine, findings, absent }: Report): string {
  const aims = findings.flatMap(one => one.aims)
  const tables = findings.flatMap(one => one.tables)
  const parts = ['# Benchmarks', INTRODUCTION, `Measured on ${machine}`]
  if (absent.length > 0) parts.push(absent.map(line => `- Not measured: ${line}`).join('\n'))
  if (aims.length > 0) parts.push('## Aims', table(['what', 'aim', 'measured', ''], aims.map(aimRow)))
  for (const one of tables) parts.push(...section(one))
  parts.push(MARKS)
  return `${parts.join('\n\n')}\n`
}

const section = ({ title, meaning, head, rows }: Table): readonly string[] => [
  `## ${title}`,
  meaning,
  table(head, rows),
]

const aimRow = ({ what, aim, measured, met }: Aim): readonly string[] => [
  what,
  aim,
  measured,
  met === undefined ? 'unknown' : met ? 'met' : '**missed**',
]

/** First column to the left, figures to the right, padded so that the file reads well as text. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows]
  const widths = head.map((_, column) => Math.max(3, ...all.map(row => (row[column] ?? '').length)))
  const line = (row: readonly string[]) =>
    `| ${widths.map((width, column) => pad(row[column] ?? '', width, column)).join(' | ')} |`
  const rule = widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [line(head), `| ${rule.join(' | ')} |`, ...rows.map(line)].join('\n')
}

const pad = (text: string, width: number, column: number): string =>
  column === 0 ? text.padEnd(width) : text.padStart(width)
