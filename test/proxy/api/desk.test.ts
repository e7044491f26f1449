import { once } from 'node:events'
import type { Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Desk, type Hand, type Steps } from '../../../proxy/api/desk.ts'
import { createHttp } from '../../../proxy/httpserver.ts'
import { Requests } from '../../../proxy/requests.ts'
import { forwarders } from '../../../proxy/visitor.ts'
import { Workshop } from '../../../proxy/worklist.ts'
import { systemClock } from '../../../shared/clock.ts'
import { bareApi } from '../../support/api.ts'
import { holds } from '../../support/holds.ts'

const LOG = pino({ enabled: false })
let http: Server
let steps: number
let hand: Hand | undefined
let finish: () => void
let stop: boolean

/** Goes on for as long as somebody lets it. */
function* endless(): Steps<string> {
  while (!stop) {
    steps++
    yield
  }
  return 'done'
}

beforeEach(async () => {
  steps = 0
  hand = undefined
  stop = false
  const until = new Promise<void>(resolve => {
    finish = resolve
  })
  const rooms = { clock: systemClock, workshop: new Workshop(systemClock), limits: { maxSymbolsPerMessage: 1000 } }
  const desk = new Desk(rooms)
  const api = await bareApi()
  api.get('/work', request =>
    desk.serve(request, 2000, given => {
      hand = given
      return given.do(endless())
    }),
  )
  api.get('/wait', request => desk.serve(request, 2000, () => until))
  api.get('/long', request => desk.serve(request, 5000, () => until))
  await api.ready()
  const rules = { isTls: false, isNear: true, origins: [], isForwarder: () => false }
  const respond = (...pair: Parameters<typeof api.routing>) => api.routing(...pair)
  const parts = { log: LOG, forwarders: forwarders([]), rules, respond }
  const requests = new Requests(parts, systemClock, (_, open) => open())
  http = createHttp(requests.take, undefined, LOG)
  await once(http.listen(0, '127.0.0.1'), 'listening')
})

afterEach(() => {
  stop = true
  finish()
  http.close()
})

function ask(path: string) {
  const socket = connect((http.address() as AddressInfo).port, '127.0.0.1')
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer alice\r\n\r\n`)
  return socket
}

describe('requests that take a while', () => {
  it('are not worked at any more when who asked has gone', async () => {
    const socket = ask('/work')
    await holds(() => expect(steps).toBeGreaterThan(100))
    socket.destroy()
    await holds(() => expect(hand?.isGone()).toBe(true))
    const before = steps
    await new Promise(resolve => setImmediate(resolve))
    const after = steps
    for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
    expect(steps).toBe(after)
    expect(after - before).toBeLessThan(100_000)
  })

  it('are refused where those of the key that wait are enough, with the limit, and not when they are answered', async () => {
    const first = ask('/wait')
    const second = ask('/wait')
    const third = await holds(async () => {
      const heard = await text(ask('/wait'))
      expect(heard).toMatch(/^HTTP\/1\.1 429 /)
      return heard
    })
    expect(third).toContain('for 4000 symbols, ticks or entries')
    expect(third).toMatch(/^retry-after: 1\r$/im)
    finish()
    for (const socket of [first, second]) expect(await text(socket)).toMatch(/^HTTP\/1\.1 200 /)
    expect(await text(ask('/wait'))).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('may be longer than that one at a time', async () => {
    const heard = text(ask('/long'))
    finish()
    expect(await heard).toMatch(/^HTTP\/1\.1 200 /)
  })

  it('leave what stands behind them without an answer', async () => {
    const socket = ask('/wait')
    socket.write('GET /wait HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer alice\r\n\r\n')
    finish()
    expect((await text(socket)).match(/HTTP\/1\.1/g)).toHaveLength(1)
  })
})
