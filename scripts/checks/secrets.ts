import { existsSync, statSync } from 'node:fs'
import { TickwireError } from '../../shared/errors.ts'
import { pepperModes } from '../../shared/store/pepper.ts'
import { nextKeyPath } from '../../shared/store/rekey.ts'
import { fileMode } from '../../shared/store/sharing.ts'
import type { Vault } from '../../shared/store/vault.ts'
import { accountKeyPath, keyPath } from '../../shared/store/vaultkey.ts'
import { withVault } from '../accounts.ts'
import { countOf } from '../figures.ts'
import type { Invocation } from '../invocation.ts'
import { type Check, fail, finding, ok, warn } from './check.ts'

const PRIVATE = 0o077
const WRITABLE_BY_OTHERS = 0o022

/** Where every key and sealed record is, who can read it, and whether it opens. Nothing is made. */
export async function checkSecretPlaces(invocation: Invocation): Promise<Check[]> {
  const { folder, config } = invocation
  const pepper = pepperModes(folder.pepperFile)
  const sealed = fileMode(folder.vaultDb)
  const checks = [
    ...checkFile('configuration', config.configFile, WRITABLE_BY_OTHERS, 'go-w', 'be changed'),
    ...checkFile('key pepper', folder.pepperFile, pepper.forbidden, pepper.own.toString(8), 'be read'),
    ...checkKeyFile(config.vault),
  ]
  if (!existsSync(folder.vaultDb)) return [...checks, ok('vault', 'nothing is sealed')]
  const files = ['', '-wal', '-shm'].flatMap(end =>
    checkFile('vault', `${folder.vaultDb}${end}`, 0o777 & ~sealed, sealed.toString(8), 'be read'),
  )
  const bad = files.filter(({ verdict }) => verdict !== 'ok')
  checks.push(...(bad.length > 0 ? bad : files.slice(0, 1)))
  try {
    return [...checks, ...(await withVault(invocation, openAll))]
  } catch (error) {
    return [...checks, finding('vault', error)]
  }
}

/** Nothing for a file that is not there. */
function checkFile(check: string, path: string, forbidden: number, mode: string, what: string): Check[] {
  if (!existsSync(path)) return []
  const bits = statSync(path).mode & 0o777
  const said = bits.toString(8).padStart(4, '0')
  if ((bits & forbidden) === 0) return [ok(check, `${path} (${said})`)]
  return [fail(check, `${path} can ${what} by other users (${said})`, `chmod ${mode} ${path}`)]
}

/** Its permissions, owner and length are judged where it is read; here, what is good enough and could be better. */
function checkKeyFile(place: Invocation['config']['vault']): Check[] {
  const path = accountKeyPath(place) ?? keyPath(place)
  if (path !== place.keyFile) return [ok('vault key', `${path}, handed over by the service manager`)]
  const [found] = checkFile('vault key', path, PRIVATE, '400', 'be read')
  const left = nextKeyPath(path)
  const leftover = existsSync(left)
    ? [warn('vault key', `${left} is left of a rekeying`, 'tickwire secrets rekey')]
    : []
  if (!found) return leftover
  const isWritable = found.verdict === 'ok' && (statSync(path).mode & 0o200) !== 0
  return [isWritable ? warn('vault key', `${path} can be written`, `chmod 400 ${path}`) : found, ...leftover]
}

function openAll(vault: Vault): Check[] {
  vault.unlock()
  const accounts = vault.list()
  const { old, isRekeying } = vault.arrears()
  const opened = accounts.map(({ account }) => openOne(vault, account))
  const rest: Check[] = []
  if (isRekeying) rest.push(warn('vault', 'a rekeying was broken off; nothing is lost', 'tickwire secrets rekey'))
  if (old.length > 0)
    rest.push(
      warn('vault', `${countOf(old.length, 'account')} sealed as the first versions did`, 'tickwire secrets rekey'),
    )
  return [...opened, ...rest]
}

/** A key that does not fit is the same for all of them: that is thrown. */
function openOne(vault: Vault, account: string): Check {
  const check = `account ${account}`
  try {
    vault.credentials(account)
    vault.ticket(account)
    return ok(check, 'opens')
  } catch (error) {
    if (error instanceof TickwireError && error.code === 'STORE_CORRUPT') return finding(check, error)
    throw error
  }
}
