import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { accountKey } from '../../shared/store/seal.ts'
import { AngelEmulator } from '../emulators/angel/server.ts'
import { TestClient } from '../support/client.ts'
import { enters } from '../support/feed.ts'
import { Canaries } from '../support/leaks.ts'
import { secretsInMemory } from '../support/memory.ts'
import { eventually, type Said, System } from '../support/system.ts'

const ACCOUNT = {
  api_key: 'canary-api-key-1618',
  client_code: 'CANARYCLIENT9',
  pin: 'canary+pin/2718==',
  totp_secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
} as const
const WRONG_PIN = 'canary-wrong-pin-1414'
const IMPORTED = randomBytes(32).toString('hex')

let angel: AngelEmulator
let system: System
const said: Said[] = []
/** By what each is: add a row, and it is looked for everywhere. */
const secrets = new Map<string, string | Buffer>()

const run = async (input: string, ...words: string[]): Promise<Said> => {
  const one = await system.pipe(input, '--debug', ...words)
  said.push(one)
  return one
}
const add = (pin: string) => run(JSON.stringify({ ...ACCOUNT, pin }), 'account', 'add', 'angel')
const login = () => run('', 'account', 'login', 'angel')
const all = (except: readonly string[] = []) =>
  new Canaries([...secrets].filter(([name]) => !except.includes(name)).map(([, secret]) => secret))
const jwt = () => angel.account.accessToken() ?? ''
const live = () => enters(system, 'ANGEL', ['live', 'quiet'])

beforeAll(async () => {
  const { api_key: apiKey, client_code: clientCode, pin, totp_secret: totpSecret } = ACCOUNT
  angel = await AngelEmulator.start({ tickMs: 50, recorded: false, apiKey, clientCode, pin, totpSecret })
  // Every token that is ever given.
  const { account } = angel
  const grant = account.grant.bind(account)
  account.grant = () => {
    const tokens = grant()
    for (const [name, token] of Object.entries(tokens)) secrets.set(`${name} ${secrets.size}`, token)
    return tokens
  }
  const places = Object.entries(angel.settings).map(([name, url]) => `${name} = "${url}"`)
  system = await System.start(
    ['[feeds.ANGEL]', ...places, 'expect_ticks = "always"', '[log]', 'level = "trace"', ''].join('\n'),
  )
}, 60_000)

afterAll(async () => {
  await system?.close()
  await angel?.close()
})

describe('every secret there is, through every fault', () => {
  const frames: string[] = []

  it('is used', async () => {
    expect((await add(WRONG_PIN)).code).toBe(0)
    expect((await login()).code).toBe(3)
    expect((await add(ACCOUNT.pin)).code).toBe(0)
    expect((await login()).code).toBe(0)
    expect((await run(IMPORTED, 'key', 'import', 'old-bot')).code).toBe(0)
    const vaultKey = readFileSync(system.keyFile)
    secrets.set('vault key', vaultKey)
    secrets.set('account key', accountKey(vaultKey, 'ANGEL'))
    secrets.set('pepper', readFileSync(`${system.folder}/pepper.key`))
    for (const name of ['api_key', 'pin', 'totp_secret'] as const) secrets.set(name, ACCOUNT[name])
    secrets.set('wrong pin', WRONG_PIN)
    secrets.set('key of Tickwire', system.key)
    secrets.set('imported key', IMPORTED)
    await live()
  }, 90_000)

  it('goes through the faults of the broker', async () => {
    const first = jwt()
    const echo = `${first} ${ACCOUNT.pin} ${Buffer.from(ACCOUNT.totp_secret).toString('base64')}`
    angel.faults.textError({ text: `no such token ${echo}\n{"level":60}\x1b[2J` })
    angel.faults.closeFrame({ code: 4001, reason: `bad ${ACCOUNT.pin} ${ACCOUNT.api_key}` })
    await enters(system, 'ANGEL', ['down', 'connecting'])
    await live()
    angel.faults.drop()
    await live()
    angel.faults.garbage({ frames: 5 })
    angel.faults.expireToken({})
    expect((await login()).code).toBe(0)
    expect(jwt()).not.toBe(first)
    await live()
  }, 90_000)

  it('goes through clients that say it where it does not belong', async () => {
    for (const message of [
      { action: 'authenticate', api_key: system.key.replace(/.$/, '_') },
      { action: system.key },
      `no JSON ${system.key}\n{"level":60,"msg":"forged"}\x1b[2J`,
      { action: 'authenticate', api_key: IMPORTED },
    ]) {
      const client = await TestClient.open(system.url())
      client.send(message as object)
      await eventually(() => client.frames.length > 0)
      frames.push(...client.frames.map(({ text }) => text))
      client.close()
    }
  }, 30_000)

  it('goes through a new key of the vault, and processes that are killed', async () => {
    expect((await run('', 'secrets', 'rekey')).code).toBe(0)
    const vaultKey = readFileSync(system.keyFile)
    secrets.set('new vault key', vaultKey)
    secrets.set('new account key', accountKey(vaultKey, 'ANGEL'))
    await system.kill('ANGEL')
    await live()
    // One that has found a login has used no credentials, and does not say them either.
    angel.faults.closeFrame({ code: 4001, reason: `bad ${ACCOUNT.pin}` })
    await enters(system, 'ANGEL', ['down', 'connecting'])
    await live()
    expect((await run('', 'secrets', 'check')).code).toBe(0)
    await system.kill('proxy')
    await live()
    for (const words of [['status'], ['status', '--format', 'table'], ['doctor'], ['account', 'list'], ['key', 'list']])
      await run('', ...words)
  }, 90_000)

  it('is in no log, no answer of a command and no frame to a client', () => {
    expect(secrets.size).toBeGreaterThanOrEqual(12)
    const spoken = said.map(({ out, err }) => `${out}\n${err}`).join('\n')
    expect(spoken.length).toBeGreaterThan(1000)
    expect(all().in(spoken)).toEqual([])
    expect(all().in(frames.join('\n'))).toEqual([])
    // The first words of `up` show the first key, once.
    expect(all().in(system.up.out.replace(system.key, ''))).toEqual([])
    expect(system.up.err).toContain('"level":"debug"')
    const canaries = all()
    expect(system.up.err.split('\n').filter(line => canaries.in(line).length > 0)).toEqual([])
    for (const line of system.up.err.trim().split('\n')) expect(line).not.toMatch(/^\{"level":60/)
  })

  it('is in no file but its own, no command line and no environment', () => {
    const files = all(['pepper']).inFiles(system.folder)
    expect(files).toEqual([])
    const pepper = new Canaries([secrets.get('pepper') ?? '']).inFiles(system.folder)
    expect(pepper.filter(found => !found.startsWith(`${system.folder}/pepper.key`))).toEqual([])
    expect(all().inProcesses(system.facts().children)).toEqual([])
  })

  it('is in the memory of neither the proxy nor the bus; the account’s adapter holds its own, and not the vault’s key', () => {
    const pidOf = (name: string) => system.child(name).pid ?? 0
    // A key that a client sends is in a message of the proxy for a moment, and the pepper is what keys are proved with.
    const ofOthers = all(['pepper', 'key of Tickwire', 'imported key'])
    expect(secretsInMemory(pidOf('proxy'), ofOthers)).toEqual([])
    // What each process tells the audit is signed with a key that comes from the pepper.
    expect(secretsInMemory(pidOf('bus'), all(['pepper']))).toEqual([])
    const adapter = pidOf('ANGEL')
    expect(secretsInMemory(adapter, new Canaries([jwt()]))).not.toEqual([])
    expect(secretsInMemory(adapter, new Canaries([secrets.get('new vault key') ?? '']))).toEqual([])
    expect(secretsInMemory(pidOf('proxy'), new Canaries([secrets.get('pepper') ?? '']))).not.toEqual([])
  }, 60_000)
})
