import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { EXIT_CODES } from '../../scripts/failure.ts'
import { createProgram } from '../../scripts/program.ts'
import { ROOT } from '../support/source.ts'

const program = createProgram('1.2.3')
const reference = readFileSync(join(ROOT, 'scripts/README.md'), 'utf8')
/** Every `tickwire …` line of the reference, without its comment. */
const lines = [...reference.matchAll(/(?:^|`)tickwire ([^`#\n]+)/gm)].map(([, line = '']) => line.trim())

/** The command that a line calls, and the rest of its words. */
function resolve(line: string): { command: Command; rest: string[] } {
  let command: Command = program
  const rest = line.split(/\s+/)
  while (command.commands.length > 0) {
    const next = command.commands.find(one => one.name() === rest[0])
    if (!next) break
    command = next
    rest.shift()
  }
  return { command, rest }
}

const leaves = (command: Command): Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)

const pathOf = (command: Command): string =>
  command.parent?.parent ? `${pathOf(command.parent)} ${command.name()}` : command.name()

describe('the command reference', () => {
  it('names only commands and options that exist', () => {
    expect(lines.length).toBeGreaterThan(20)
    for (const line of lines) {
      const { command, rest } = resolve(line)
      // `tickwire bus` runs something by itself, and has commands below it.
      if (line !== 'bus') expect(command.commands, line).toEqual([])
      const known = [...command.options, ...program.options].map(option => option.long)
      for (const word of rest.filter(one => one.startsWith('--'))) expect(known, line).toContain(word)
    }
  })

  it('shows every command', () => {
    const shown = lines.map(line => pathOf(resolve(line).command))
    expect(
      leaves(program)
        .map(pathOf)
        .filter(path => !shown.includes(path)),
    ).toEqual([])
  })

  it('tells the exit codes that --help tells', () => {
    const rows = reference.replace(/ {2,}/g, ' ')
    for (const [code, words] of EXIT_CODES) expect(rows).toContain(`| ${code} | ${words} |`)
  })

  it('shows examples before anything else in the help of each command', () => {
    for (const command of leaves(program)) {
      let text = ''
      command.configureOutput({
        writeOut: part => {
          text += part
        },
      })
      command.outputHelp()
      expect(text, pathOf(command)).toMatch(/^Examples:\n {2}(TICKWIRE_API_KEY=… )?tickwire /)
    }
  })
})
