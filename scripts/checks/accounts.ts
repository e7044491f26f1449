import { existsSync } from 'node:fs'
import { keyPath } from '../../shared/store/vaultkey.ts'
import { type AccountRecord, describeLogin, loginState, readAccounts, withVault } from '../accounts.ts'
import { countOf } from '../figures.ts'
import type { Invocation } from '../invocation.ts'
import { oneLine } from '../terminal.ts'
import { type Check, fail, finding, ok, warn } from './check.ts'
import { registeredFeeds } from './configuration.ts'

/** The vault and the login of every account; nothing where there is no account, and nothing is made. */
export async function checkAccounts(invocation: Invocation): Promise<Check[]> {
  const { folder, config, clock } = invocation
  if (!existsSync(folder.root)) return []
  try {
    const accounts = await readAccounts(invocation, existsSync(folder.controlDb) ? (registeredFeeds(folder) ?? []) : [])
    if (accounts.length === 0) return []
    const now = clock.now()
    const credentials = countOf(accounts.filter(({ hasCredentials }) => hasCredentials).length, 'account')
    const vault = existsSync(folder.vaultDb)
      ? await withVault(invocation, open => {
          open.unlock()
          for (const { name } of accounts) open.credentials(name)
          return ok('vault', `credentials of ${credentials}, opened with ${keyPath(config.vault)}`)
        })
      : ok('vault', 'empty')
    return [vault, ...accounts.map(account => checkAccount(account, now))]
  } catch (error) {
    return [finding('vault', error)]
  }
}

function checkAccount(account: AccountRecord, now: number): Check {
  const { name, feed, hasCredentials, ticket } = account
  const check = `account ${name}`
  const again = `tickwire account add ${feed?.adapter ?? 'BROKER'} --name ${name}`
  if (!feed) return warn(check, 'credentials without a feed', `${again}, or: tickwire account remove ${name}`)
  if (!hasCredentials) return fail(check, 'no credentials', again)
  const login = describeLogin(account, now)
  const detail = ticket?.holder === undefined ? login : `${oneLine(ticket.holder)}, ${login}`
  return loginState(account, now) === 'valid'
    ? ok(check, detail)
    : warn(check, detail, `tickwire account login ${name}`)
}
