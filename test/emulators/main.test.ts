import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { isSession } from '../../adapters/contract.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import { holds } from '../support/holds.ts'
import { ROOT } from '../support/source.ts'
import { eventually } from '../support/system.ts'
import { RawClient } from './kite/client.ts'
import { ORDERS } from './kite/orders.ts'
import { KiteEmulator } from './kite/server.ts'

interface Told {
  readonly broker: string
  readonly origin: string
  readonly settings: Readonly<Record<string, string>>
  readonly credentials: Readonly<Record<string, string>>
  readonly answer: string
}

const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** `npm run emulate -- …` without npm between. */
function emulate(...args: readonly string[]) {
  // The command tsx starts another process, which outlives it when it is killed.
  const child = spawn(process.execPath, ['--import', 'tsx', 'test/emulators/main.ts', ...args], { cwd: ROOT })
  children.push(child)
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  return { child, said }
}

describe('npm run emulate', () => {
  it('is what the README says it is', () => {
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
    expect(scripts.emulate).toBe('tsx test/emulators/main.ts')
    const readme = readFileSync(join(ROOT, 'test/README.md'), 'utf8')
    expect(readme).toContain('npm run emulate -- zerodha --port 9400')
    const named = [...readme.matchAll(/`\.(\w+)\(|faults\.(\w+)\(/g)].map(([, a, b]) => a ?? b ?? '')
    expect(named.length).toBeGreaterThan(2)
    for (const name of named) expect(Object.keys(ORDERS), name).toContain(name)
  })

  it('prints the settings, what to type and every order, takes orders, and ends when told', async () => {
    const { child, said } = emulate('zerodha', '--port', '0', '--rows', '500')
    await eventually(() => said.out.includes('Ctrl-C'))
    const url = /api_url = "(http:\/\/127\.0\.0\.1:\d+)"/.exec(said.out)?.[1] ?? ''
    expect(said.out).toContain('[feeds.ZERODHA]')
    expect(said.out).toContain(`stream_url = "${url.replace('http', 'ws')}"`)
    expect(said.out).toContain('with 500 instruments')
    for (const name of Object.keys(ORDERS)) expect(said.out).toContain(`${url}/emulator/${name} `)
    const answer = await fetch(`${url}/emulator/silence`, { method: 'POST', body: '{"seconds":1}' })
    expect(await answer.json()).toEqual({ done: 'silence' })
    child.kill('SIGTERM')
    expect(await once(child, 'exit')).toEqual([0, null])
  })

  it('prints how the accounts are made, and where the code of a login that is typed comes from', async () => {
    const { said } = emulate('all', '--port', '0')
    await eventually(() => said.out.includes('Ctrl-C'))
    for (const broker of ['angel', 'flattrade', 'fyers', 'zerodha']) {
      expect(said.out).toContain(`  tickwire account add ${broker}\n`)
      expect(said.out).toMatch(new RegExp(`^  tickwire account login ${broker}\\b`, 'm'))
    }
    const typed = [...said.out.matchAll(/account login (\w+) +# asks for a code: curl -X POST (\S+)$/gm)]
    expect(typed.map(([, broker]) => broker)).toEqual(['angel'])
    const { answer } = (await (await fetch(typed[0]?.[2] ?? '', { method: 'POST' })).json()) as { answer: string }
    expect(answer).toMatch(/^\d{6}$/)
  })

  it('takes all, also among others', async () => {
    const { said } = emulate('zerodha,all', '--port', '0', '--json')
    await eventually(() => said.out.endsWith('\n'))
    expect((JSON.parse(said.out) as { emulators: Told[] }).emulators.length).toBeGreaterThan(1)
  })

  it('starts several, each on a port of its own, and says so to a program in one line', async () => {
    const { said } = emulate('all', '--port', '0', '--json')
    await eventually(() => said.out.endsWith('\n'))
    const { emulators } = JSON.parse(said.out) as { emulators: Told[] }
    const folders = readdirSync(import.meta.dirname).filter(one =>
      existsSync(join(import.meta.dirname, one, 'manifest.ts')),
    )
    expect(emulators.map(({ broker }) => broker)).toContain('zerodha')
    expect(emulators.length).toBe(folders.length)
    expect(new Set(emulators.map(({ origin }) => origin)).size).toBe(emulators.length)
    for (const { broker, settings, credentials, answer } of emulators) {
      const adapter = await loadAdapter({ kind: 'builtin', adapter: broker })
      if (!isSession(adapter)) throw new Error(`${broker} has no session`)
      expect(adapter.settings.safeParse(settings), broker).toMatchObject({ success: true })
      expect(adapter.credentials.safeParse(credentials), broker).toMatchObject({ success: true })
      // Whatever address is left at its default would lead to the broker.
      const left = Object.entries(adapter.settings.parse(settings) as object).filter(([, value]) =>
        /^(https|wss):/.test(String(value)),
      )
      expect(left, broker).toEqual([])
      const given = (await (await fetch(answer, { method: 'POST' })).json()) as { answer?: string }
      if (given.answer !== undefined) expect(adapter.login.readAnswer(given.answer).code, broker).toMatch(/\S/)
    }
  })

  it.each([
    [[], 'Emulated brokers: '],
    [['kite'], 'kite is no emulated broker. Emulated brokers: angel ('],
    [['kite'], 'zerodha (Kite Connect'],
    [['zerodha,kite'], 'or all'],
    [['zerodah'], 'zerodah is no emulated broker; did you mean zerodha? Emulated brokers: '],
    [['al'], 'did you mean all? Emulated'],
    [['nosuch'], '\n  npm run emulate -- BROKER'],
    [['zerodha', '--port', 'x'], '--port is a whole number, not "x"'],
    [['zerodha', '--speed', '2'], "Unknown option '--speed'"],
  ])('%j is refused in a line that names what there is', async (args, words) => {
    const { child, said } = emulate(...args)
    expect(await once(child, 'exit')).toEqual([2, null])
    expect(said.err).toContain(words)
    expect(said.err.trimEnd().split('\n').length).toBe(2)
  })

  it('says that its port is taken', async () => {
    const there = await KiteEmulator.start()
    const { child, said } = emulate('zerodha', '--port', new URL(there.apiUrl).port)
    expect(await once(child, 'exit')).toEqual([2, null])
    expect(said.err).toContain('is taken')
    await there.close()
  })
})

describe('orders over HTTP', () => {
  it('every order does with its example what it says, or says what is wrong', async () => {
    const emulator = await KiteEmulator.start({ tickMs: 0 })
    const post = (name: string, body?: string) =>
      fetch(`${emulator.apiUrl}/emulator/${name}`, { method: 'POST', ...(body === undefined ? {} : { body }) })
    try {
      for (const [name, { example }] of Object.entries(ORDERS).filter(([name]) => name !== 'outage')) {
        const answer = await post(name, example)
        expect(await answer.json(), name).toMatchObject({ done: name })
      }
      expect((await post('dance')).status).toBe(404)
      expect((await post('toString')).status).toBe(404)
      expect((await post('garbage', '{"frames":-1}')).status).toBe(400)
      expect((await post('garbage', '{"frame":1}')).status).toBe(400)
      expect((await post('garbage', '{')).status).toBe(400)
      expect((await fetch(`${emulator.apiUrl}/emulator/drop`)).status).toBe(405)
      await post('outage', '{"seconds":0.1}')
      await holds(async () => expect(await fetch(emulator.apiUrl).catch(() => 'gone')).toBe('gone'))
      await eventually(async () => (await fetch(`${emulator.apiUrl}/emulator`)).ok)
    } finally {
      await emulator.close()
    }
  })

  it('what there is to see holds no token, and a push reaches who subscribed', async () => {
    const emulator = await KiteEmulator.start({ tickMs: 0 })
    const client = new RawClient(emulator, emulator.login())
    try {
      await eventually(() => client.isOpen)
      client.ask('subscribe', [884737])
      await eventually(() => client.messages.length === 1)
      const body = '{"packets":["000d80010000997f"]}'
      const answer = await fetch(`${emulator.apiUrl}/emulator/push`, { method: 'POST', body })
      expect(await answer.json()).toEqual({ done: 'push', reached: 1 })
      await eventually(() => client.messages.length === 2)
      expect(client.messages[1]?.toString('hex')).toBe('00010008000d80010000997f')
      const facts = await (await fetch(`${emulator.apiUrl}/emulator`)).text()
      expect(JSON.parse(facts)).toMatchObject({ connections: [{ open: true, subscribed: 1, requests: 1 }] })
      for (const secret of [emulator.accessToken ?? '', emulator.apiSecret, emulator.apiKey])
        expect(facts).not.toContain(secret)
    } finally {
      client.close()
      await emulator.close()
    }
  })
})
