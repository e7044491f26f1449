import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Secret } from '../../../shared/secret.ts'
import { dataFolder } from '../../../shared/store/folder.ts'
import { Vault } from '../../../shared/store/vault.ts'
import { adapterFolder } from '../../support/adapterfolder.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { expectFailure } from '../../support/said.ts'
import { CREDENTIALS, credentialLines, sessionAdapterFolder } from '../../support/sessionadapter.ts'
import { Command, Processes } from '../../support/system.ts'

function emptyFolder(config = ''): Processes {
  const processes = new Processes(config)
  onTestFinished(() => processes.remove())
  return processes
}

/** A folder with an account of the test's broker. */
async function enrolled(config = '') {
  const there = emptyFolder(config)
  const path = sessionAdapterFolder()
  const add = (input = credentialLines(), ...more: string[]) =>
    there.pipe(input, 'account', 'add', 'testbroker', '--path', path, ...more)
  const first = await add()
  expect(first.code, first.err).toBe(0)
  return { there, path, add, first, vault: openVault(there) }
}

function openVault({ folder, keyFile }: Processes): Vault {
  const vault = Vault.open(dataFolder({ dataDir: folder, bus: { runDir: join(folder, 'run') } }), { keyFile })
  onTestFinished(() => vault.close())
  return vault
}

const rows = async (there: Processes) =>
  (await there.run('account', 'list')).out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line))

const feeds = async (there: Processes) =>
  (await there.run('adapter', 'list')).out
    .split('\n')
    .filter(Boolean)
    .map(line => JSON.parse(line).name)

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
    rmSync(join(there.folder, 'pepper.key'))
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
    expect((await there.run('adapter', 'list')).out.replace(/"createdAt":\d+/g, '')).toBe(
      registered.out.replace(/"createdAt":\d+/g, ''),
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
    expect(await table()).toMatch(/^TESTBROKER +testbroker +trader +— +never logged in +not running$/m)
    const facts = { grantedAt: 1, expiresAt: Date.UTC(2100, 0, 1, 0, 30), holder: 'AB1234' }
    vault.putTicket('TESTBROKER', ticket, facts)
    expect(await rows(there)).toEqual([
      { name: 'TESTBROKER', broker: 'testbroker', userId: 'trader', ...facts, login: 'valid' },
    ])
    expect(await table()).toMatch(/AB1234 +valid until about 06:00 on 2100-01-01, India time +not running$/m)
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
