import { chmodSync, existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkAccounts } from '../../../scripts/checks/accounts.ts'
import { openInvocation, withStore } from '../../../scripts/invocation.ts'
import { firstFeed } from '../../../scripts/setup.ts'
import { Secret } from '../../../shared/secret.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { openVault } from '../../support/vault.ts'

/** A system with an account for each of these names. */
async function systemWith(...names: string[]) {
  const invocation = openInvocation({ dataDir: join(temporaryPath(), 'data'), color: false })
  const place = { keyFile: join(temporaryPath(), 'vault.key'), handedOver: undefined, accountKey: undefined }
  const there = { ...invocation, config: { ...invocation.config, vault: place } }
  await withStore(there, store => {
    for (const name of names) store.feeds.add({ ...firstFeed(1), name })
  })
  const vault = openVault(there.folder, place)
  for (const name of names) vault.putCredentials(name, new Secret(`canary of ${name}`), 1)
  return { there, vault, place }
}

describe('the accounts, as doctor sees them', () => {
  it('are not spoken of, and nothing is made, where there are none', async () => {
    const invocation = openInvocation({ dataDir: join(temporaryPath(), 'data'), color: false })
    expect(await checkAccounts(invocation)).toEqual([])
    await withStore(invocation, () => {})
    expect(await checkAccounts(invocation)).toEqual([])
    expect(existsSync(invocation.folder.vaultDb)).toBe(false)
  })

  it('are logged in, expired or never were, each with the command that helps', async () => {
    const { there, vault, place } = await systemWith('ASHA', 'MAYA', 'RAVI')
    const [now, text] = [there.clock.now(), new Secret('canary')]
    vault.putTicket('ASHA', text, { grantedAt: now, expiresAt: now + 60_000, holder: 'AB1234' })
    vault.putTicket('MAYA', text, { grantedAt: now - 2, expiresAt: now - 1 })
    vault.putCredentials('LEFT', text, 1)
    const checks = await checkAccounts(there)
    expect(checks).toEqual([
      { check: 'vault', verdict: 'ok', detail: `credentials of 4 accounts, opened with ${place.keyFile}` },
      { check: 'account ASHA', verdict: 'ok', detail: expect.stringMatching(/^AB1234, valid until about \d\d:\d\d /) },
      expect.objectContaining({
        check: 'account LEFT',
        verdict: 'warn',
        fix: expect.stringContaining('account remove'),
      }),
      { check: 'account MAYA', verdict: 'warn', detail: 'expired', fix: 'tickwire account login MAYA' },
      { check: 'account RAVI', verdict: 'warn', detail: 'never logged in', fix: 'tickwire account login RAVI' },
    ])
    expect(JSON.stringify(checks)).not.toContain('canary')
  })

  it('fail together when the key is open to others or missing', async () => {
    const { there, place } = await systemWith('ASHA')
    chmodSync(place.keyFile, 0o444)
    expect(await checkAccounts(there)).toMatchObject([
      { check: 'vault', verdict: 'fail', fix: expect.stringContaining('chmod 400') },
    ])
    rmSync(place.keyFile, { force: true })
    expect(await checkAccounts(there)).toMatchObject([
      { check: 'vault', verdict: 'fail', detail: expect.stringMatching(/^VAULT_LOCKED: .* is missing$/) },
    ])
  })
})
