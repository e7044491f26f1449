import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Canaries, filesIn } from '../support/leaks.ts'
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

const canaries = new Canaries([...Object.values(CREDENTIALS), ACCESS_TOKEN, CODE, WRONG])

const leaks = (content: string | Uint8Array): string[] => canaries.in(content)

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
    expect(leaks(spoken)).toEqual([])
    expect(leaks(system.up.out + system.up.err)).toEqual([])
    const files = filesIn(system.folder)
    expect(files.map(file => file.slice(system.folder.length))).toEqual(
      expect.arrayContaining(['/vault.db', '/control.db']),
    )
    expect(canaries.inFiles(system.folder)).toEqual([])
    expect(canaries.inProcesses(system.facts().children)).toEqual([])

    async function throughBrowser(): Promise<void> {
      const port = String(await freePort())
      const command = system.start(['--debug', 'account', 'login', 'testbroker', '--callback-port', port])
      onTestFinished(() => void command.child.kill('SIGKILL'))
      await eventually(() => command.out.includes('\n'))
      const { url, callback } = JSON.parse(command.out.split('\n', 1)[0] ?? '')
      const state = new URL(url).searchParams.get('state')
      await fetch(`${callback}?token=${CODE}-5&state=wrong`)
      const page = await fetch(`${callback}?token=${CODE}-5&state=${state}`)
      expect(leaks(await page.text())).toEqual([])
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
