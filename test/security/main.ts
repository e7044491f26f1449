import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { systemClock } from '../../shared/clock.ts'
import { describeMachine } from '../bench/machine.ts'
import type { Figure, Part } from './part.ts'
import { PARTS } from './parts.ts'

const USAGE = `Examples:
  npm run build && npm run security         everything, into SECURITY-FIGURES.md
  npm run security -- --only revocation     one part
  npm run security -- --short --seed 7      smaller, other random attempts; no file

Parts:
${PARTS.map(({ name, about }) => `  ${name.padEnd(12)}  ${about}`).join('\n')}

Options: --only NAME,… --seed N --short --help`

const FIGURES = resolve(import.meta.dirname, '../../SECURITY-FIGURES.md')
const DAY_MS = 86_400_000
const say = (words: string): void => void process.stderr.write(`${words}\n`)

function readOptions() {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean', default: false } as const
  const { values } = parseArgs({ options: { only: text, seed: text, short: flag, help: flag } })
  const names = values.only?.split(',')
  const unknown = names?.find(name => !PARTS.some(part => part.name === name))
  if (unknown !== undefined) throw new Error(`There is no part ${unknown}`)
  return {
    parts: PARTS.filter(({ name }) => names?.includes(name) ?? true),
    // Another one each day: what is tried wanders.
    seed: values.seed === undefined ? Math.floor(systemClock.now() / DAY_MS) : Number(values.seed),
    isShort: values.short,
    isWhole: !values.short && names === undefined,
    help: values.help,
  }
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`

function sectionOf({ name, about }: Part, figures: readonly Figure[]): string {
  const rows = figures.map(({ what, measured, limit, isKept }) => [
    what,
    measured,
    limit,
    isKept ? 'kept' : '**missed**',
  ])
  const head = ['figure', 'measured', 'limit', '']
  return [`## ${name}`, '', `${about}.`, '', row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n')
}

async function main(): Promise<void> {
  const { parts, seed, isShort, isWhole, help } = readOptions()
  if (help) return void process.stdout.write(`${USAGE}\n`)
  say(`seed ${seed}`)
  const sections: string[] = []
  let isKept = true
  for (const part of parts) {
    say(`${part.name}: ${part.about}`)
    const figures = await part.run({ seed, isShort, say })
    isKept &&= figures.every(figure => figure.isKept)
    sections.push(sectionOf(part, figures))
  }
  const machine = describeMachine(new Date(systemClock.now())).replace(/, (not pinned|server and load.*?each)/, '')
  const intro = 'Written by `npm run security`: attacks on real parts of Tickwire, and on its real processes.'
  const report = ['# Security figures', intro, `Run on ${machine}`, ...sections].join('\n\n')
  process.stdout.write(`${report}\n`)
  if (isWhole) writeFileSync(FIGURES, `${report}\n`)
  process.exitCode = isKept ? 0 : 1
}

try {
  await main()
} catch (error) {
  say(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
  process.exitCode = 1
}
process.exit()
