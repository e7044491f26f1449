import { describe, expect, it, onTestFinished } from 'vitest'
import { emptyFolder, openVault, rows } from '../support/enrolled.ts'
import { expectFailure } from '../support/said.ts'
import {
  ACCESS_TOKEN,
  CODE,
  CREDENTIALS,
  credentialLines,
  sessionAdapterFolder,
  TestBroker,
  TOTP_SECRET,
  WRONG_CODE,
} from '../support/sessionadapter.ts'
import { eventually } from '../support/system.ts'
import { typing } from '../support/typing.ts'

/** A data folder with an account whose login is typed, and its broker. */
async function enrolled(lines = credentialLines()) {
  const broker = await TestBroker.start()
  const there = emptyFolder()
  const path = sessionAdapterFolder('testbroker', 'typed')
  const add = ['account', 'add', 'testbroker', '--path', path, '--set', `api_url=${broker.url}`]
  const added = await there.pipe(lines, ...add)
  expect(added.code, added.err).toBe(0)
  const login = (input: string, ...options: readonly string[]) =>
    there.pipe(input, 'account', 'login', 'testbroker', ...options)
  return { there, broker, vault: openVault(there), login, add }
}

const LOGIN = 'account login testbroker'

describe('a login without a page', () => {
  it('takes the first line that is piped in, and prints no address and no port', async () => {
    const { login, vault, broker } = await enrolled()
    const { code, out, err } = await login(`${CODE}\n`)
    expect({ code, err }).toEqual({
      code: 0,
      err: 'TESTBROKER is logged in as AB1234, valid; a running system goes on with it.\n',
    })
    expect(JSON.parse(out)).toEqual({ name: 'TESTBROKER', grantedAt: expect.any(Number), holder: 'AB1234' })
    expect(broker.asked).toEqual([{ ...CREDENTIALS, code: CODE }])
    expect(JSON.parse(vault.ticket('TESTBROKER')?.text.reveal() ?? '')).toMatchObject({ access_token: ACCESS_TOKEN })
  })

  it('asks on a terminal for what the adapter wants to know, shows nothing of it, and takes a wrong one back', async () => {
    const { there, broker } = await enrolled()
    const said = await typing(LOGIN, ['12', '', WRONG_CODE, CODE], there)
    expect(said).toMatch(/^Code of the app \(not shown\): \s+A code has six digits/)
    expect(said).toMatch(/The broker says: code \[redacted\] is wrong; log in again\s+Code of the app/)
    expect(said).toMatch(/TESTBROKER is logged in as AB1234/)
    expect(said).not.toMatch(new RegExp(`${CODE}|${WRONG_CODE}|http|8766`))
    expect(broker.asked.map(({ code }) => code)).toEqual([WRONG_CODE, CODE])
  })

  it('asks the broker three times at most', async () => {
    const { there, broker, vault } = await enrolled()
    const said = await typing(LOGIN, [WRONG_CODE, WRONG_CODE, WRONG_CODE], there)
    expect(said.trim()).toMatch(
      /error CREDENTIALS_REJECTED: The broker says: code \[redacted\] is wrong\s+next: log in/,
    )
    expect(broker.asked).toHaveLength(3)
    expect(vault.ticket('TESTBROKER')).toBeUndefined()
  })

  it('refuses what is piped in and wrong, once, and misses what is not there', async () => {
    const { login, broker } = await enrolled()
    expectFailure(await login(WRONG_CODE), 3, /^error CREDENTIALS_REJECTED: .*code \[redacted\] is wrong/, /log in/)
    expectFailure(await login('12'), 2, /^error USAGE: A code has six digits/, /type it again/)
    expectFailure(await login(''), 2, /^error USAGE: There is nothing on stdin, .*: Code of the app$/, /pipe it in/)
    expect(broker.asked).toHaveLength(1)
  })

  it('gives up when nobody types', async () => {
    const { there } = await enrolled()
    const said = await typing(`${LOGIN} --timeout 1s`, [], there)
    expect(said).toMatch(/error SESSION_EXPIRED: Nobody logged in .* within 1\.0 s\s+next: tickwire account login/)
  })

  it('asks for nothing when the credentials are enough', async () => {
    const { login, broker, vault } = await enrolled(credentialLines({ totp_secret: TOTP_SECRET }))
    expect(await login('')).toMatchObject({ code: 0, err: expect.stringContaining('is logged in as AB1234') })
    expect(broker.asked).toMatchObject([{ totp_secret: TOTP_SECRET }])
    expect(vault.ticket('TESTBROKER')).toBeDefined()
  })
})

it('an account whose credentials are enough is logged in by its own process, which says nothing secret', async () => {
  const { there, broker, vault } = await enrolled(credentialLines({ totp_secret: TOTP_SECRET }))
  broker.expiresAt = Date.UTC(2100, 0, 1, 0, 30)
  const running = there.start(['adapter', 'run', 'TESTBROKER', '--debug'])
  onTestFinished(() => void running.child.kill('SIGKILL'))
  await eventually(() => running.err.includes('the login was renewed without a person'))
  expect(vault.ticket('TESTBROKER')).toMatchObject({ holder: 'AB1234', expiresAt: broker.expiresAt })
  running.child.kill('SIGTERM')
  const { out, err } = await running.done
  expect(`${out}${err}`).not.toMatch(/canary/i)
  expect(await rows(there)).toMatchObject([{ name: 'TESTBROKER', login: 'valid', holder: 'AB1234' }])
})

describe('optional credentials', () => {
  it('are asked for as such, and may be left empty', async () => {
    const there = emptyFolder()
    const path = sessionAdapterFolder('testbroker', 'typed')
    const typed = [CREDENTIALS.api_key, CREDENTIALS.api_secret, '']
    const said = await typing(`account add testbroker --path ${path}`, typed, there)
    expect(said).toMatch(/API secret \(not shown\): \s+TOTP secret \(may be left empty\) \(not shown\): \s/)
    expect(said).toContain('TESTBROKER (testbroker) is registered')
    expect(JSON.parse(openVault(there).credentials('TESTBROKER')?.reveal() ?? '')).toEqual(CREDENTIALS)
  })

  it('may be missing or empty in lines, which makes no difference, and added later', async () => {
    const { there, add, vault } = await enrolled()
    const empty = await there.pipe(credentialLines({ totp_secret: '' }), ...add)
    expect(empty).toMatchObject({ code: 0, err: 'Account TESTBROKER: nothing changed.\n' })
    const more = await there.pipe(credentialLines({ totp_secret: TOTP_SECRET }), ...add)
    expect(more.err).toContain('Other credentials replaced the old ones')
    expect(vault.credentials('TESTBROKER')?.reveal()).toContain(TOTP_SECRET)
    const none = await there.pipe('', ...add)
    expectFailure(none, 2, /^error USAGE: Credentials: api_key, api_secret missing/, /--file/)
  })
})
