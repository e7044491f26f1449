import { readdirSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../shared/secret.ts'
import { Database } from '../../../shared/store/database.ts'
import type { DataFolder } from '../../../shared/store/folder.ts'
import type { Vault } from '../../../shared/store/vault.ts'
import type { KeyPlace } from '../../../shared/store/vaultkey.ts'
import { temporaryFolder, temporaryPath } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'
import { handedOverKey, keyFile, openVault, temporaryKey } from '../../support/vault.ts'

const KEYS = new Secret('{"api_secret":"canary-credentials"}')
const OTHER = new Secret('{"api_secret":"canary-others"}')
const TICKET = new Secret('{"access_token":"canary-ticket"}')

/** Changes the file behind the vault's back. */
function tamper(folder: DataFolder, sql: string): void {
  const database = Database.open(folder.vaultDb, { migrations: Array.from({ length: 2 }, () => '') })
  database.script(sql)
  database.close()
}

function filled(
  folder = temporaryFolder(),
  key = temporaryKey(),
): { folder: DataFolder; vault: Vault; key: typeof key } {
  const vault = openVault(folder, key)
  vault.putCredentials('ASHA', KEYS, 1)
  vault.putTicket('ASHA', TICKET, { grantedAt: 2, expiresAt: 3, holder: 'AB1234' })
  return { folder, vault, key }
}

describe('the vault', () => {
  it('gives back what was sealed, as secrets', () => {
    const { vault } = filled()
    expect(vault.credentials('ASHA')?.reveal()).toBe(KEYS.reveal())
    const { text, ...facts } = vault.ticket('ASHA') ?? {}
    expect(text?.reveal()).toBe(TICKET.reveal())
    expect(facts).toEqual({ grantedAt: 2, expiresAt: 3, holder: 'AB1234' })
    expect(JSON.stringify([vault.credentials('ASHA'), vault.ticket('ASHA')])).not.toContain('canary')
    expect([vault.credentials('RAVI'), vault.ticket('RAVI')]).toEqual([undefined, undefined])
  })

  it('leaves what the broker does not say absent', () => {
    const { vault } = filled()
    vault.putTicket('ASHA', TICKET, { grantedAt: 5 })
    expect(vault.ticket('ASHA')).toEqual({ text: expect.anything(), grantedAt: 5 })
    expect(vault.list()).toEqual([{ account: 'ASHA', hasCredentials: true, ticket: { grantedAt: 5 } }])
  })

  it('is for its owner only, and holds nothing in clear', () => {
    const { folder } = filled()
    for (const file of readdirSync(folder.root).filter(name => name.startsWith('vault'))) {
      expect(statSync(join(folder.root, file)).mode & 0o777, file).toBe(0o600)
      expect(readFileSync(join(folder.root, file)).includes('canary'), file).toBe(false)
    }
  })

  it('takes the same credentials twice without a change, and drops the ticket of other ones', () => {
    const { vault } = filled()
    expect(vault.putCredentials('ASHA', KEYS, 9)).toBe('same')
    expect(vault.ticket('ASHA')).toBeDefined()
    expect(vault.putCredentials('ASHA', OTHER, 9)).toBe('changed')
    expect(vault.credentials('ASHA')?.reveal()).toBe(OTHER.reveal())
    expect(vault.ticket('ASHA')).toBeUndefined()
  })

  it('does not open a record that was moved to another account or another field', () => {
    const { folder, vault } = filled()
    vault.putCredentials('RAVI', OTHER, 1)
    tamper(
      folder,
      "UPDATE sealed SET content = (SELECT content FROM sealed WHERE account = 'RAVI') WHERE account = 'ASHA'",
    )
    expect(failure(() => vault.credentials('ASHA'))).toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringContaining('ASHA'),
    })
    expect(failure(() => vault.ticket('ASHA'))).toMatchObject({ next: 'tickwire account login ASHA' })
    expect(vault.credentials('RAVI')?.reveal()).toBe(OTHER.reveal())
    expect(vault.putCredentials('ASHA', KEYS, 2)).toBe('changed')
    tamper(folder, "UPDATE sealed SET field = 'ticket' WHERE account = 'ASHA'")
    expect(failure(() => vault.ticket('ASHA')).code).toBe('STORE_CORRUPT')
  })

  it('forgets an account whole, and leaves none of its bytes in the file', () => {
    const { folder, vault } = filled()
    vault.putCredentials('RAVI', OTHER, 1)
    const sealed = sealedBytes(folder)
    expect([vault.remove('ASHA'), vault.remove('ASHA')]).toEqual([true, false])
    expect(vault.list()).toEqual([{ account: 'RAVI', hasCredentials: true }])
    const left = readdirSync(folder.root)
      .filter(name => name.startsWith('vault'))
      .map(name => readFileSync(join(folder.root, name)))
    for (const bytes of sealed) expect(left.some(file => file.includes(bytes))).toBe(false)
  })

  it('takes no ticket for an account that was removed meanwhile', () => {
    const { vault } = filled()
    vault.remove('ASHA')
    expect(failure(() => vault.putTicket('ASHA', TICKET, { grantedAt: 1 })).code).toBe('NOT_FOUND')
    expect(vault.list()).toEqual([])
  })

  it('tells by its version that another process has logged in', () => {
    const { folder, vault, key } = filled()
    const before = vault.version()
    expect(vault.version()).toBe(before)
    openVault(folder, key).putTicket('ASHA', new Secret('new'), { grantedAt: 4 })
    expect(vault.version()).not.toBe(before)
    expect(vault.ticket('ASHA')?.text.reveal()).toBe('new')
  })
})

/** What is sealed for ASHA, as it stands in the file. */
function sealedBytes(folder: DataFolder): Buffer[] {
  const database = Database.read(folder.vaultDb)
  const rows = database.rows<{ content: Buffer }>("SELECT content FROM sealed WHERE account = 'ASHA'")
  database.close()
  return rows.map(row => row.content)
}

describe('the key of the vault', () => {
  it('is made with the first account, once, for its owner to read, and with nothing left beside it', () => {
    const { vault, key } = filled()
    const made = readFileSync(key.keyFile)
    expect(made).toHaveLength(32)
    expect(statSync(key.keyFile).mode & 0o777).toBe(0o400)
    expect(statSync(join(key.keyFile, '..')).mode & 0o777).toBe(0o700)
    vault.putCredentials('RAVI', OTHER, 1)
    expect(readFileSync(key.keyFile)).toEqual(made)
    expect(readdirSync(join(key.keyFile, '..'))).toEqual(['vault.key'])
  })

  it('is not made by looking', () => {
    const key = temporaryKey()
    const vault = openVault(temporaryFolder(), key)
    expect([vault.list(), vault.credentials('ASHA'), vault.ticket('ASHA'), vault.remove('ASHA')]).toEqual([
      [],
      undefined,
      undefined,
      false,
    ])
    vault.unlock()
    expect(() => statSync(key.keyFile)).toThrow('ENOENT')
  })

  it('comes from the service manager where it hands one over, and also there others may not read it', () => {
    const key = handedOverKey()
    const { folder, vault } = filled(temporaryFolder(), key)
    expect(vault.ticket('ASHA')).toBeDefined()
    expect(() => statSync(key.keyFile)).toThrow('ENOENT')
    const bytes = readFileSync(key.handedOver ?? '')
    expect(openVault(folder, handedOverKey(bytes, 0o440)).ticket('ASHA')).toBeDefined()
    expect(failure(() => openVault(folder, handedOverKey(bytes, 0o444)).unlock()).code).toBe('FOLDER_UNUSABLE')
    expect(failure(() => openVault(folder, handedOverKey()).unlock())).toMatchObject({
      code: 'VAULT_LOCKED',
      message: expect.stringContaining('tickwire-vault-key is another one'),
    })
  })

  it('does not stand in the data folder, also not by a link', () => {
    const folder = temporaryFolder()
    const link = join(temporaryPath(), 'link')
    symlinkSync(folder.root, link)
    for (const path of [join(folder.root, 'vault.key'), join(folder.root, 'a/b.key'), join(link, 'vault.key')]) {
      const error = failure(() => openVault(folder, { keyFile: path }).putCredentials('ASHA', KEYS, 1))
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(path) })
    }
    expect(failure(() => openVault(folder, keyFile(join(folder.root, 'there.key'))).unlock()).code).toBe(
      'CONFIG_INVALID',
    )
    expect(openVault(folder).list()).toEqual([])
    const beside = `${folder.root}-keys/vault.key`
    expect(openVault(folder, { keyFile: beside }).putCredentials('ASHA', KEYS, 1)).toBe('new')
    rmSync(join(beside, '..'), { recursive: true })
  })

  it('is refused when others can read it, and when it has another length', () => {
    const path = () => join(temporaryPath(), 'vault.key')
    const open = (key: KeyPlace) => failure(() => openVault(temporaryFolder(), key).putCredentials('ASHA', KEYS, 1))
    const readable = open(keyFile(path(), undefined, 0o440))
    expect(readable).toMatchObject({ code: 'FOLDER_UNUSABLE', next: expect.stringContaining('chmod 400 ') })
    for (const length of [0, 31, 33, 100_000])
      expect(open(keyFile(path(), Buffer.alloc(length))), `${length} bytes`).toMatchObject({ code: 'VAULT_LOCKED' })
  })

  it('that is missing, or another one, opens nothing and seals nothing, but what there is can be listed and removed', () => {
    const { folder, key } = filled()
    rmSync(key.keyFile, { force: true })
    for (const [place, why] of [
      [key, /vault\.key is missing$/],
      [keyFile(join(temporaryPath(), 'vault.key')), /vault\.key is another one$/],
    ] as const) {
      const vault = openVault(folder, place)
      const acts = [
        () => vault.unlock(),
        () => vault.credentials('ASHA'),
        () => vault.ticket('ASHA'),
        () => vault.putCredentials('ASHA', KEYS, 1),
        () => vault.putCredentials('RAVI', KEYS, 1),
        () => vault.putTicket('ASHA', TICKET, { grantedAt: 1 }),
      ]
      for (const act of acts)
        expect(failure(act)).toMatchObject({ code: 'VAULT_LOCKED', message: expect.stringMatching(why) })
      expect(vault.list()).toHaveLength(1)
    }
    expect(() => statSync(key.keyFile)).toThrow('ENOENT')
    const vault = openVault(folder, key)
    expect(vault.remove('ASHA')).toBe(true)
    expect(vault.putCredentials('ASHA', KEYS, 1)).toBe('new')
    expect(vault.credentials('ASHA')?.reveal()).toBe(KEYS.reveal())
  })
})
