import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ROOT } from './source.ts'
import { eventually, type Processes } from './system.ts'

const CLI = join(ROOT, 'dist/scripts/cli.js')

/**
 * What a command shows on a terminal (of `script`, util-linux) while these lines are typed, each when it asks for it.
 * Resolves when the command ends.
 */
export async function typing(words: string, typed: readonly string[], { env }: Processes): Promise<string> {
  const line = `${process.execPath} ${CLI} ${words}`
  const child = spawn('script', ['--quiet', '--return', '--command', line, '/dev/null'], {
    env: { PATH: process.env.PATH, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let shown = ''
  child.stdout.on('data', (text: Buffer) => {
    shown += text
  })
  const closed = new Promise(resolve => child.once('close', resolve))
  let seen = 0
  for (const text of typed) {
    seen = await eventually(() => shown.length > seen && shown.endsWith(': ') && shown.length)
    child.stdin.write(`${text}\r`)
  }
  await closed
  return shown
}
