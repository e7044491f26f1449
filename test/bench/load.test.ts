import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { holds } from '../support/holds.ts'
import type { Contender } from './contender.ts'
import { tickwire } from './dialect.ts'
import { wallMicros } from './feed/ticks.mjs'
import { Load, type Seen } from './load.ts'
import { allOf } from './script.ts'

const closing: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A server that says yes to everything, and its clients. */
async function stub(): Promise<{ contender: Contender; clients: WebSocket[] }> {
  const clients: WebSocket[] = []
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  closing.push(() => server.close())
  server.on('connection', client => {
    clients.push(client)
    client.on('message', () => client.send('{"status":"success"}'))
  })
  await new Promise(resolve => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const rest = { name: 'stub', pid: process.pid, setRate() {}, ticks: async () => 0, close: async () => {} }
  return { contender: { ...rest, port, dialect: tickwire() }, clients }
}

/** A tick of the first symbol, as old as told. */
const tick = (ltp: number, more = '', ageMicros = 0): string =>
  `{"type":"market_data","symbol":"BENCH0001","exchange":"NSE","mode":2,"data":{"ltp":${ltp},"volume":${wallMicros() - ageMicros}},"broker":"bench"${more}}`

async function loaded(sequence: 'ltp' | 'seq', clients = 1): Promise<{ load: Load; clients: WebSocket[] }> {
  const { contender, clients: sockets } = await stub()
  const load = await Load.start(contender, allOf(clients, 1), { core: undefined, sequence, every: true })
  closing.push(() => load.close())
  return { load, clients: sockets }
}

const seen = (load: Load, isEnough: (seen: Seen) => boolean): Promise<Seen> =>
  holds(async () => {
    const now = await load.report()
    if (!isEnough(now)) throw new Error(`not yet: ${JSON.stringify(now)}`)
    return now
  })

describe('the load client', () => {
  it('counts what every client gets, and nothing that is no tick', async () => {
    const { load, clients } = await loaded('ltp', 3)
    for (const client of clients) for (const ltp of [1, 2]) client.send(tick(ltp))
    clients[0]?.send('{"type":"slow","state":"recovered","folded":3}')
    const { ticks, missing, backward } = await seen(load, one => one.ticks >= 6)
    expect({ ticks, missing, backward }).toEqual({ ticks: 6, missing: 0, backward: 0 })
  })

  it('sees holes, and what came twice', async () => {
    const { load, clients } = await loaded('ltp')
    for (const ltp of [1, 2, 5, 5, 9]) clients[0]?.send(tick(ltp))
    const { missing, holes, backward } = await seen(load, one => one.ticks === 5)
    expect({ missing, holes, backward }).toEqual({ missing: 5, holes: 2, backward: 1 })
  })

  it('keeps the books of the extended protocol', async () => {
    const { load, clients } = await loaded('seq')
    const extended = (seq: number, count: number, more = '') =>
      tick(1, `,"seq":${seq},"epoch":7${more},"count":${count}`)
    const [client] = clients
    client?.send(extended(10, 0, ',"snapshot":true'))
    client?.send(extended(11, 1))
    client?.send(extended(14, 3))
    client?.send('{"type":"gap","symbol":"BENCH0001","exchange":"NSE","mode":2,"epoch":7,"from":15,"to":18,"lost":4}')
    client?.send(extended(19, 1))
    client?.send(extended(19, 0, ',"snapshot":true'))
    const { counts, lost, gaps, advance, backward } = await seen(load, one => one.ticks === 5)
    expect({ counts, lost, gaps, advance, backward }).toEqual({ counts: 5, lost: 4, gaps: 1, advance: 9, backward: 0 })
  })

  it('takes the age of a tick from the stamp in it', async () => {
    const { load, clients } = await loaded('ltp')
    for (const ltp of [1, 2, 3]) clients[0]?.send(tick(ltp, '', 2_000_000))
    const { p50, max } = await seen(load, one => one.ticks === 3)
    expect(p50).toBeGreaterThan(1_950_000)
    expect(max).toBeGreaterThanOrEqual(p50)
  })

  it('tells which connections the server ended', async () => {
    const { load, clients } = await loaded('ltp', 2)
    clients[0]?.terminate()
    expect(await seen(load, one => one.closed > 0)).toMatchObject({ closed: 1, clients: 1 })
  })
})
