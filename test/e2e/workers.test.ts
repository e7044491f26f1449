import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { systemCode } from '../../shared/errors.ts'
import { TestClient } from '../support/client.ts'
import { eventually, isAlive, Processes, System } from '../support/system.ts'

interface Status {
  readonly proxy: { readonly busConnected: boolean; readonly startedAt: number; readonly topics: number }
  readonly workers: readonly {
    readonly id: number
    readonly pid: number
    readonly state: string
    readonly clients: number
  }[]
  readonly clients: Readonly<Record<string, number>>
  readonly ticks: Readonly<Record<string, number>>
  readonly events: readonly { readonly name: string; readonly text: string }[]
}

let system: System
let clients: TestClient[] = []

beforeAll(async () => {
  system = await System.start('[proxy]\nworkers = 2\n[feeds.SIMULATOR]\nrate = 2000\n')
})

afterAll(() => system?.close())

/** Each on a connection of its own: one that is kept open stays with its worker, also when that one hangs. */
const ask = (url: string, path: string, key: string) =>
  fetch(`${url.replace('ws', 'http')}${path}`, { headers: { authorization: `Bearer ${key}`, connection: 'close' } })

const http = (path: string, key = system.key) => ask(system.url(), path, key)

const status = async (): Promise<Status> => (await (await http('/status')).json()) as Status

const held = async () => (await status()).workers.map(worker => worker.clients)

async function enter(key = system.key): Promise<TestClient> {
  const client = await TestClient.open(system.url())
  clients.push(client)
  onTestFinished(leave)
  await client.ask({ action: 'authenticate', api_key: key })
  return client
}

/** One on each: of two at once, the door gives the second to the worker that has not got the first. */
const enterBoth = () => Promise.all([enter(), enter()])

/** All that entered in this test go, and the proxy has noticed. */
async function leave(): Promise<void> {
  if (clients.length === 0) return
  for (const client of clients) client.close()
  clients = []
  await eventually(async () => (await held()).every(count => count === 0))
}

/** The process of one worker, running. */
const pidOf = async (id: number): Promise<number | undefined> => {
  const worker = (await status()).workers.find(one => one.id === id)
  return worker?.state === 'running' ? worker.pid : undefined
}

describe('a proxy of two workers', () => {
  it('spreads its clients over both, and the last to come to the emptier one', async () => {
    const url = system.url()
    const many = await Promise.all(Array.from({ length: 200 }, () => TestClient.open(url)))
    clients.push(...many)
    onTestFinished(leave)
    await eventually(async () => (await status()).clients.clients === 200)
    const [first = 0, second = 0] = await held()
    expect(first + second).toBe(200)
    expect(Math.max(first, second)).toBeLessThanOrEqual(120)
  })

  it('gives the same prices in the same order to clients of both', async () => {
    const [one, other] = await enterBoth()
    expect(await held()).toEqual([1, 1])
    for (const client of [one, other])
      await client.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 'Quote' })
    await eventually(() => Math.min(one.ticks.length, other.ticks.length) >= 40)
    const texts = other.ticks.map(({ text }) => text)
    const shared = one.ticks.map(({ text }) => text).filter(text => texts.includes(text))
    expect(shared.length).toBeGreaterThan(20)
    const from = texts.indexOf(shared[0] ?? '')
    expect(texts.slice(from, from + shared.length)).toEqual(shared)
  })

  it('counts over both, whichever is asked', async () => {
    const both = await enterBoth()
    for (const client of both) await client.ask({ action: 'subscribe', symbols: 'NSE:TCS,NSE:SBIN', mode: 'LTP' })
    for (let nth = 0; nth < 4; nth++) {
      const { clients: counts, workers, proxy } = await status()
      expect(counts).toMatchObject({ clients: 2, authenticated: 2, subscriptions: 4 })
      expect(workers.map(({ id, clients }) => [id, clients])).toEqual([
        [1, 1],
        [2, 1],
      ])
      expect(proxy).toMatchObject({ busConnected: true, topics: 4 })
    }
    expect(new Set((await status()).workers.map(({ pid }) => pid))).not.toContain(system.child('proxy').pid)
    const said = await system.run('status', '--format', 'table')
    expect(said.out).toMatch(/Workers {2}1 \(process \d+\) has 1, 2 \(process \d+\) has 1\n/)
    expect(said.code).toBe(0)
  })

  it('takes a revoked key’s connections away on both within a second', async () => {
    const made = await system.run('key', 'create', 'bot')
    const key = made.out.trim()
    const [one, other, stranger] = [await enter(key), await enter(key), await enter()]
    const id = /tw_live_([^_]+)_/.exec(key)?.[1] ?? ''
    const revoked = system.run('key', 'revoke', id)
    const codes = Promise.all([one.closed, other.closed])
    await revoked
    const late = new Promise(resolve => setTimeout(resolve, 1000, 'late'))
    expect(await Promise.race([codes, late])).toMatchObject([{ code: 4403 }, { code: 4403 }])
    expect(stranger.isOpen).toBe(true)
  })

  it('cuts off whoever connects and says nothing, as one process does', async () => {
    const { hostname, port } = new URL(system.url())
    const silent = connect(Number(port), hostname)
    const ended = new Promise(resolve => silent.once('close', resolve))
    silent.resume()
    await ended
  }, 12_000)

  it('replaces a killed worker within 2 s, and clients of the other notice nothing', async () => {
    const both = await enterBoth()
    for (const client of both) {
      await client.ask({
        action: 'subscribe',
        symbols: 'NSE:RELIANCE,NSE:TCS,NSE:SBIN,NSE:ITC,NSE:M&M,NSE_INDEX:NIFTY',
      })
      await client.ask({ action: 'subscribe', symbol: 'INFY', exchange: 'NSE' })
    }
    await eventually(() => both.every(client => client.ticks.length > 150))
    // What the survivor gets meanwhile shall not make up for what the other was given before.
    for (const client of both)
      await client.ask({
        action: 'unsubscribe',
        symbols: 'NSE:RELIANCE,NSE:TCS,NSE:SBIN,NSE:ITC,NSE:M&M,NSE_INDEX:NIFTY',
      })
    const delivered = (await status()).clients.delivered ?? 0
    const pid = (await pidOf(1)) ?? 0
    process.kill(pid, 'SIGKILL')
    await eventually(async () => {
      const now = await pidOf(1)
      return now !== undefined && now !== pid
    })
    await eventually(() => both.filter(client => client.isOpen).length === 1)
    const survivor = both.find(client => client.isOpen)
    const seen = survivor?.ticks.length ?? 0
    await eventually(() => (survivor?.ticks.length ?? 0) > seen + 10)
    expect(await held()).toEqual([0, 1])
    const { clients: counts, events } = await status()
    expect(counts.delivered).toBeGreaterThanOrEqual(delivered)
    expect(events.map(({ name }) => name)).not.toContain('proxy-1')
    const said = await system.run('status', '--format', 'json')
    const told: readonly { at: number; name: string; text: string }[] = JSON.parse(said.out).events
    const [died, back] = told.filter(({ name }) => name === 'proxy-1')
    expect([died?.text, back?.text]).toEqual(['died: killed by SIGKILL; starts again in 100 ms', 'back'])
    expect((back?.at ?? 0) - (died?.at ?? 0)).toBeLessThan(2000)
    expect(system.up.err).toMatch(/"process":"proxy".*proxy-1 died: killed by SIGKILL/)
    expect(system.up.err).toMatch(/"process":"proxy-2".*feed SIMULATOR is live/)
    // The supervisor has nothing to do with it.
    expect(system.child('proxy').restarts).toBe(0)
  })

  it('lets nobody wait for a worker that hangs, says it is not ready, and replaces it', async () => {
    await eventually(async () => (await http('/readyz')).status === 200)
    const pid = (await pidOf(1)) ?? 0
    process.kill(pid, 'SIGSTOP')
    onTestFinished(() => {
      try {
        process.kill(pid, 'SIGCONT')
      } catch (error) {
        expect(systemCode(error)).toBe('ESRCH')
      }
    })
    const from = performance.now()
    const url = system.url()
    clients.push(...(await Promise.all(Array.from({ length: 50 }, () => TestClient.open(url)))))
    onTestFinished(leave)
    expect(performance.now() - from).toBeLessThan(4000)
    const ready = await http('/readyz')
    expect([ready.status, await ready.text()]).toEqual([503, 'not ready: worker 1 is silent\n'])
    expect((await http('/livez')).status).toBe(200)
    await eventually(async () => (await http('/readyz')).status === 200)
    expect(isAlive(pid)).toBe(false)
    expect(await held()).toEqual([0, 50])
  })

  it('ends with its parent, which leaves its workers no way to stay', async () => {
    const before = [await pidOf(1), await pidOf(2)]
    expect((await system.kill('proxy')).restarts).toBe(1)
    await eventually(() => before.every(pid => pid !== undefined && !isAlive(pid)))
    await eventually(async () => (await http('/readyz')).status === 200)
    const after = [await pidOf(1), await pidOf(2)]
    const said = await system.up.stop()
    expect(said.code).toBe(0)
    expect(after.every(pid => pid !== undefined && !isAlive(pid))).toBe(true)
  })
})

describe('a proxy of workers without a supervisor', () => {
  /** Workers of a proxy that was started by itself, without a bus. */
  async function start(there = new Processes()) {
    onTestFinished(() => there.remove())
    const proxy = there.start(['proxy', '--port', 'auto', '--workers', '2'])
    onTestFinished(() => void proxy.child.kill('SIGKILL'))
    // A file of an earlier proxy may still be there.
    await eventually(() => (there.runFile('proxy') as { pid?: number } | undefined)?.pid === proxy.child.pid)
    const key = (await there.run('key', 'create', 'bot')).out.trim()
    const workers = async () => ((await (await ask(there.url(), '/status', key)).json()) as Status).workers
    return { there, proxy, workers }
  }

  it('ends on SIGTERM with all of them, and exits with 0', async () => {
    const { there, proxy, workers } = await start()
    const pids = (await workers()).map(({ pid }) => pid)
    expect((await proxy.stop()).code).toBe(0)
    expect(pids.filter(isAlive)).toEqual([])
    expect(there.hasProxy()).toBe(false)
  })

  it('ends when a worker does not stay alive, says why, and leaves none behind', async () => {
    const { proxy, workers } = await start()
    const killed = new Set<number>()
    let other = 0
    while (killed.size < 5) {
      const pid = await eventually(async () => {
        const [first, second] = await workers()
        other = second?.pid ?? 0
        return first?.state === 'running' && !killed.has(first.pid) && first.pid
      })
      process.kill(pid, 'SIGKILL')
      killed.add(pid)
    }
    const { code, err } = await proxy.done
    expect(code).toBe(1)
    expect(err).toContain('error UNEXPECTED: Worker 1 of the proxy does not stay alive: killed by SIGKILL')
    expect(isAlive(other)).toBe(false)
  })

  it('ends a worker that hung when its own parent was killed', async () => {
    const there = new Processes()
    const { proxy, workers } = await start(there)
    const [first] = await workers()
    const hung = first?.pid ?? 0
    process.kill(hung, 'SIGSTOP')
    const gone = new Promise(resolve => proxy.child.once('exit', resolve))
    proxy.child.kill('SIGKILL')
    await gone
    expect(isAlive(hung)).toBe(true)
    const next = await start(there)
    // Whoever takes in orphans may let a dead one wait for its burial.
    await eventually(() => !isAlive(hung))
    expect(next.proxy.err).toContain(`proxy-1 of an earlier proxy (process ${hung}) did not end by itself: killed`)
    expect((await next.proxy.stop()).code).toBe(0)
  })

  it('refuses to be a worker by hand', async () => {
    const there = new Processes()
    onTestFinished(() => there.remove())
    const { code, err } = await there.run('proxy', '--worker', '1')
    expect([code, err]).toEqual([
      2,
      'error USAGE: A worker of the proxy is started by the proxy\nnext: tickwire proxy --workers N\n',
    ])
  })
})
