import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { Failure, Frame } from '../../../../adapters/contract.ts'
import { openSocket, type Socket } from '../../../../adapters/runtime/session/socket.ts'
import { holds } from '../../../support/holds.ts'
import { eventually } from '../../../support/system.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const portOf = (server: { address(): unknown }) => (server.address() as AddressInfo).port

/** Opens a socket and keeps what it tells; `opened` and `ended` wait until it does. */
function open(url: string, headers?: Record<string, string>) {
  const received: Frame[] = []
  let isOpen = false
  let pongs = 0
  let failure: Failure | undefined
  let refusal: Failure | undefined
  const socket: Socket = openSocket(
    { url, ...(headers && { headers }) },
    {
      opened() {
        isOpen = true
      },
      received: frame => void received.push(frame),
      ponged() {
        pongs++
      },
      refused(why) {
        refusal = why
      },
      ended(why) {
        failure = why
      },
    },
  )
  closing.push(() => socket.end())
  return {
    socket,
    received,
    opened: () => eventually(() => isOpen),
    ponged: () => eventually(() => pongs > 0),
    refused: () => eventually(() => refusal),
    ended: () => eventually(() => failure),
    failure: () => failure,
  }
}

async function broker(): Promise<{ server: WebSocketServer; url: string }> {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
  await new Promise(resolve => server.on('listening', resolve))
  closing.push(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  return { server, url: `ws://127.0.0.1:${portOf(server)}` }
}

async function refusing(status: number, headers: Record<string, string>, body: string): Promise<string> {
  const server = createServer()
  server.on('upgrade', (_, socket) => {
    // Whoever has read enough of the answer cuts the connection.
    socket.on('error', () => {})
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    socket.end(`HTTP/1.1 ${status} No\r\n${lines.join('')}Content-Length: ${body.length}\r\n\r\n${body}`)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  return `ws://127.0.0.1:${portOf(server)}`
}

it('carries text as text and bytes as bytes, both ways, with the headers it was given', async () => {
  const { server, url } = await broker()
  const got = new Promise<unknown>(resolve =>
    server.on('connection', (socket, request) => {
      socket.on('message', (bytes: Buffer, isBinary) =>
        resolve([bytes.toString(), isBinary, request.headers['x-kite-version']]),
      )
      socket.send('words')
      socket.send(Buffer.from([0]))
    }),
  )
  const { socket, received, opened } = open(url, { 'x-kite-version': '3' })
  await opened()
  socket.send('{"a":1}')
  expect(await got).toEqual(['{"a":1}', false, '3'])
  await holds(() => expect(received).toEqual(['words', Buffer.from([0])]))
})

it('says how the broker closed it', async () => {
  const { server, url } = await broker()
  server.on('connection', socket => socket.close(4001, 'enough'))
  expect(await open(url).ended()).toEqual({ kind: 'closed', code: 4001, reason: 'enough' })
})

it('pings, and says when that is answered', async () => {
  const { url } = await broker()
  const { socket, opened, ponged } = open(url)
  await opened()
  socket.ping()
  expect(await ponged()).toBe(true)
})

it('says that it was cut without a word', async () => {
  const { server, url } = await broker()
  server.on('connection', socket => socket.terminate())
  expect(await open(url).ended()).toEqual({ kind: 'closed', code: 1006, reason: '' })
})

it('says what a broker answered instead of a socket, and how long it asks to wait', async () => {
  const url = await refusing(429, { 'Retry-After': '7' }, 'slow down')
  expect(await open(url).ended()).toEqual({
    kind: 'handshake',
    status: 429,
    headers: expect.objectContaining({ 'retry-after': '7' }),
    body: 'slow down',
    retryAfterMs: 7000,
  })
})

it('says a refusal at once, however long its words take', async () => {
  const server = createServer()
  server.on('upgrade', (_, socket) => {
    socket.on('error', () => {})
    socket.write('HTTP/1.1 403 No\r\nContent-Length: 10\r\n\r\nab')
    closing.push(() => socket.destroy())
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => server.close())
  const { refused, failure } = open(`ws://127.0.0.1:${portOf(server)}`)
  expect(await refused()).toMatchObject({ kind: 'handshake', status: 403, body: '' })
  expect(failure()).toBeUndefined()
})

it('keeps no more of that answer than a page', async () => {
  const failure = await open(await refusing(500, {}, 'x'.repeat(100_000))).ended()
  expect(failure).toMatchObject({ kind: 'handshake', status: 500, body: 'x'.repeat(4096) })
})

it('says when nobody is there', async () => {
  const server = createTcpServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const port = portOf(server)
  await new Promise(resolve => server.close(resolve))
  expect(await open(`ws://127.0.0.1:${port}`).ended()).toEqual({ kind: 'network', reason: 'ECONNREFUSED' })
})

it('ends at a frame that is longer than any broker sends', async () => {
  const { server, url } = await broker()
  server.on('connection', socket => socket.send(Buffer.alloc(1_100_000)))
  expect(await open(url).ended()).toMatchObject({ kind: 'network', reason: 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH' })
})

it('tells nothing after it was ended, not even that it ended', async () => {
  const { server, url } = await broker()
  const { socket, failure, opened } = open(url)
  await opened()
  const gone = new Promise(resolve => {
    for (const client of server.clients) client.on('close', resolve)
  })
  socket.end()
  await gone
  expect(failure()).toBeUndefined()
})
