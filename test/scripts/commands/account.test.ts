import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../shared/secret.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { emptyFolder, enrolled, feeds, rows } from '../../support/enrolled.ts'
import { expectFailure } from '../../support/said.ts'
import { Command } from '../../support/system.ts'

describe('tickwire account list', () => {
  it('makes nothing where nothing was started', async () => {
    const folder = join(temporaryPath(), 'none')
    const said = await new Command(['--data-dir', folder, 'account', 'list']).done
    expect(said).toMatchObject({ code: 0, out: '', err: expect.stringMatching(/^Nothing was started/) })
    const there = emptyFolder()
    await there.run('init', '--yes')
    expect((await there.run('account', 'list', '--format', 'table')).err).toBe(
      'No accounts. next: tickwire account add BROKER\n',
    )
    expect(readdirSync(there.folder).filter(name => name.startsWith('vault'))).toEqual([])
  })

  it('tells whose they are and until when they are logged in', async () => {
    const { there, vault } = await enrolled()
    const ticket = new Secret('{}')
    const table = async () => (await there.run('account', 'list', '--format', 'table')).out
    expect(await rows(there)).toEqual([{ name: 'TESTBROKER', broker: 'testbroker', userId: 'trader', login: 'none' }])
    expect(await table()).toMatch(/^TESTBROKER +testbroker +trader +— +never logged in +— +not running$/m)
    const facts = { grantedAt: 1, expiresAt: Date.UTC(2100, 0, 1, 0, 30), holder: 'AB1234' }
    vault.putTicket('TESTBROKER', ticket, facts)
    expect(await rows(there)).toEqual([
      { name: 'TESTBROKER', broker: 'testbroker', userId: 'trader', ...facts, login: 'valid' },
    ])
    expect(await table()).toMatch(/AB1234 +valid until about 06:00 on 2100-01-01, India time +in \d+ d +not running$/m)
    vault.putTicket('TESTBROKER', ticket, { ...facts, expiresAt: 2 })
    expect(await table()).toMatch(/AB1234 +expired /)
  })
})

describe('tickwire account remove', () => {
  it.each([
    ['account', 'testbroker', 'Account TESTBROKER is removed'],
    ['adapter', 'TESTBROKER', 'Feed TESTBROKER is removed, with its credentials and its login'],
  ])('%s remove forgets feed, credentials, login and instruments', async (group, word, said) => {
    const { there, vault } = await enrolled()
    const list = join(there.folder, 'instruments', 'TESTBROKER.db')
    writeFileSync(list, '')
    const asked = await there.run(group, 'remove', word)
    expectFailure(asked, 2, /^error USAGE: Remove .* TESTBROKER.*credentials/, /--yes/)
    const removed = await there.run(group, 'remove', word, '--yes')
    expect(removed).toMatchObject({ code: 0, err: expect.stringContaining(said) })
    expect(vault.list()).toEqual([])
    expect(await feeds(there)).toEqual(['SIMULATOR'])
    expect(existsSync(list)).toBe(false)
    expectFailure(await there.run(group, 'remove', word, '--yes'), 2, /^error FEED_UNKNOWN/, /^next/)
  })

  it('stops the feed first, so that nothing runs on whatever happens to the vault', async () => {
    const { there, vault } = await enrolled()
    vault.close()
    writeFileSync(join(there.folder, 'vault.db'), 'no database'.repeat(1000))
    for (const file of ['-wal', '-shm']) rmSync(join(there.folder, `vault.db${file}`), { force: true })
    expectFailure(await there.run('adapter', 'remove', 'TESTBROKER', '--yes'), 78, /^error STORE_CORRUPT/, /^next/)
    expect(await feeds(there)).toEqual(['SIMULATOR'])
  })

  it('removes what a removal that was broken off has left', async () => {
    const { there, vault } = await enrolled()
    const { name } = (await rows(there))[0]
    vault.putCredentials('LEFTOVER', new Secret('{}'), 1)
    expect((await there.run('account', 'remove', 'leftover', '--yes')).code).toBe(0)
    expect(vault.list().map(({ account }) => account)).toEqual([name])
  })

  it('leaves feeds alone that are no accounts', async () => {
    const { there } = await enrolled()
    const said = await there.run('account', 'remove', 'simulator', '--yes')
    expectFailure(said, 2, /^error USAGE: Feed SIMULATOR is no account/, /tickwire adapter remove SIMULATOR$/)
    expect((await there.run('adapter', 'remove', 'SIMULATOR', '--yes')).err).toMatch(/^Feed SIMULATOR is removed; /)
  })

  it('works without the key, which is the way out when it is lost', async () => {
    const { there, add } = await enrolled()
    const key = readFileSync(there.keyFile)
    rmSync(there.keyFile, { force: true })
    expect((await there.run('account', 'remove', 'testbroker', '--yes')).code).toBe(0)
    expect((await add()).code).toBe(0)
    expect(readFileSync(there.keyFile).equals(key)).toBe(false)
  })
})
