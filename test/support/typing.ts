import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { ROOT } from './source.ts'
import { eventually, type Processes } from './system.ts'

/** Printed by the shell behind the command. */
const OVER = '<over>'
const CLI = join(ROOT, 'dist/scripts/cli.js')

/**
 * What a command shows on a terminal (of `script`, util-linux) while these lines are typed, each when it asks for it.
 * Resolves when the command ends.
 */
export async function typing(words: string, typed: readonly string[], { env }: Processes): Promise<string> {
  // `script` goes with what it runs, whatever the kernel has not handed it yet: that stays until all has been shown.
  const line = `${process.execPath} ${CLI} ${words}; printf '${OVER}'; read _`
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
  await eventually(() => shown.includes(OVER))
  child.stdin.write('\r')
  await closed
  return shown.slice(0, shown.indexOf(OVER))
}
