import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { strToU8, zipSync } from 'fflate'
import { systemCode, TickwireError } from '../../shared/errors.ts'
import { folderError } from '../../shared/store/folder.ts'
import { gathered, knowSecrets, maskedText, partsOf } from '../bundle.ts'
import { formatCount } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { openInvocation } from '../invocation.ts'
import { Progress } from '../progress.ts'

interface Packed {
  readonly file: string
  readonly bytes: number
  readonly says: string
}

/**
 * `tickwire support-bundle [FILE]`: what somebody who helps has to see, without secrets, as one zip that only its owner
 * can read. Throws USAGE for a file that is there, FOLDER_UNUSABLE for a place where none can be.
 */
export async function writeBundle(
  globals: Globals,
  name: string | undefined,
  { version, force = false }: { readonly version: string; readonly force?: boolean },
): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const path = resolve(
    name ?? `tickwire-support-${new Date(clock.now()).toISOString().slice(0, 16).replace(/[-:]/g, '')}.zip`,
  )
  // Before the work, which takes some seconds, and again when it is written.
  if (!force) claim(path)
  try {
    const parts = partsOf(invocation, version)
    const progress = new Progress({ line: terminal.liveLine(), clock })
    const found: unknown[] = []
    for (const part of parts) {
      progress.begin(`${part.file} (${found.length + 1} of ${parts.length}) …`, '')
      found.push(await gathered(part))
    }
    progress.end()
    await knowSecrets(invocation)
    const files: Record<string, Uint8Array> = {}
    const packed = parts.map(({ file, says }, at): Packed => {
      const bytes = strToU8(maskedText(found[at]))
      files[file] = bytes
      return { file, bytes: bytes.length, says }
    })
    write(path, zipSync(files))
    terminal.rows(
      packed,
      [
        { head: 'FILE', cell: row => row.file },
        { head: 'BYTES', cell: row => formatCount(row.bytes), right: true },
        { head: 'HOLDS', cell: row => row.says },
      ],
      '',
    )
  } catch (error) {
    if (!force) rmSync(path, { force: true })
    throw error
  }
  terminal.say(`Written: ${path}. Keys, tickets and credentials are masked; look into it before you pass it on.`)
}

/** The place is ours from here on. */
function claim(path: string): void {
  try {
    writeFileSync(path, '', { mode: 0o600, flag: 'wx' })
  } catch (cause) {
    if (systemCode(cause) !== 'EEXIST') throw folderError(path, cause)
    throw new TickwireError('USAGE', `${path} is there already, and stays as it is`, {
      next: 'name another file, or say --force',
      cause,
    })
  }
}

/** Whole or not at all. */
function write(path: string, content: Uint8Array): void {
  const beside = `${path}.${process.pid}.new`
  try {
    writeFileSync(beside, content, { mode: 0o600, flag: 'wx' })
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw folderError(path, error)
  }
}
