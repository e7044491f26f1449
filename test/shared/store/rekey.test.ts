import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../shared/secret.ts'
import type { DataFolder } from '../../../shared/store/folder.ts'
import type { Vault } from '../../../shared/store/vault.ts'
import { temporaryFolder, temporaryPath } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'
import { ROOT } from '../../support/source.ts'
import { handedOverKey, keyFile, openVault, sealAsBefore, temporaryKey } from '../../support/vault.ts'

const ASHA = new Secret('{"api_secret":"canary-of-asha"}')
const RAVI = new Secret('{"api_secret":"canary-of-ravi"}')
const TICKET = new Secret('{"access_token":"canary-ticket"}')

function filled(folder = temporaryFolder(), key = temporaryKey()) {
  const vault = openVault(folder, key)
  vault.putCredentials('ASHA', ASHA, 1)
  vault.putTicket('ASHA', TICKET, { grantedAt: 2, expiresAt: 3, holder: 'AB1234' })
  vault.putCredentials('RAVI', RAVI, 1)
  return { folder, vault, key }
}

const whole = (vault: Vault) => {
  expect(vault.credentials('ASHA')?.reveal()).toBe(ASHA.reveal())
  expect(vault.ticket('ASHA')).toMatchObject({ grantedAt: 2, expiresAt: 3, holder: 'AB1234' })
  expect(vault.ticket('ASHA')?.text.reveal()).toBe(TICKET.reveal())
  expect(vault.credentials('RAVI')?.reveal()).toBe(RAVI.reveal())
}

/** How the process ended, and how often it touched the disk if it came to its end. */
async function rekeyUntil(folder: DataFolder, key: string, step: number) {
  const script = join(ROOT, 'test/support/rekeyer.mjs')
  const child = spawn(process.execPath, [script, folder.root, key, String(step)], { stdio: ['ignore', 'pipe', 2] })
  let out = ''
  child.stdout?.on('data', (part: Buffer) => {
    out += part.toString()
  })
  const [code, signal] = await once(child, 'close')
  return { code, signal, touches: Number(out) }
}

describe('a rekeyed vault', () => {
  it('has another key, for its owner only, and the same content; the old key opens nothing', () => {
    const { folder, vault, key } = filled()
    const before = readFileSync(key.keyFile)
    expect(vault.rekey()).toEqual(['ASHA', 'RAVI'])
    const after = readFileSync(key.keyFile)
    expect(after).toHaveLength(32)
    expect(after).not.toEqual(before)
    expect(statSync(key.keyFile).mode & 0o777).toBe(0o400)
    expect(readdirSync(dirname(key.keyFile))).toEqual(['vault.key'])
    whole(vault)
    whole(openVault(folder, key))
    const old = openVault(folder, keyFile(join(temporaryPath(), 'vault.key'), before))
    expect(failure(() => old.credentials('ASHA')).code).toBe('VAULT_LOCKED')
    expect(vault.arrears()).toEqual({ old: [], isRekeying: false })
  })

  it('lets those who have it open go on: they find the new key by themselves', () => {
    const { folder, vault, key } = filled()
    const adapter = openVault(folder, key)
    whole(adapter)
    const version = adapter.version()
    vault.rekey()
    expect(adapter.version()).not.toBe(version)
    whole(adapter)
    adapter.putTicket('ASHA', RAVI, { grantedAt: 9 })
    expect(vault.ticket('ASHA')?.text.reveal()).toBe(RAVI.reveal())
  })

  it('has no record of the oldest layout left', () => {
    const { folder, vault, key } = filled()
    sealAsBefore(folder, key, { account: 'RAVI', field: 'credentials' }, RAVI.reveal())
    vault.rekey()
    expect(vault.arrears().old).toEqual([])
    whole(vault)
  })

  it('keeps a link to its key a link', () => {
    const { folder, key } = filled()
    const link = join(temporaryPath(), 'link.key')
    symlinkSync(key.keyFile, link)
    const before = readFileSync(key.keyFile)
    const vault = openVault(folder, { keyFile: link })
    vault.rekey()
    expect(readFileSync(key.keyFile)).not.toEqual(before)
    whole(openVault(folder, { keyFile: link }))
  })
})

describe('a vault that cannot be rekeyed', () => {
  it('is as it was when a record is damaged, and nothing is left beside the key', () => {
    const { folder, vault, key } = filled()
    const before = readFileSync(key.keyFile)
    sealAsBefore(folder, key, { account: 'ASHA', field: 'ticket' }, 'x')
    sealAsBefore(folder, keyFile(join(temporaryPath(), 'x')), { account: 'RAVI', field: 'credentials' }, 'x')
    expect(failure(() => vault.rekey())).toMatchObject({
      code: 'STORE_CORRUPT',
      message: expect.stringMatching(/RAVI/),
    })
    expect(readFileSync(key.keyFile)).toEqual(before)
    expect(readdirSync(dirname(key.keyFile))).toEqual(['vault.key'])
    expect(vault.credentials('ASHA')?.reveal()).toBe(ASHA.reveal())
  })

  it('says so: nothing is sealed, or its key is somebody else’s to replace', () => {
    expect(failure(() => openVault().rekey()).code).toBe('NOT_FOUND')
    const key = handedOverKey()
    expect(failure(() => filled(temporaryFolder(), key).vault.rekey()).code).toBe('USAGE')
  })
})

it('opens with the key file in place, and can be rekeyed again, wherever a rekeying was killed', async () => {
  const kept = filled()
  const { touches } = await rekeyUntil(kept.folder, kept.key.keyFile, 1000)
  expect(touches).toBeGreaterThan(10)
  const seen = { unchanged: 0, bridged: 0, changed: 0 }
  for (let step = 0; step < touches; step++) {
    const { folder, vault, key } = filled()
    vault.close()
    const before = readFileSync(key.keyFile)
    expect((await rekeyUntil(folder, key.keyFile, step)).signal, `step ${step}`).toBe('SIGKILL')
    const after = openVault(folder, key)
    whole(after)
    const { isRekeying } = after.arrears()
    const isSame = readFileSync(key.keyFile).equals(before)
    seen[isRekeying && isSame ? 'bridged' : isSame ? 'unchanged' : 'changed']++
    after.putTicket('RAVI', TICKET, { grantedAt: 7 })
    expect(after.rekey()).toEqual(['ASHA', 'RAVI'])
    whole(after)
    expect(after.arrears().isRekeying).toBe(false)
    expect(existsSync(`${key.keyFile}.next`)).toBe(false)
  }
  expect(
    Object.values(seen).every(count => count > 0),
    JSON.stringify(seen),
  ).toBe(true)
}, 120_000)
