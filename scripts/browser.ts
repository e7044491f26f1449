import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Clock, pause } from '../shared/clock.ts'
import { childEnvironment } from '../shared/config.ts'

/** What opens a file with whatever the person has chosen for it. */
const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
}
const OPENER: readonly string[] = ['xdg-open']

/** A browser that has to be started first takes a while to read its file. */
const READ_MS = 10_000

/**
 * Sends the browser to an address that must not stand on a command line, where others could read it: it is handed a file
 * that only its owner can read (0600), which sends it on, and which is gone some seconds later. False where nothing could
 * be started; then no file stays.
 */
export async function openInBrowser(
  address: string,
  clock: Clock,
  signal: AbortSignal,
  opener: readonly string[] = OPENERS[process.platform] ?? OPENER,
): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'tickwire-'))
  try {
    const file = join(folder, 'open.html')
    writeFileSync(file, redirection(address), { mode: 0o600, flag: 'wx' })
    const failed = start([...opener, pathToFileURL(file).href])
    return !(await Promise.race([failed, pause(clock, READ_MS, signal).then(() => false)]))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Without a script, so that it also works where those are switched off; no page learns where it came from. */
const redirection = (address: string): string => {
  const safe = address.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;')
  return `<!doctype html>
<meta charset="utf-8">
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0;url=${safe}">
<title>Tickwire</title>
<a href="${safe}">Tickwire</a>
`
}

/**
 * Resolves once it has ended: whether it failed. In its own group and time, so that it goes on when this command has
 * ended; and it learns nothing secret from its environment.
 */
function start([command = '', ...args]: readonly string[]): Promise<boolean> {
  const child = spawn(command, args, {
    detached: true,
    stdio: 'ignore',
    env: childEnvironment({ opensAccounts: false }),
  })
  child.unref()
  return new Promise(resolve => {
    child.on('error', () => resolve(true))
    child.on('exit', code => code !== 0 && resolve(true))
  })
}
