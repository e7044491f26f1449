import { writeFileSync } from 'node:fs'
import { configTemplate } from '../../shared/config.ts'
import { systemCode, TickwireError } from '../../shared/errors.ts'
import { grant, isShared } from '../../shared/store/sharing.ts'
import type { Globals } from '../globals.ts'
import { openInvocation, withStore } from '../invocation.ts'
import { confirm } from '../prompt.ts'

/** `tickwire init`: configuration, data folder, first user and feed. What is there stays as it is. */
export async function init(globals: Globals, { yes = false }: { readonly yes?: boolean }): Promise<void> {
  const invocation = openInvocation(globals, { fileMayMiss: true })
  const { config, folder, terminal } = invocation
  if (process.stdin.isTTY) await confirm(`Prepare ${folder.root}?`, yes)
  const feeds = await withStore(invocation, store => store.feeds.names())
  const written = writeTemplate(config.configFile)
  if (terminal.format === 'json') {
    terminal.print(JSON.stringify({ dataDir: folder.root, configFile: config.configFile, written, feeds }))
    return
  }
  terminal.print(
    [
      `Configuration  ${config.configFile} (${written ? 'written; every line is a comment' : 'was there, not touched'})`,
      `Data folder    ${folder.root}`,
      `Feeds          ${feeds.join(', ') || 'none'}`,
      '',
      'next: tickwire up                  start everything',
      '      tickwire key create LABEL    a key for a client',
      '      tickwire doctor              check this machine',
    ].join('\n'),
  )
}

/** False when there is a file already. */
function writeTemplate(path: string): boolean {
  try {
    writeFileSync(path, configTemplate(), { flag: 'wx', mode: 0o600 })
    // What processes under users of their own share, all of them read; only its owner writes it.
    if (isShared(path)) grant(path, 0o640)
    return true
  } catch (cause) {
    if (systemCode(cause) === 'EEXIST') return false
    throw new TickwireError('FOLDER_UNUSABLE', `The configuration ${path} cannot be written (${systemCode(cause)})`, {
      next: 'choose another place with --config FILE or --data-dir DIR',
      cause,
    })
  }
}
