import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { dataFolder } from '../../../shared/store/folder.ts'
import { Vault } from '../../../shared/store/vault.ts'
import { freePort, holdPort } from '../../support/port.ts'
import {
  ACCESS_TOKEN,
  CREDENTIALS,
  credentialLines,
  sessionAdapterFolder,
  TestBroker,
} from '../../support/sessionadapter.ts'
import { eventually, Processes } from '../../support/system.ts'
import { typing } from '../../support/typing.ts'

const OFF = ['--callback-port', 'off'] as const

/** A data folder with one account, and its broker. */
async function enrolled(lines = credentialLines()) {
  const broker = await TestBroker.start()
  const there = new Processes()
  onTestFinished(() => there.remove())
  const path = sessionAdapterFolder()
  const added = await there.pipe(
    lines,
    'account',
    'add',
    'testbroker',
    '--path',
    path,
    '--set',
    `api_url=${broker.url}`,
  )
  expect(added.code, added.err).toBe(0)
  const vault = Vault.open(dataFolder({ dataDir: there.folder, bus: { runDir: join(there.folder, 'run') } }), there)
  onTestFinished(() => vault.close())
  const login = (input: string, ...options: readonly string[]) =>
    there.pipe(input, 'account', 'login', 'testbroker', ...options)
  return { there, broker, vault, login }
}

/** A login that waits for the browser, and where it does. */
async function waiting(there: Processes, ...options: string[]) {
  const port = String(await freePort())
  const command = there.start(['account', 'login', 'testbroker', '--callback-port', port, ...options])
  onTestFinished(() => void command.child.kill('SIGKILL'))
  await eventually(() => command.out.includes('\n') || command.child.exitCode !== null)
  const { url, callback } = JSON.parse(command.out.split('\n', 1)[0] ?? '')
  return { command, callback, state: new URL(url).searchParams.get('state') }
}

describe('tickwire account login', () => {
  it('prints where to log in, takes what is pasted, and seals the ticket', async () => {
    const { login, vault, broker } = await enrolled()
    broker.expiresAt = Date.UTC(2100, 0, 1, 0, 30)
    const { code, out, err } = await login('the-token-1', ...OFF)
    expect({ code, err }).toEqual({
      code: 0,
      err: 'TESTBROKER is logged in as AB1234, valid until about 06:00 on 2100-01-01, India time; a running system goes on with it.\n',
    })
    const [first, last] = out
      .trim()
      .split('\n')
      .map(line => JSON.parse(line))
    expect(first).toMatchObject({ event: 'login', name: 'TESTBROKER' })
    expect(first.url).toMatch(new RegExp(`^${broker.url}/login\\?api_key=${CREDENTIALS.api_key}&state=[\\w-]{22}$`))
    expect(first).not.toHaveProperty('callback')
    expect(last).toEqual({
      name: 'TESTBROKER',
      grantedAt: expect.any(Number),
      expiresAt: broker.expiresAt,
      holder: 'AB1234',
    })
    const ticket = vault.ticket('TESTBROKER')
    expect(ticket).toMatchObject({ holder: 'AB1234', expiresAt: broker.expiresAt })
    expect(JSON.parse(ticket?.text.reveal() ?? '')).toEqual({
      api_key: CREDENTIALS.api_key,
      access_token: ACCESS_TOKEN,
    })
    expect(broker.asked).toEqual([{ ...CREDENTIALS, code: 'the-token-1' }])
  })

  it('tells a person on a terminal what to do', async () => {
    const { there, login } = await enrolled()
    const off = await login('the-token-1', ...OFF, '--format', 'table')
    expect(off.out).toMatch(/^Log in for TESTBROKER at\n\n {2}http:\S+\n\n$/)
    expect(off.err).toMatch(/^Then paste the address that you are sent to/)
    const port = String(await freePort())
    const args = ['account', 'login', 'testbroker', '--callback-port', port, '--format', 'table']
    const on = await there.pipe('the-token-2', ...args)
    expect(on.err).toContain(`If http://127.0.0.1:${port}/ is the redirect address registered with your broker`)
  })

  it('takes the answer from the browser that the broker sends back', async () => {
    const { there, vault } = await enrolled()
    const { command, callback, state } = await waiting(there)
    expect((await fetch(`${callback}favicon.ico`)).status).toBe(404)
    const page = await fetch(`${callback}?status=success&token=the-token-1&state=${state}`)
    expect(await page.text()).toContain('You can close this window')
    expect(await command.done).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^TESTBROKER is logged in as AB1234/),
    })
    expect(vault.ticket('TESTBROKER')).toBeDefined()
  })

  it('takes from a browser no answer to another login, and goes on waiting', async () => {
    const { there, vault, broker } = await enrolled()
    const { command, callback, state } = await waiting(there)
    for (const other of ['', '&state=another', '&state=another']) {
      const answer = await fetch(`${callback}?token=evil-token${other}`)
      expect({ status: answer.status, text: await answer.text() }).toMatchObject({
        status: 400,
        text: expect.stringContaining('does not take this answer'),
      })
    }
    expect((await fetch(`${callback}?status=error&state=${state}`)).status).toBe(400)
    expect(broker.asked).toEqual([])
    await fetch(`${callback}?token=the-token-1&state=${state}`)
    const { code, err } = await command.done
    expect(code).toBe(0)
    expect(err.match(/another login/g)).toHaveLength(1)
    expect(err).toMatch(/The broker says: login was cancelled/)
    expect(err).not.toContain('evil-token')
    expect(vault.ticket('TESTBROKER')).toBeDefined()
  })

  it('goes on with pasting when the port is taken', async () => {
    const { there } = await enrolled()
    const held = await holdPort()
    onTestFinished(() => held.close())
    const { port } = held
    const said = await there.pipe('the-token-1', 'account', 'login', 'testbroker', '--callback-port', String(port))
    expect(said).toMatchObject({
      code: 0,
      err: expect.stringMatching(
        new RegExp(`^warning: Port ${port} of 127\\.0\\.0\\.1 is held by another program, so`),
      ),
    })
  })

  it.each([
    ['what is no answer', 'hello there', 2, /^error USAGE: This is neither an address nor a token: \[redacted\]/],
    ['an address without one', 'http://127.0.0.1/?a=b', 2, /^error USAGE: There is no token/],
    ['a login that was cancelled', 'http://x/?status=error', 3, /^error CREDENTIALS_REJECTED: .*cancelled/],
    [
      'the answer to another login',
      'http://x/?token=abcdefgh&state=x',
      3,
      /^error CREDENTIALS_REJECTED: .*another login/,
    ],
  ])('refuses %s', async (_, pasted, exit, error) => {
    const { login, vault } = await enrolled()
    const { code, err } = await login(pasted, ...OFF)
    expect(code).toBe(exit)
    expect(err).toMatch(error)
    expect(vault.ticket('TESTBROKER')).toBeUndefined()
  })

  it('needs an answer when none can come from a browser', async () => {
    const { login } = await enrolled()
    const { code, err } = await login('', ...OFF)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^error USAGE: There is no answer on stdin/) })
  })

  it('gives up when nobody logs in', async () => {
    const { there } = await enrolled()
    const { command } = await waiting(there, '--timeout', '1s')
    const { code, err } = await command.done
    expect({ code, err }).toEqual({
      code: 3,
      err: expect.stringMatching(/^error SESSION_EXPIRED: Nobody logged in .* within 1\.0 s\nnext:/),
    })
  })

  it('says what the broker says of a token that was used and of a wrong secret, and no secret', async () => {
    const wrong = await enrolled(credentialLines({ api_secret: 'wrong-canary-secret' }))
    const said = [await wrong.login('the-token-1', ...OFF), await wrong.login('the-token-1', ...OFF)]
    for (const { code, err } of said) {
      expect(code).toBe(3)
      expect(err).toMatch(/^error CREDENTIALS_REJECTED: The broker says: (token|secret) \[redacted\]/)
    }
  })

  it('says that the broker cannot be reached', async () => {
    const { broker, login, vault } = await enrolled()
    broker.close()
    const { code, err } = await login('the-token-1', ...OFF)
    expect({ code, err }).toEqual({ code: 4, err: expect.stringMatching(/^error BROKER_UNREACHABLE: .*127\.0\.0\.1/) })
    expect(vault.ticket('TESTBROKER')).toBeUndefined()
  })

  it('keeps a ticket of other credentials out', async () => {
    const { there, vault } = await enrolled()
    const { command, callback, state } = await waiting(there)
    await there.pipe(credentialLines({ api_secret: 'another secret' }), 'account', 'add', 'testbroker')
    await fetch(`${callback}?token=the-token-1&state=${state}`)
    expect(await command.done).toMatchObject({
      code: expect.any(Number),
      err: expect.stringMatching(/other credentials while/),
    })
    expect(vault.ticket('TESTBROKER')).toBeUndefined()
  })

  it('warns when another person has logged in than before, and when the feed is disabled', async () => {
    const { there, login, broker } = await enrolled()
    await login('the-token-1', ...OFF)
    broker.user = 'CD5678'
    await there.run('adapter', 'disable', 'TESTBROKER')
    const { err } = await login('the-token-2', ...OFF)
    expect(err).toMatch(/^warning: the login before was of AB1234/)
    expect(err).toMatch(/logged in as CD5678, valid; its feed is disabled; next: tickwire adapter enable TESTBROKER$/m)
  })

  it('asks on a terminal until it gets an answer, and shows nothing of it', async () => {
    const { there } = await enrolled()
    const typed = ['nonsense!', '', 'the-token-1']
    const said = await typing('account login testbroker --callback-port off', typed, there)
    expect(said).toMatch(/Address or token \(not shown\): [\s\S]*neither an address nor a token/)
    expect(said).toMatch(/logged in as AB1234/)
    expect(said).not.toMatch(/the-token|nonsense/)
  })
})
