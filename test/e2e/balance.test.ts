import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { symbolName } from '../bench/feed/ticks.mjs'
import { System } from '../bench/system.ts'
import { holds } from '../support/holds.ts'
import { Ledger } from '../support/ledger.ts'
import { eventually } from '../support/system.ts'

const SYMBOLS = 40
const NAMES = Array.from({ length: SYMBOLS }, (_, index) => symbolName(index))

let system: System
let clients: Client[]

beforeEach(async () => {
  clients = []
  system = await System.start({ symbols: SYMBOLS, core: undefined })
})

afterEach(async () => {
  for (const client of clients) client.socket.terminate()
  await system.close()
})

/** A client that keeps books of all it is sent. */
class Client {
  readonly ledger = new Ledger()
  readonly notices: Record<string, unknown>[] = []
  readonly socket: WebSocket

  constructor(url: string) {
    this.socket = new WebSocket(url)
    this.socket.on('message', (bytes: Buffer) => this.#read(JSON.parse(bytes.toString())))
  }

  #read(message: Record<string, unknown>): void {
    if (Array.isArray(message) || message.type === 'market_data' || message.type === 'gap') this.ledger.read(message)
    else this.notices.push(message)
  }

  say(message: object): void {
    this.socket.send(JSON.stringify(message))
  }

  /** How far each symbol is. */
  get places(): (number | undefined)[] {
    return NAMES.map(name => this.ledger.accounts.get(`NSE:${name}:2`)?.seq)
  }
}

/** Authenticates, asks for everything, and has a first value of it all. */
async function enter(wish: object = {}, features: readonly string[] = []): Promise<Client> {
  const client = new Client(`ws://127.0.0.1:${system.port}`)
  clients.push(client)
  await eventually(() => client.socket.readyState === WebSocket.OPEN)
  client.say({ action: 'authenticate', api_key: system.key, features: ['seq', 'count', 'gap', 'slow', ...features] })
  client.say({ action: 'subscribe', symbols: NAMES.map(symbol => ({ symbol, exchange: 'NSE' })), mode: 2, ...wish })
  await eventually(() => client.places.every(place => place !== undefined))
  return client
}

/** Every publication is accounted for, up to the last one: all ticks but the first, which came before anybody asked. */
async function balanced(client: Client): Promise<void> {
  const totals = await system.totals()
  await holds(() => expect(client.places).toEqual(totals.map(total => total - 1)))
  expect(client.ledger.errors.slice(0, 3)).toEqual([])
  expect(client.ledger.closes).toBe(true)
}

const ticked = async (count: number) => {
  const before = await system.ticks()
  await eventually(async () => (await system.ticks()) - before >= count)
}

describe('published = delivered + folded + told lost', () => {
  it('whatever a client asked for, and though it stops reading for a while', async () => {
    const every = await enter()
    const latest = await enter({ policy: 'latest' })
    const paced = await enter({ interval_ms: 50 })
    const batched = await enter({}, ['batch'])
    const slow = await enter()
    system.setRate(5000)
    await ticked(2000)
    slow.socket.pause()
    await eventually(() => slow.socket.isPaused)
    // More than any kernel buffers for who does not read.
    system.setRate(20_000)
    await ticked(80_000)
    slow.socket.resume()
    await ticked(5000)
    system.setRate(0)
    for (const client of clients) await balanced(client)
    expect(every.ledger.total).toMatchObject({ lost: 0 })
    expect([latest.ledger.total.lost, batched.ledger.total.lost]).toEqual([0, 0])
    expect(paced.ledger.total.folded).toBeGreaterThan(paced.ledger.total.delivered)
    expect(slow.ledger.total.folded).toBeGreaterThan(0)
    expect(slow.notices.map(({ state }) => state)).toEqual(expect.arrayContaining(['folding', 'recovered']))
  })

  it('though the proxy stands still for two seconds at 50,000 ticks a second, and all topics fall silent then', async () => {
    const [every, paced] = [await enter(), await enter({ interval_ms: 100 })]
    system.setRate(50_000)
    await ticked(20_000)
    process.kill(system.pid, 'SIGSTOP')
    await ticked(100_000)
    system.setRate(0)
    process.kill(system.pid, 'SIGCONT')
    for (const client of [every, paced]) await balanced(client)
    expect(every.ledger.total.lost).toBeGreaterThan(0)
  })

  it('though the publisher is killed: what nobody can know is said to be open', async () => {
    const client = await enter()
    system.setRate(1000)
    await ticked(500)
    process.kill(system.adapter.pid, 'SIGKILL')
    await eventually(() => system.adapter.hasEnded)
    expect(client.ledger.errors).toEqual([])
    expect(client.ledger.closes).toBe(true)
  })
})
