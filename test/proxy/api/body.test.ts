import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createHttp } from '../../../proxy/httpserver.ts'
import { Requests } from '../../../proxy/requests.ts'
import { forwarders } from '../../../proxy/visitor.ts'
import { systemClock } from '../../../shared/clock.ts'
import { bareApi } from '../../support/api.ts'

const LOG = pino({ enabled: false })
let http: Server
let asked = 0

beforeAll(async () => {
  const api = await bareApi()
  const schema = { body: z.object({ symbols: z.array(z.string()) }) }
  api.post('/echo', { config: { access: { isOpen: true } }, schema }, async request => {
    asked++
    return request.body.symbols
  })
  await api.ready()
  const rules = { isTls: false, isNear: true, origins: [], isForwarder: () => false }
  const respond = (...pair: Parameters<typeof api.routing>) => api.routing(...pair)
  const requests = new Requests({ log: LOG, forwarders: forwarders([]), rules, respond }, systemClock, (_, open) =>
    open(),
  )
  http = createHttp(requests.take, undefined, LOG)
  await once(http.listen(0, '127.0.0.1'), 'listening')
})

afterAll(() => http.close())

const reach = () => connect((http.address() as AddressInfo).port, '127.0.0.1')
const head = (length: number) => `POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`
const BODY = '{"symbols":["TCS"]}'

describe('a body', () => {
  it('is read where a route takes one, in one piece or in many', async () => {
    for (const pieces of [[head(BODY.length) + BODY], [head(BODY.length), '{"symb', 'ols":["TCS"]}']]) {
      const socket = reach()
      for (const piece of pieces) await new Promise<void>(resolve => socket.write(piece, () => resolve()))
      const heard = await text(socket)
      expect(heard).toMatch(/^HTTP\/1\.1 200 /)
      expect(heard).toMatch(/\["TCS"\]\n$/)
      expect(heard).toMatch(/^connection: close\r$/im)
    }
  })

  it('is all that is read: what stands behind it gets no answer', async () => {
    const before = asked
    const socket = reach().on('error', () => {})
    socket.write((head(BODY.length) + BODY).repeat(50))
    const heard = await text(socket).catch(() => '')
    expect(heard.match(/^HTTP\/1\.1 /gm)?.length ?? 0).toBeLessThan(2)
    expect(asked - before).toBe(1)
  })

  it('too long is refused by its head alone, and while it comes', async () => {
    const told = reach()
    told.write(head(1_000_000))
    expect(await text(told)).toMatch(/^HTTP\/1\.1 413 [\s\S]*a body may have 65536 bytes/)
    const chunked = reach().on('error', () => {})
    chunked.write('POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n')
    chunked.write(`${(70_000).toString(16)}\r\n${'x'.repeat(70_000)}\r\n`)
    expect(await text(chunked)).toMatch(/^HTTP\/1\.1 413 /)
  })

  it('that is none is refused, and reaches no prototype', async () => {
    const post = (body: string) =>
      fetch(`http://127.0.0.1:${(http.address() as AddressInfo).port}/echo`, { method: 'POST', body })
    expect(await (await post('{')).json()).toMatchObject({ code: 'INVALID_JSON' })
    expect(await (await post('')).json()).toMatchObject({ error: expect.stringContaining('send a JSON body') })
    expect(await (await post('{"symbols":"TCS"}')).json()).toMatchObject({
      error: expect.stringContaining('symbols=TCS'),
    })
    expect((await post('{"__proto__":{"polluted":1},"symbols":[]}')).status).toBe(200)
    expect({}).not.toHaveProperty('polluted')
  })
})
