import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { TestClient } from '../support/client.ts'
import { eventually, System } from '../support/system.ts'

let system: System

/** As a user installs it, but for the number of connections this test needs from one address. */
class Guarded extends System {
  static override async start(): Promise<System> {
    const system = new Guarded('[proxy]\nworkers = 2\nconnects_per_address_burst = 200\nrefusal_delay_ms = 500\n')
    for (const name of Object.keys(system.env)) if (name.startsWith('TICKWIRE_PROXY_')) delete system.env[name]
    await system.begin(['up', '--port', 'auto'])
    return system
  }
}

beforeAll(async () => {
  system = await Guarded.start()
})

afterAll(() => system?.close())

const enter = async (key = system.key) => {
  const client = await TestClient.open(system.url())
  onTestFinished(() => client.close())
  const reply = await client.ask({ action: 'authenticate', api_key: key, features: [] })
  return { client, reply: JSON.parse(reply.text) }
}

interface Worker {
  readonly pid: number
  readonly state: string
  readonly clients: number
}

const workers = async (): Promise<readonly Worker[]> => {
  const url = `${system.url().replace('ws', 'http')}/status`
  const answer = await fetch(url, { headers: { authorization: `Bearer ${system.key}`, connection: 'close' } })
  return ((await answer.json()) as { workers: readonly Worker[] }).workers
}

/** The first that was let in, however often it takes: places are given back in a moment, not at once. */
const entered = (key?: string) =>
  eventually(async () => {
    const { client, reply } = await enter(key)
    if (reply.status === 'success') return { client, reply }
    client.close()
    return false
  })

describe('limits of a proxy of two workers', () => {
  it('count the connections of a key on both, and a worker that dies gives back what it held', async () => {
    const five: Awaited<ReturnType<typeof enter>>[] = []
    for (let nth = 0; nth < 5; nth++) five.push(await enter())
    expect(five.map(({ reply }) => reply.limits.connections_per_key.used)).toEqual([1, 2, 3, 4, 5])
    const all = await workers()
    expect(all.filter(({ clients }) => clients > 0)).toHaveLength(2)
    // Whichever worker they come to.
    const late = [await enter(), await enter()]
    for (const { reply } of late) {
      expect(reply).toMatchObject({ code: 'LIMIT_REACHED', limit: 'connections_per_key', max: 5, used: 5 })
      expect(reply.held_by).toMatchObject([{ connections: 5 }])
    }
    for (const { client } of late) expect((await client.closed).code).toBe(4429)
    const victim = all[0]
    process.kill(victim?.pid ?? 0, 'SIGKILL')
    const open = () => five.filter(({ client }) => client.isOpen).length
    await eventually(() => open() === five.length - (victim?.clients ?? 0))
    const stayed = open()
    expect(stayed).toBeGreaterThan(0)
    const { reply } = await entered()
    expect(reply.limits.connections_per_key.used).toBe(stayed + 1)
    for (const { client } of five) client.close()
  })

  it('count the symbols of a key on both', async () => {
    await eventually(async () => (await workers()).every(({ state }) => state === 'running'))
    const key = (await system.run('key', 'create', 'second')).out.trim()
    const [one, other] = [await entered(key), await entered(key)]
    await one.client.ask({ action: 'subscribe', symbols: 'NSE:RELIANCE,NSE:TCS', mode: 1 })
    await other.client.ask({ action: 'subscribe', symbols: 'NSE:TCS', mode: 1 })
    const again = await other.client.ask({ action: 'authenticate', api_key: key, features: [] })
    expect(JSON.parse(again.text).limits).toMatchObject({
      symbols_per_key: { limit: 5000, used: 3 },
      connections_per_key: { limit: 5, used: 2 },
    })
  })
})
