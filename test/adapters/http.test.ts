import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createHttp } from '../../adapters/http.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { rejection } from '../support/failure.ts'
import { holds } from '../support/holds.ts'

const LIMITS = { timeoutMs: 5000, maxBytes: 1000 }
const http = createHttp(LIMITS)
/** Whatever of it comes back in an error is a leak. */
const SECRET = 'canary-4711'

let stop = async () => {}

async function serve(listener: RequestListener): Promise<string> {
  const server: Server = createServer(listener)
  stop = () =>
    new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  onTestFinished(stop)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const secretive = (url: string) =>
  ({
    method: 'POST',
    url: `${url}/${SECRET}?token=${SECRET}`,
    headers: { authorization: SECRET },
    body: SECRET,
  }) as const

describe('an answer', () => {
  it('comes whole, whatever its status, with headers in lower case', async () => {
    const url = await serve((request, response) => {
      let asked = `${request.method} ${request.url} ${request.headersDistinct['x-kite-version']?.join()} `
      request.on('data', (text: Buffer) => {
        asked += text
      })
      request.on('end', () => response.writeHead(418, { 'X-Kind': 'Teapot' }).end(asked))
    })
    const answer = await http({ method: 'POST', url: `${url}/a?b=c`, headers: { 'X-Kite-Version': '3' }, body: 'd=e' })
    expect(answer).toMatchObject({ status: 418, headers: { 'x-kind': 'Teapot' } })
    expect(Buffer.from(answer.body).toString()).toBe('POST /a?b=c 3 d=e')
  })

  it('is unpacked, and may be empty', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/empty') response.writeHead(204).end()
      else response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync('NSE,RELIANCE'))
    })
    expect(Buffer.from((await http({ method: 'GET', url })).body).toString()).toBe('NSE,RELIANCE')
    expect((await http({ method: 'GET', url: `${url}/empty` })).body).toHaveLength(0)
  })

  it('that cannot be unpacked to its end is none, and holds nobody up beyond the limit', async () => {
    // Long enough that it is not unpacked in one go.
    const packed = gzipSync(Array.from({ length: 20_000 }, (_, row) => `${row},NSE,SHARE${row}`).join('\n'))
    packed.fill(0, packed.length - 8)
    const url = await serve((_, response) => response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(packed))
    const error = await rejection(createHttp({ timeoutMs: 300, maxBytes: 1_000_000 })({ method: 'GET', url }))
    expect(error).toMatchObject({ code: 'BROKER_UNREACHABLE' })
  })

  it('that sends elsewhere is an answer: nobody goes there', async () => {
    let asked = 0
    const url = await serve((_, response) => {
      asked++
      response.writeHead(302, { Location: '/elsewhere' }).end()
    })
    expect(await http({ method: 'GET', url })).toMatchObject({ status: 302, headers: { location: '/elsewhere' } })
    expect(asked).toBe(1)
  })
})

describe('BROKER_UNREACHABLE', () => {
  it('when nobody listens, with the host and the system’s word, and nothing of what was sent', async () => {
    const url = await serve((_, response) => response.end())
    await http({ method: 'GET', url })
    await stop()
    const error = await rejection(http(secretive(url)))
    expect(error).toMatchObject({ code: 'BROKER_UNREACHABLE', next: expect.stringContaining('network') })
    expect(error.message).toBe(`${new URL(url).host} cannot be reached: ECONNREFUSED`)
    expect(inspect(error, { showHidden: true })).not.toContain(SECRET)
  })

  it('when the host has no address', async () => {
    // Some resolvers take as long to say so as the limit of an answer.
    const patient = createHttp({ ...LIMITS, clock: new ManualClock() })
    const error = await rejection(patient({ method: 'GET', url: 'http://no-such-host.invalid/' }))
    expect(error.message).toMatch(/^no-such-host\.invalid cannot be reached: E[A-Z_]+$/)
  })

  it('when the connection breaks off, before and within the answer', async () => {
    const url = await serve((request, response) => {
      if (request.url === '/within') response.writeHead(200, { 'Content-Length': '50' }).write('half')
      request.socket.end()
    })
    for (const path of ['/before', '/within']) {
      const error = await rejection(http({ method: 'GET', url: url + path }))
      expect(error.code).toBe('BROKER_UNREACHABLE')
      expect(error.message).toMatch(/^127\.0\.0\.1:\d+ cannot be reached: (the connection broke off|ECONNRESET)$/)
    }
  })

  it.each([
    ['nothing', () => {}],
    ['the beginning of a body', (_, response) => response.writeHead(200).write('half')],
  ] satisfies [string, RequestListener][])('when %s is all that comes within the limit', async (_, listener) => {
    const clock = new ManualClock()
    let arrived = () => {}
    const came = new Promise<void>(resolve => {
      arrived = resolve
    })
    const url = await serve((request, response) => {
      listener(request, response)
      arrived()
    })
    const pending = rejection(createHttp({ ...LIMITS, clock })({ method: 'GET', url }))
    await came
    clock.advance(5000)
    expect((await pending).message).toMatch(/^127\.0\.0\.1:\d+ has not answered within 5 s$/)
  })

  it('when the body is larger than the limit, also unpacked; the rest is not read', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000))
    let isCut = false
    const url = await serve((request, response) => {
      if (request.url === '/bomb') response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(bomb)
      else {
        response.on('close', () => {
          isCut = !response.writableFinished
        })
        const more = () => {
          while (!response.destroyed && response.write('x'.repeat(100))) {}
          if (!response.destroyed) response.once('drain', more)
        }
        more()
      }
    })
    for (const path of ['/bomb', '/endless']) {
      const error = await rejection(http({ method: 'GET', url: url + path }))
      expect(error.message).toMatch(/answers with more than 1000 bytes, which is the limit$/)
    }
    await holds(() => expect(isCut).toBe(true))
  })
})

describe('BROKER_REFUSED', () => {
  it.each([
    ['a header that cannot be sent', { method: 'GET', url: 'http://127.0.0.1:1/', headers: { a: `${SECRET}\nb` } }],
    ['an address that is none', { method: 'GET', url: `http://${SECRET}:x/` }],
  ] as const)('for %s, and says nothing of it', async (_, request) => {
    const error = await rejection(http(request))
    expect(error.code).toBe('BROKER_REFUSED')
    expect(inspect(error, { showHidden: true })).not.toContain(SECRET)
  })
})

it('leaves no timer behind', async () => {
  const cancelled: boolean[] = []
  const clock = { ...systemClock, after: () => () => cancelled.push(true) }
  const url = await serve((_, response) => response.end('x'))
  await createHttp({ ...LIMITS, clock })({ method: 'GET', url })
  expect(cancelled).toEqual([true])
})
