#!/usr/bin/env node
import { existsSync, readFileSync } from 'node:fs'
import { CommanderError } from 'commander'
import { systemCode } from '../shared/errors.ts'
import { explainFailure } from './failure.ts'
import { createProgram } from './program.ts'

/** Of the nearest package.json: this file runs from the source tree and from dist/. */
function packageVersion(): string {
  const file = ['../package.json', '../../package.json'].map(path => new URL(path, import.meta.url)).find(existsSync)
  const { version } = JSON.parse(file ? readFileSync(file, 'utf8') : '{}') as { version?: string }
  return version ?? '0.0.0'
}

// `tickwire … | head`: whoever reads has seen enough.
process.stdout.on('error', error => {
  if (systemCode(error) === 'EPIPE') process.exit(0)
  throw error
})

// What nobody foresaw; a process that runs on tells it, and closes, by itself.
for (const event of ['uncaughtException', 'unhandledRejection'] as const)
  process.on(event, (error: unknown) => {
    if (process.listenerCount(event) === 1) fail(error)
  })

/** A pipe takes no more at once than its reader has room for; an end before the rest is out cuts the answer off unsaid. */
const written = (): Promise<void> => new Promise(resolve => process.stdout.write('', () => resolve()))

try {
  await createProgram(packageVersion()).parseAsync()
  await written()
  // An adapter outside the tree may have been loaded: a timer it left must not keep a finished command alive.
  process.exit()
} catch (error) {
  if (error instanceof CommanderError && error.exitCode === 0) process.exit(0)
  // Without any command it has shown its help already.
  if (error instanceof CommanderError && error.code === 'commander.help') process.exit(2)
  fail(error)
}

function fail(error: unknown): never {
  const { lines, exitCode } = explainFailure(error, process.argv.includes('--debug'))
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exit(exitCode)
}
