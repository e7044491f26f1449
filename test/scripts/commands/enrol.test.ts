import { existsSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../../shared/secret.ts'
import { adapterFolder } from '../../support/adapterfolder.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { emptyFolder, enrolled, feeds, listed, openVault, rows } from '../../support/enrolled.ts'
import { expectFailure } from '../../support/said.ts'
import { CREDENTIALS, credentialLines, sessionAdapterFolder } from '../../support/sessionadapter.ts'
import { Command } from '../../support/system.ts'
import { typing } from '../../support/typing.ts'

describe('tickwire account add', () => {
  it('seals what is piped in, registers the feed and says what comes next', async () => {
    const { there, first, vault } = await enrolled()
    expect(JSON.parse(first.out)).toEqual({
      name: 'TESTBROKER',
      broker: 'testbroker',
      userId: 'trader',
      credentials: 'new',
    })
    expect(first.err).toMatch(/^The key of the vault is made: .*-vault\.key\./)
    expect(first.err).toMatch(/TESTBROKER \(testbroker\) is registered; .* next: tickwire account login TESTBROKER\n$/)
    expect(JSON.parse(vault.credentials('TESTBROKER')?.reveal() ?? '')).toEqual(CREDENTIALS)
    expect(await feeds(there)).toEqual(['SIMULATOR', 'TESTBROKER'])
    expect(statSync(there.keyFile).mode & 0o777).toBe(0o400)
  })

  it('asks on a terminal for one thing after the other, and shows no secret', async () => {
    const there = emptyFolder()
    const shown = await typing(
      `account add testbroker --path ${sessionAdapterFolder()}`,
      [CREDENTIALS.api_key, CREDENTIALS.api_secret],
      there,
    )
    expect(shown).toMatch(/^API key \(not shown\): \s+API secret \(not shown\): \s/)
    expect(shown).toContain('TESTBROKER (testbroker) is registered')
    expect(shown).not.toContain('canary')
    expect(JSON.parse(openVault(there).credentials('TESTBROKER')?.reveal() ?? '')).toEqual(CREDENTIALS)
  })

  it('changes nothing the second time, and replaces other credentials together with their login', async () => {
    const { there, add, vault } = await enrolled()
    vault.putTicket('TESTBROKER', new Secret('{}'), { grantedAt: 1 })
    expect((await add()).err).toBe('Account TESTBROKER: nothing changed.\n')
    expect(vault.ticket('TESTBROKER')).toBeDefined()
    const changed = await there.pipe(credentialLines({ api_secret: 'another secret' }), 'account', 'add', 'testbroker')
    expect(changed).toMatchObject({ code: 0, err: expect.stringContaining('Other credentials replaced the old ones') })
    expect(vault.ticket('TESTBROKER')).toBeUndefined()
    expect(vault.credentials('TESTBROKER')?.reveal()).toContain('another secret')
  })

  it('completes what was broken off between vault and feed', async () => {
    const { there, add } = await enrolled()
    const registered = await there.run('adapter', 'list')
    const control = join(there.folder, 'control.db')
    for (const file of ['', '-wal', '-shm']) rmSync(`${control}${file}`, { force: true })
    // What happened before was signed with the pepper.
    for (const file of ['pepper.key', 'audit.db', 'audit.head']) rmSync(join(there.folder, file))
    expect(await rows(there)).toEqual([])
    await there.run('init', '--yes')
    expect(await rows(there)).toEqual([
      expect.objectContaining({
        name: 'TESTBROKER',
        state: 'not registered',
        reason: expect.stringContaining('account add'),
      }),
    ])
    expectFailure(await there.run('account', 'login', 'testbroker'), 1, /^error NOT_FOUND: .*TESTBROKER/, /account add/)
    expect((await add()).err).toMatch(/TESTBROKER \(testbroker\) is registered/)
    expect((await there.run('adapter', 'list')).out.replace(/"(createdAt|switchedAt)":\d+/g, '')).toBe(
      registered.out.replace(/"(createdAt|switchedAt)":\d+/g, ''),
    )
  })

  it('takes a second account of a broker under a name of its own, for a user of its own', async () => {
    const { there, add } = await enrolled()
    expect((await add(undefined, '--name', 'TEST-ASHA', '--user', 'asha')).code).toBe(0)
    expect(await rows(there)).toMatchObject([
      { name: 'TEST-ASHA', broker: 'testbroker', userId: 'asha' },
      { name: 'TESTBROKER', broker: 'testbroker', userId: 'trader' },
    ])
    await there.run('account', 'remove', 'TESTBROKER', '--yes')
    await add(undefined, '--name', 'TEST-RAVI', '--user', 'ravi')
    const several = await there.run('account', 'login', 'testbroker')
    expectFailure(several, 2, /^error FEED_UNKNOWN: There are 2 accounts of testbroker/, /TEST-ASHA, TEST-RAVI$/)
  })

  it('takes a file of lines or JSON, and keeps settings apart from credentials', async () => {
    const there = emptyFolder()
    const file = join(temporaryPath(), 'credentials')
    writeFileSync(file, JSON.stringify(CREDENTIALS))
    const args = ['account', 'add', 'testbroker', '--path', sessionAdapterFolder(), '--file', file]
    expect((await there.run(...args, '--set', 'rate=7')).code).toBe(0)
    expect((await there.run(...args)).err).toMatch(/nothing changed/)
    expectFailure(await there.run(...args, '--set', 'rate=8'), 2, /^error FEED_EXISTS: .*settings/, /another name/)
    expectFailure(await there.run(...args, '--set', 'rtae=8'), 2, /^error FEED_EXISTS/, /another name/)
    const wrong = await there.run(...args, '--name', 'OTHER', '--set', 'rtae=8')
    expectFailure(wrong, 78, /^error CONFIG_INVALID: feeds\.OTHER\.rtae .*did you mean rate\?/, /^next/)
    const secret = await there.run(...args, '--name', 'OTHER', '--set', `api_secret=${CREDENTIALS.api_secret}`)
    expectFailure(secret, 2, /^error USAGE: --set api_secret/, /revoke/)
  })

  it('moves credentials out of the environment, and says so', async () => {
    const there = emptyFolder()
    const env = { BROKER_API_KEY: CREDENTIALS.api_key, BROKER_API_SECRET: CREDENTIALS.api_secret }
    const args = ['account', 'add', 'testbroker', '--path', sessionAdapterFolder()]
    const { code, err } = await there.start(args, env).done
    expect({ code, err }).toEqual({
      code: 0,
      err: expect.stringMatching(
        /^warning: BROKER_API_KEY and BROKER_API_SECRET are in the vault now\. next: unset them/m,
      ),
    })
    expect(JSON.parse(openVault(there).credentials('TESTBROKER')?.reveal() ?? '')).toEqual(CREDENTIALS)
    const other = await new Command(args, { ...there.env, ...env }, credentialLines({ api_key: 'piped-in' })).done
    expect(other.err).not.toContain('BROKER_API')
    expect(openVault(there).credentials('TESTBROKER')?.reveal()).toContain('piped-in')
  })

  it('refuses credentials as arguments, says why, and does not repeat them', async () => {
    const there = emptyFolder()
    const { api_key, api_secret } = CREDENTIALS
    for (const words of [
      ['add', 'testbroker', api_key],
      ['add', 'testbroker', `api_secret=${api_secret}`],
      ['add', 'testbroker', `--api-secret=${api_secret}`],
      ['add', 'testbroker', '--api-secret', api_secret],
      ['login', 'testbroker', api_secret],
      ['login', 'testbroker', '--request-token', api_secret],
    ]) {
      const said = await there.run('account', ...words)
      expectFailure(said, 2, /^error USAGE: .*command line/, /revoke/)
      expect(said.err).not.toMatch(/canary/)
    }
    for (const word of ['add', 'login', 'remove'])
      expect((await there.run('account', word, api_key)).err, word).not.toContain('canary')
  })

  it('names what is missing where nobody can be asked', async () => {
    const there = emptyFolder()
    const add = (input: string) => there.pipe(input, 'account', 'add', 'testbroker', '--path', sessionAdapterFolder())
    expectFailure(await add(''), 2, /^error USAGE: Credentials: api_key, api_secret missing/, /--file/)
    expectFailure(await add('api_key=canary'), 2, /^error USAGE: Credentials: api_secret is missing/, /asks for/)
    expect(existsSync(there.keyFile)).toBe(false)
    expect(await feeds(there)).toEqual(['SIMULATOR'])
  })

  it('names the brokers there are, and leads to adapter add for what needs no account', async () => {
    const there = emptyFolder()
    expectFailure(await there.run('account', 'add', 'nope'), 2, /^error ADAPTER_UNKNOWN: There is no broker/, /--path/)
    const simulator = await there.run('account', 'add', 'simulator')
    expectFailure(
      simulator,
      2,
      /^error USAGE: Adapter simulator needs no account/,
      /adapter add NAME --adapter simulator$/,
    )
    const own = await there.run('account', 'add', 'own', '--path', adapterFolder())
    expectFailure(own, 2, /^error USAGE: Adapter own needs no account/, /adapter add NAME --path/)
    const path = sessionAdapterFolder()
    expectFailure(
      await there.run('account', 'add', 'other', '--path', path),
      2,
      /^error USAGE: .* is of broker testbroker$/,
      /account add testbroker --path/,
    )
    const name = await there.run('account', 'add', 'testbroker', '--path', path, '--name', 'low_er')
    expectFailure(name, 2, /^error USAGE: low_er is no feed name/, /--name LOW-ER/)
    expectFailure(
      await there.run('adapter', 'add', 'X', '--path', path),
      2,
      /^error USAGE: Feed X: adapter testbroker needs an account/,
      /tickwire account add testbroker --name X --path \//,
    )
  })

  it('warns when VALID_BROKERS leaves the broker out', async () => {
    const { first } = await enrolled('valid_brokers = ["simulator"]\n')
    expect(first.err).toMatch(/^warning: VALID_BROKERS leaves out testbroker/m)
  })

  it('puts an end to simulated prices of the same user, which would pass for real ones, and does so once', async () => {
    const { there, add, first } = await enrolled()
    expect(first.err).toMatch(
      /^Feed SIMULATOR is disabled: .* simulated.* next, .*: tickwire adapter enable SIMULATOR$/m,
    )
    const state = async () => (await listed(there)).find(({ name }) => name === 'SIMULATOR')?.state
    expect(await state()).toBe('disabled')
    await there.run('adapter', 'enable', 'SIMULATOR')
    expect((await add()).err).not.toContain('SIMULATOR')
    expect((await add(undefined, '--name', 'OTHER', '--user', 'asha')).err).not.toContain('SIMULATOR')
    expect(await state()).not.toBe('disabled')
  })

  it('says what keeps the vault shut', async () => {
    const { there, add } = await enrolled()
    rmSync(there.keyFile, { force: true })
    expectFailure(await add(), 78, /^error VAULT_LOCKED: .*-vault\.key is missing$/, /account remove NAME/)
    expect(await rows(there)).toMatchObject([{ name: 'TESTBROKER', login: 'none' }])
    expect((await add(undefined, '--name', 'OTHER')).code).toBe(78)
    expect(await feeds(there)).toEqual(['SIMULATOR', 'TESTBROKER'])
    const inside = { TICKWIRE_VAULT_KEY_FILE: join(there.folder, 'vault.key') }
    const said = await there.start(['account', 'login', 'testbroker'], inside).done
    expectFailure(said, 78, /^error CONFIG_INVALID: vault\.key_file .* is inside the data folder/, /outside/)
  })
})
