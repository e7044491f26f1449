import { existsSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { systemCode, TickwireError } from '../../shared/errors.ts'
import { folderError, prepareFolder } from '../../shared/store/folder.ts'
import { flushFolder } from '../../shared/store/keyfile.ts'
import { acquireLock } from '../../shared/store/lock.ts'
import { requireOutside } from '../../shared/store/vaultkey.ts'
import { findAccount, readAccounts, withVault } from '../accounts.ts'
import { OPERATOR, recordFirst } from '../audited.ts'
import { checkSecretPlaces } from '../checks/secrets.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, withExistingStore } from '../invocation.ts'
import { showCheck } from './doctor.ts'

/** `tickwire secrets check`: one line per key, vault and record; says what is wrong, and the command that mends it. */
export async function checkSecrets(globals: Globals): Promise<void> {
  const invocation = openInvocation(globals)
  const checks = await checkSecretPlaces(invocation)
  for (const check of checks) showCheck(invocation.terminal, check)
  const has = (verdict: string) => checks.some(check => check.verdict === verdict)
  process.exitCode = has('fail') ? 1 : has('warn') ? 5 : 0
}

/** `tickwire secrets rekey`: a new key for the vault, under everything that runs. Rejects with what `Vault.rekey` throws. */
export async function rekey(globals: Globals): Promise<void> {
  const invocation = openInvocation(globals)
  requireVault(invocation)
  const { folder, terminal } = invocation
  prepareFolder(folder)
  const lock = acquireLock(folder.lockFile('rekey'), 'a rekeying of this vault')
  try {
    recordFirst(invocation, [{ action: 'secrets.rekeyed', actor: OPERATOR, subject: 'vault', result: 'ok' }])
    const accounts = await withVault(invocation, vault => vault.rekey())
    if (terminal.format === 'json') terminal.print(JSON.stringify({ accounts, key: invocation.config.vault.keyFile }))
    terminal.say(
      `${invocation.config.vault.keyFile} is new, and opens ${accounts.join(', ')}; what runs goes on with it.`,
    )
    terminal.say(
      'A backup of the old key opens nothing of now. Keys of accounts that were exported: export them again.',
    )
  } finally {
    lock.release()
  }
}

/**
 * `tickwire secrets export-account-key NAME --to FILE`. Rejects with FEED_UNKNOWN, NOT_FOUND, VAULT_LOCKED; USAGE for a file
 * that is there, CONFIG_INVALID for one in the data folder.
 */
export async function exportAccountKey(globals: Globals, word: string, { to }: { readonly to: string }): Promise<void> {
  const invocation = openInvocation(globals)
  requireVault(invocation)
  const { folder, terminal } = invocation
  const path = resolve(to)
  requireOutside(path, folder, '--to')
  const feeds = (await withExistingStore(invocation, store => store.feeds.list())) ?? []
  const { name } = findAccount(await readAccounts(invocation, feeds), word)
  recordFirst(invocation, [{ action: 'secrets.exported', actor: OPERATOR, subject: name, result: 'ok' }])
  const key = await withVault(invocation, vault => vault.accountKey(name))
  try {
    writeFileSync(path, key, { mode: 0o400, flag: 'wx', flush: true })
    flushFolder(dirname(path))
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw folderError(path, error)
    throw new TickwireError('USAGE', `${path} is there already, and is not overwritten`, { next: `rm -f ${path}` })
  } finally {
    key.fill(0)
  }
  if (terminal.format === 'json') terminal.print(JSON.stringify({ name, file: path }))
  terminal.say(`${path} opens ${name} and nothing else. next: hand it over as account-key (systemd: LoadCredential=)`)
}

/** Nothing is made by asking. */
function requireVault({ folder }: Invocation): void {
  if (!existsSync(folder.vaultDb))
    throw new TickwireError('NOT_FOUND', `Nothing is sealed in ${folder.root}`, { next: 'tickwire account add BROKER' })
}
