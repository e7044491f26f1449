import type { Command } from 'commander'
import { builtinNames } from '../../adapters/registry.ts'
import { brokers } from '../accounts.ts'
import { registeredFeeds } from '../checks/configuration.ts'
import type { Globals } from '../globals.ts'
import { grammarOf } from '../grammar.ts'
import { openInvocation, wasStarted } from '../invocation.ts'
import { bashScript, fishScript, zshScript } from '../shells.ts'
import { openTerminal } from '../terminal.ts'

const SHELLS = { bash: bashScript, zsh: zshScript, fish: fishScript } as const

/** `tickwire completion SHELL`: what the shell reads. */
export async function printCompletion(
  globals: Globals,
  program: Command,
  shell: keyof typeof SHELLS | 'feeds',
): Promise<void> {
  if (shell === 'feeds') {
    printFeeds(globals)
    return
  }
  const names = { adapters: builtinNames(), brokers: (await brokers()).map(({ name }) => name) }
  openTerminal(globals).print(SHELLS[shell](grammarOf(program, names)))
}

/** What such a script asks for. */
function printFeeds(globals: Globals): void {
  const invocation = openInvocation(globals)
  const feeds = wasStarted(invocation) ? registeredFeeds(invocation.folder) : []
  for (const { name } of feeds ?? []) invocation.terminal.print(name)
}
