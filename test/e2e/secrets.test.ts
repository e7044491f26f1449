import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { freePort } from '../support/port.ts'
import {
  ACCESS_TOKEN,
  CREDENTIALS,
  credentialLines,
  sessionAdapterFolder,
  TestBroker,
} from '../support/sessionadapter.ts'
import { type Command, eventually, type Said, System } from '../support/system.ts'

const CODE = 'canary-request-token-27182818'
const WRONG = 'canary-wrong-secret-16180339'

/** Every form in which a secret could stand somewhere. */
const forms = (secret: string): Buffer[] => {
  const bytes = Buffer.from(secret)
  // Base64 of a part of a longer text begins in one of three ways; what does not depend on its neighbours is looked for.
  const shifted = [0, 1, 2].map(shift => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes])
      .toString('base64')
      .replace(/=+$/, '')
    return text.slice(Math.ceil((shift * 8) / 6), -1)
  })
  const texts = [
    secret,
    encodeURIComponent(secret),
    bytes.toString('hex'),
    JSON.stringify(secret).slice(1, -1),
    ...shifted,
  ]
  return [...new Set(texts)].map(text => Buffer.from(text))
}
const canaries = [...Object.values(CREDENTIALS), ACCESS_TOKEN, CODE, WRONG].flatMap(forms)

const leaks = (bytes: Buffer): string[] => canaries.filter(form => bytes.includes(form)).map(String)

/** Every file below a folder. */
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))

/** What the files of a process are open on. */
const openFiles = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap(descriptor => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${descriptor}`)]
    } catch {
      // Closed between the two looks.
      return []
    }
  })

let system: System
let path: string

beforeAll(async () => {
  system = await System.start()
})

afterAll(() => system?.close())

describe('secrets of an account, in a running system', () => {
  it('are nowhere but sealed, whatever becomes of a login', async () => {
    const broker = await TestBroker.start()
    path = sessionAdapterFolder()
    const said: Said[] = []
    const run = async (command: Command) => {
      // Its environment is what the test gave it; arguments are what everybody sees.
      const { pid } = command.child
      const arguments_ = readFileSync(`/proc/${pid}/cmdline`)
      expect(leaks(arguments_)).toEqual([])
      const one = await command.done
      said.push(one)
      return one
    }
    const account = (input: string, ...words: string[]) => run(system.give(input, '--debug', 'account', ...words))
    const login = (input: string) => account(input, 'login', 'testbroker', '--callback-port', 'off')
    const add = (input: string, ...words: string[]) => account(input, 'add', 'testbroker', ...words)

    const set = ['--path', path, '--set', `api_url=${broker.url}`]
    expect((await add('api_key=x', ...set)).code).toBe(2)
    expect((await add(`${credentialLines()}${CREDENTIALS.api_secret}`, ...set)).code).toBe(2)
    expect((await add(`${credentialLines()}more=${WRONG}`, ...set)).code).toBe(2)
    expect((await add(`{"api_secret": ${CREDENTIALS.api_secret}}`, ...set)).code).toBe(2)
    expect((await add(credentialLines({ api_secret: WRONG }), ...set)).code).toBe(0)
    expect((await login(CODE)).code).toBe(3)
    expect((await add(credentialLines())).code).toBe(0)
    expect((await login(CODE)).code).toBe(3)
    expect((await login(`http://127.0.0.1/?token=${CODE}-2&state=another`)).code).toBe(3)
    expect((await login(`http://127.0.0.1/?status=error&token=${CODE}-2`)).code).toBe(3)
    expect((await login(`no answer ${CODE}`)).code).toBe(2)
    expect((await login(`${CODE}-3`)).code).toBe(0)
    await throughBrowser()
    broker.close()
    expect((await login(`${CODE}-4`)).code).toBe(4)
    for (const words of [
      ['account', 'list'],
      ['account', 'list', '--format', 'table'],
      ['adapter', 'list'],
      ['status'],
      ['doctor'],
    ])
      await run(system.start(words))

    // The address of the login holds the API key, and is for the person who asked for it.
    const spoken = said.map(({ out, err }) => `${out.replace(/^\{"event":"login".*$/m, '')}\n${err}`).join('\n')
    expect(spoken.length).toBeGreaterThan(1000)
    expect(leaks(Buffer.from(spoken))).toEqual([])
    expect(leaks(Buffer.from(system.up.out + system.up.err))).toEqual([])
    const files = filesIn(system.folder)
    expect(files.map(file => file.slice(system.folder.length))).toEqual(
      expect.arrayContaining(['/vault.db', '/control.db']),
    )
    for (const file of files) expect(leaks(readFileSync(file)), file).toEqual([])
    for (const { pid, name } of system.facts().children)
      for (const part of pid === undefined ? [] : ['cmdline', 'environ'])
        expect(leaks(readFileSync(`/proc/${pid}/${part}`)), name).toEqual([])

    async function throughBrowser(): Promise<void> {
      const port = String(await freePort())
      const command = system.start(['--debug', 'account', 'login', 'testbroker', '--callback-port', port])
      onTestFinished(() => void command.child.kill('SIGKILL'))
      await eventually(() => command.out.includes('\n'))
      const { url, callback } = JSON.parse(command.out.split('\n', 1)[0] ?? '')
      const state = new URL(url).searchParams.get('state')
      await fetch(`${callback}?token=${CODE}-5&state=wrong`)
      const page = await fetch(`${callback}?token=${CODE}-5&state=${state}`)
      expect(leaks(Buffer.from(await page.text()))).toEqual([])
      const one = await command.done
      said.push(one)
      expect(one.code, one.err).toBe(0)
    }
  }, 60_000)

  it('are out of reach of the proxy: it has neither the vault nor its key open', async () => {
    const vault = /vault\.(db|key)/
    const { pid = 0 } = system.child('proxy')
    const open = openFiles(pid)
    expect(open.some(file => file.endsWith('/control.db'))).toBe(true)
    expect(open.filter(file => vault.test(file))).toEqual([])
    const maps = readFileSync(`/proc/${pid}/maps`, 'utf8')
    expect(maps).toContain('control.db-shm')
    expect(maps).not.toMatch(vault)
  })

  it('are gone when the account is removed', async () => {
    expect((await system.run('account', 'remove', 'testbroker', '--yes')).code).toBe(0)
    await eventually(() => !system.facts().children.some(({ name }) => name === 'TESTBROKER'))
    expect((await system.run('account', 'list')).out).toBe('')
  })
})
