import { once } from 'node:events'
import type { Server, ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createHttp } from '../../proxy/httpserver.ts'
import { Requests } from '../../proxy/requests.ts'
import { forwarders } from '../../proxy/visitor.ts'
import { ManualClock } from '../../shared/clock.ts'
import { until } from '../support/bus.ts'

const LOG = pino({ enabled: false })
/** More than the kernels at both ends take for who reads nothing. */
const LONG = Buffer.alloc(32_000_000, 'x')

let http: Server
let clock: ManualClock
let requests: Requests
let asked: ServerResponse[]
/** The far ends of connections, here. */
let sockets: Socket[]

beforeEach(async () => {
  clock = new ManualClock()
  asked = []
  sockets = []
  const rules = { isTls: false, isNear: true, origins: [], isForwarder: () => false }
  const respond = (_: unknown, response: ServerResponse) => void asked.push(response)
  requests = new Requests({ log: LOG, forwarders: forwarders([]), rules, respond }, clock, (_, open) => open())
  http = createHttp(requests.take, undefined, LOG)
  http.on('connection', socket => sockets.push(socket))
  await once(http.listen(0, '127.0.0.1'), 'listening')
})

afterEach(() => {
  http.closeAllConnections()
  http.close()
})

/** Asks, and reads nothing of the answer. */
async function ask(head = ''): Promise<{ response: ServerResponse; client: Socket; socket: Socket }> {
  const nth = asked.length
  const client = connect((http.address() as AddressInfo).port, '127.0.0.1').on('error', () => {})
  client.pause()
  client.write(`GET / HTTP/1.1\r\nHost: a\r\n${head}\r\n`)
  await until('it is asked', () => asked.length > nth)
  const [response, socket] = [asked[nth], sockets[nth]]
  if (!response || !socket) throw new Error('nobody asked')
  return { response, client, socket }
}

describe('a request', () => {
  it.each(['100-continue', 'foo'])('that expects %s is one like any other, and the only one', async what => {
    const { response, client } = await ask(`Expect: ${what}\r\n`)
    response.end('here')
    const heard = await text(client)
    expect(heard).toMatch(/^connection: close\r$/im)
    expect(heard).toMatch(/here$/)
  })
})

describe('an answer', () => {
  it('that is not read within 15 s ends its connection', async () => {
    const { response, socket } = await ask()
    response.end(LONG)
    clock.advance(14_900)
    expect(socket.destroyed).toBe(false)
    // 32 MB: so much longer has who reads at least 32 kB of it in a second.
    clock.advance(980_000)
    expect(socket.destroyed).toBe(false)
    clock.advance(10_000)
    expect(socket.destroyed).toBe(true)
  })

  it('has less time the fewer places there are', async () => {
    requests.crowd = 1
    const { response, socket } = await ask()
    response.end(LONG)
    clock.advance(1100)
    expect(socket.destroyed).toBe(true)
  })

  it('that is still being made has its time all the same', async () => {
    requests.crowd = 1
    const { socket } = await ask()
    clock.advance(14_900)
    expect(socket.destroyed).toBe(false)
    clock.advance(200)
    expect(socket.destroyed).toBe(true)
  })

  it('that has become a stream of events goes on', async () => {
    const { response, socket } = await ask()
    response.writeHead(200).flushHeaders()
    requests.release(socket)
    clock.advance(3_600_000)
    expect(socket.destroyed).toBe(false)
  })
})
