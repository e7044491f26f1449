import type { Command } from 'commander'
import type { Globals } from './globals.ts'

/** What a person wants to copy, before anything else. */
export const examples = (...lines: string[]): string => `Examples:\n${lines.map(line => `  ${line}`).join('\n')}\n`

/** The options of every command, wherever they stood. */
export const globalsOf = (command: Command): Globals => command.optsWithGlobals()
