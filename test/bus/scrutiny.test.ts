import { beforeEach, describe, expect, it, vi } from 'vitest'
import type { Bus } from '../../bus/bus.ts'
import { Signer } from '../../bus/identity.ts'
import { MemoryExchange } from '../../bus/memory.ts'
import { signBody } from '../../bus/seal.ts'
import { Run } from '../../bus/session.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import { listen } from '../support/bus.ts'
import { guarded, identityOf } from '../support/identity.ts'

const STATUS = 'STATUS_FEED'

let clock: ManualClock
let exchange: MemoryExchange
let rogue: Bus
let feed: Bus
let texts: () => string[]
let dropped: Map<string, number>
let card: Buffer
let count: number
const checks = vi.spyOn(Signer.prototype, 'hasSigned')

const settled = () => new Promise<void>(resolve => void systemClock.soon(resolve))

/** Everything right but the signature; the id of FEED is public. */
function forge(topic: string, bytes: number, from = new Run().card): void {
  const body = Buffer.alloc(bytes)
  const honest = { card: from, count: ++count, signedAt: clock.micros(), name: 'FEED' }
  const seal = signBody(identityOf('FEED'), topic, Buffer.from('something else'), honest)
  rogue.publish(topic, body, seal)
}

beforeEach(async () => {
  clock = new ManualClock()
  exchange = new MemoryExchange()
  rogue = exchange.open()
  dropped = new Map()
  count = 1000
  const onDropped = (_: string, fault: string) => void dropped.set(fault, (dropped.get(fault) ?? 0) + 1)
  const proxy = guarded(exchange.open(), clock, { name: 'P-1', role: 'proxy', onDropped })
  for (const prefix of ['STATUS_', 'STATES_', 'ORDERS_', 'LANE_']) proxy.subscribePrefix(prefix)
  const heard = listen(proxy)
  texts = () => heard.map(({ body }) => body.toString())
  rogue.subscribePrefix('')
  const wire = listen(rogue)
  feed = guarded(exchange.open(), clock, { name: 'FEED', role: 'feed' })
  feed.publish(STATUS, Buffer.from('live'))
  await settled()
  const sealed = wire.at(-1)?.body ?? Buffer.alloc(0)
  card = Buffer.from(sealed.subarray(sealed.length - 153 + 8, sealed.length - 153 + 40))
  checks.mockClear()
})

describe('a writer that floods the bus with forged words', () => {
  it.each([
    [STATUS, 1024 * 1024],
    ['ORDERS_FEED', 64 * 1024],
    ['STATES_FEED', 16 * 1024 * 1024],
    ['LANE_FEED_P-1', 0],
  ])('gets nothing on %s checked that is larger than an honest one', async (topic, most) => {
    forge(topic, most + 1)
    await settled()
    expect([checks.mock.calls.length, dropped]).toEqual([0, new Map([['oversized', 1]])])
    forge(topic, most)
    await settled()
    expect([checks.mock.calls.length, dropped.get('forged')]).toEqual([1, 1])
  })

  it('gets 50 a second checked, and fewer large ones; each is counted', async () => {
    for (let nth = 0; nth < 300; nth++) forge(STATUS, 10)
    await settled()
    expect(checks).toHaveBeenCalledTimes(50)
    expect(dropped).toEqual(
      new Map([
        ['forged', 50],
        ['unread', 250],
      ]),
    )
    checks.mockClear()
    clock.advance(10_000)
    for (let nth = 0; nth < 5; nth++) forge('STATES_FEED', 16 * 1024 * 1024)
    await settled()
    expect(checks).toHaveBeenCalledTimes(1)
  })

  it('silences no feed that is known', async () => {
    for (let nth = 0; nth < 300; nth++) forge(STATUS, 10)
    feed.publish(STATUS, Buffer.from('quiet'))
    await settled()
    expect(texts()).toEqual(['live', 'quiet'])
  })

  it('with the card of a known run gets 200 checked, and silences it for milliseconds', async () => {
    for (let nth = 0; nth < 1000; nth++) forge(STATUS, 10, card)
    await settled()
    expect(checks).toHaveBeenCalledTimes(200)
    clock.advance(10)
    feed.publish(STATUS, Buffer.from('quiet'))
    await settled()
    expect(texts()).toEqual(['live', 'quiet'])
  })

  it('does not keep a feed that has just started from being heard once it ends', async () => {
    for (let nth = 0; nth < 300; nth++) forge(STATUS, 10)
    await settled()
    clock.advance(25)
    guarded(exchange.open(), clock, { name: 'FEED', role: 'feed' }).publish(STATUS, Buffer.from('anew'))
    await settled()
    expect(texts()).toEqual(['live', 'anew'])
  })

  it('costs what is honest nothing, however much it is', async () => {
    for (let nth = 0; nth < 500; nth++) feed.publish(STATUS, Buffer.from('live'))
    await settled()
    expect(texts()).toHaveLength(501)
  })
})
