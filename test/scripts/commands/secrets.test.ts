import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dataFolder } from '../../../shared/store/folder.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { emptyFolder, enrolled, openVault } from '../../support/enrolled.ts'
import type { Processes } from '../../support/system.ts'
import { sealAsBefore } from '../../support/vault.ts'

/** What `secrets check` says: its exit code, and each finding that is not ok. */
async function check(there: Processes) {
  const { code, out, err } = await there.run('secrets', 'check', '--format', 'json')
  const lines: { check: string; verdict: string; detail: string; fix?: string }[] = out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))
  return { code, err, lines, bad: lines.filter(({ verdict }) => verdict !== 'ok') }
}

describe('tickwire secrets check', () => {
  it('opens every record and finds nothing wrong with what Tickwire made itself', async () => {
    const { there } = await enrolled()
    const { code, lines, bad, err } = await check(there)
    expect({ code, bad }, err).toEqual({ code: 0, bad: [] })
    expect(lines.map(line => line.check)).toEqual(['key pepper', 'vault key', 'vault', 'account TESTBROKER'])
  })

  it('makes nothing where there is nothing', async () => {
    const there = emptyFolder()
    expect((await check(there)).code).toBe(0)
    expect(readdirSync(there.folder)).toEqual([])
    expect(existsSync(there.keyFile)).toBe(false)
  })

  it('names what others can read or change, and the command that mends it', async () => {
    const { there } = await enrolled()
    const config = join(there.folder, 'tickwire.toml')
    writeFileSync(config, '')
    const files = ['pepper.key', 'vault.db'].map(name => join(there.folder, name))
    for (const file of [...files, there.keyFile]) chmodSync(file, 0o444)
    chmodSync(config, 0o666)
    const { code, bad } = await check(there)
    expect(code).toBe(1)
    const fixes = bad.map(({ fix = '' }) => fix.split(';')[0])
    for (const command of [
      `chmod 400 ${files[0]}`,
      `chmod 600 ${files[1]}`,
      `chmod 400 ${there.keyFile}`,
      `chmod go-w ${config}`,
    ])
      expect(fixes).toContain(command)
  })

  it('warns of a key that can be written, of what the first versions sealed, and of a rekeying that was broken off', async () => {
    const { there } = await enrolled()
    const folder = dataFolder({ dataDir: there.folder, bus: { runDir: join(there.folder, 'run') } })
    sealAsBefore(folder, { keyFile: there.keyFile }, { account: 'TESTBROKER', field: 'credentials' }, '{}')
    writeFileSync(`${there.keyFile}.next`, '')
    chmodSync(there.keyFile, 0o600)
    const { code, bad } = await check(there)
    expect(code).toBe(5)
    expect(bad.map(({ fix }) => fix)).toEqual([
      `chmod 400 ${there.keyFile}`,
      'tickwire secrets rekey',
      'tickwire secrets rekey',
    ])
    expect((await there.run('secrets', 'rekey')).code).toBe(0)
    expect(await check(there)).toMatchObject({ code: 0, bad: [] })
  })

  it('tells a record that does not open', async () => {
    const { there } = await enrolled()
    const folder = dataFolder({ dataDir: there.folder, bus: { runDir: join(there.folder, 'run') } })
    const key = join(temporaryPath(), 'other')
    writeFileSync(key, Buffer.alloc(32, 1))
    sealAsBefore(folder, { keyFile: key }, { account: 'TESTBROKER', field: 'credentials' }, '{}')
    const { code, bad } = await check(there)
    expect(code).toBe(1)
    expect(bad[0]).toMatchObject({ check: 'account TESTBROKER', fix: expect.stringContaining('account remove') })
  })
})

describe('tickwire secrets rekey', () => {
  it('replaces the key, and the account opens as before', async () => {
    const { there, vault } = await enrolled()
    const before = vault.credentials('TESTBROKER')?.reveal()
    const key = readFileSync(there.keyFile)
    const { code, out, err } = await there.run('secrets', 'rekey', '--format', 'json')
    expect(code, err).toBe(0)
    expect(JSON.parse(out)).toEqual({ accounts: ['TESTBROKER'], key: there.keyFile })
    expect(readFileSync(there.keyFile)).not.toEqual(key)
    expect(vault.credentials('TESTBROKER')?.reveal()).toBe(before)
    expect(openVault(there).credentials('TESTBROKER')?.reveal()).toBe(before)
  })

  it('has nothing to do where nothing is sealed', async () => {
    const there = emptyFolder()
    expect((await there.run('secrets', 'rekey')).err).toMatch(/^error NOT_FOUND: Nothing is sealed/)
    expect(readdirSync(there.folder)).toEqual([])
  })
})

describe('tickwire secrets export-account-key', () => {
  it('writes the key of one account for its owner to read, and overwrites nothing', async () => {
    const { there, vault } = await enrolled()
    const file = join(temporaryPath(), 'account-key')
    const words = ['secrets', 'export-account-key', 'testbroker', '--to', file]
    const { code, err } = await there.run(...words)
    expect(code, err).toBe(0)
    expect(statSync(file).mode & 0o777).toBe(0o400)
    expect(readFileSync(file)).toEqual(vault.accountKey('TESTBROKER'))
    expect((await there.run(...words)).err).toMatch(/^error USAGE: .* is there already/)
  })

  it('is handed over in place of the vault’s key: with it the account is opened, and no other key is needed', async () => {
    const { there } = await enrolled()
    const credentials = temporaryPath()
    const file = join(credentials, 'account-key')
    expect((await there.run('secrets', 'export-account-key', 'testbroker', '--to', file)).code).toBe(0)
    const env = { TICKWIRE_VAULT_KEY_FILE: join(credentials, 'none'), CREDENTIALS_DIRECTORY: credentials }
    const { code, out, err } = await there.start(['secrets', 'check', '--format', 'json'], env).done
    expect(code, err).toBe(0)
    expect(out).toContain('"check":"account TESTBROKER","verdict":"ok"')
    expect((await there.start(['secrets', 'rekey'], env).done).err).toMatch(/^error USAGE: /)
  })

  it('does not write into the data folder, whose backups would hold it', async () => {
    const { there } = await enrolled()
    const { code, err } = await there.run(
      'secrets',
      'export-account-key',
      'testbroker',
      '--to',
      join(there.folder, 'k'),
    )
    expect(code).toBe(78)
    expect(err).toMatch(/is inside the data folder/)
  })
})
