import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../shared/secret.ts'
import type { DataFolder } from '../../../shared/store/folder.ts'
import { accountKey } from '../../../shared/store/seal.ts'
import type { Vault } from '../../../shared/store/vault.ts'
import type { KeyPlace } from '../../../shared/store/vaultkey.ts'
import { temporaryFolder, temporaryPath } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'
import { openVault, sealAsBefore, temporaryKey } from '../../support/vault.ts'

const ASHA = new Secret('{"api_secret":"canary-of-asha"}')
const RAVI = new Secret('{"api_secret":"canary-of-ravi"}')
const TICKET = new Secret('{"access_token":"canary-ticket"}')

/** A vault of two accounts, and what an adapter of ASHA is handed: her key, and no other. */
function shared(bytes?: (vault: Vault) => Buffer) {
  const [folder, key] = [temporaryFolder(), temporaryKey()]
  const vault = openVault(folder, key)
  vault.putCredentials('ASHA', ASHA, 1)
  vault.putCredentials('RAVI', RAVI, 1)
  vault.putTicket('RAVI', TICKET, { grantedAt: 2 })
  return { folder, key, vault, own: handedOver(bytes?.(vault) ?? vault.accountKey('ASHA')) }
}

function handedOver(bytes: Buffer, mode = 0o400): KeyPlace {
  const path = join(temporaryPath(), 'account-key')
  writeFileSync(path, bytes, { mode })
  return { keyFile: join(temporaryPath(), 'none'), accountKey: path }
}

const adapterOf = (folder: DataFolder, own: KeyPlace) => openVault(folder, own)

describe('the key of an account', () => {
  it('opens what is its own, and seals its tickets, without the key of the vault', () => {
    const { folder, vault, own } = shared()
    const adapter = adapterOf(folder, own)
    adapter.unlock()
    expect(adapter.credentials('ASHA')?.reveal()).toBe(ASHA.reveal())
    adapter.putTicket('ASHA', TICKET, { grantedAt: 3 })
    expect(adapter.ticket('ASHA')?.text.reveal()).toBe(TICKET.reveal())
    expect(vault.ticket('ASHA')?.text.reveal()).toBe(TICKET.reveal())
    expect(() => statSync(own.keyFile)).toThrow('ENOENT')
  })

  it('opens and seals nothing of another account, also where the key of the vault would be at hand', () => {
    const { folder, key, own } = shared()
    for (const place of [own, { ...own, keyFile: key.keyFile }]) {
      const adapter = adapterOf(folder, place)
      for (const act of [
        () => adapter.credentials('RAVI'),
        () => adapter.ticket('RAVI'),
        () => adapter.putTicket('RAVI', TICKET, { grantedAt: 4 }),
        () => adapter.putCredentials('RAVI', ASHA, 4),
        () => adapter.putCredentials('NEW', ASHA, 4),
        () => adapter.accountKey('RAVI'),
      ])
        expect(failure(act)).toMatchObject({
          code: 'VAULT_LOCKED',
          next: expect.stringContaining('export-account-key'),
        })
    }
  })

  it('is refused when others can read it, and when it has another length', () => {
    const { folder, own } = shared()
    const bytes = readFileSync(own.accountKey ?? '')
    const open = (place: KeyPlace) => failure(() => adapterOf(folder, place).credentials('ASHA'))
    expect(open(handedOver(bytes, 0o444)).code).toBe('FOLDER_UNUSABLE')
    expect(open(handedOver(bytes.subarray(1))).code).toBe('VAULT_LOCKED')
  })

  it('tells nothing of the key of the vault, and two accounts have two', () => {
    const { key, vault } = shared()
    const [master, one, other] = [readFileSync(key.keyFile), vault.accountKey('ASHA'), vault.accountKey('RAVI')]
    expect(new Set([master, one, other].map(bytes => bytes.toString('hex'))).size).toBe(3)
    expect(accountKey(master, 'ASHA')).toEqual(one)
    expect(failure(() => vault.accountKey('NOBODY')).code).toBe('NOT_FOUND')
  })

  it('is derived once: the key of the vault may be gone, and what was opened before still opens', () => {
    const { folder, key } = shared()
    const adapter = openVault(folder, key)
    expect(adapter.credentials('ASHA')).toBeDefined()
    rmSync(key.keyFile, { force: true })
    adapter.putTicket('ASHA', TICKET, { grantedAt: 3 })
    expect(adapter.ticket('ASHA')).toBeDefined()
    expect(failure(() => adapter.credentials('RAVI')).code).toBe('VAULT_LOCKED')
  })
})

describe('a record of the oldest layout', () => {
  it('opens with the key of the vault, and is sealed with the account’s as soon as it is written', () => {
    const { folder, key, vault } = shared()
    sealAsBefore(folder, key, { account: 'RAVI', field: 'credentials' }, RAVI.reveal())
    sealAsBefore(folder, key, { account: 'RAVI', field: 'ticket' }, TICKET.reveal())
    expect(vault.arrears()).toEqual({ old: ['RAVI'], isRekeying: false })
    expect(vault.credentials('RAVI')?.reveal()).toBe(RAVI.reveal())
    expect(vault.ticket('RAVI')?.text.reveal()).toBe(TICKET.reveal())
    vault.putTicket('RAVI', ASHA, { grantedAt: 5 })
    vault.putCredentials('RAVI', ASHA, 5)
    expect(vault.arrears().old).toEqual([])
    expect(vault.credentials('RAVI')?.reveal()).toBe(ASHA.reveal())
  })

  it('is sealed anew before the key of its account is given away, with what is known of its ticket', () => {
    const { folder, key, vault } = shared()
    for (const field of ['credentials', 'ticket'] as const)
      sealAsBefore(folder, key, { account: 'RAVI', field }, RAVI.reveal())
    const adapter = adapterOf(folder, handedOver(vault.accountKey('RAVI')))
    expect(adapter.credentials('RAVI')?.reveal()).toBe(RAVI.reveal())
    expect(adapter.ticket('RAVI')).toMatchObject({ grantedAt: 2 })
  })

  it('does not open with the key of an account, and says how it would', () => {
    const { folder, key, own } = shared()
    sealAsBefore(folder, key, { account: 'ASHA', field: 'credentials' }, ASHA.reveal())
    const error = failure(() => adapterOf(folder, own).credentials('ASHA'))
    expect(error).toMatchObject({ code: 'VAULT_LOCKED', next: expect.stringContaining('secrets rekey') })
  })
})
