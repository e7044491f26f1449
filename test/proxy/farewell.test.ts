import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Guest, sayFarewell } from '../../proxy/farewell.ts'
import { ManualClock } from '../../shared/clock.ts'
import { pass } from '../adapters/runtime/rig.ts'
import { until } from '../support/bus.ts'
import { CLOSE, RawClient } from '../support/clientraw.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'

/** A clock, guests by number, and when each of them left. */
function party(size: number, waiting: (nth: number) => number = () => 0) {
  const clock = new ManualClock(0)
  const left = new Map<number, number>()
  const hushed: number[] = []
  const said: string[] = []
  const guests = Array.from(
    { length: size },
    (_, nth): Guest => ({
      isToldOfEnds: nth % 2 === 0,
      get waitingBytes() {
        return waiting(nth)
      },
      say: text => said.push(text),
      flush() {},
      hush: () => hushed.push(nth),
      dismiss: () => left.set(nth, clock.monotonic()),
    }),
  )
  let seed = 7
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647
    return seed / 2_147_483_647
  }
  let over = false
  const begin = (drainMs: number) =>
    void sayFarewell({ guests, why: 'restart', drainMs, clock, random }).then(() => {
      over = true
    })
  return { clock, left, hushed, said, begin, isOver: () => over }
}

describe('a farewell', () => {
  it('spreads a crowd evenly over the whole time, in an order of its own', async () => {
    const { clock, left, begin, isOver } = party(10_000)
    begin(5000)
    await pass(clock, 2500, 20)
    expect(left.size).toBeGreaterThan(4800)
    expect(left.size).toBeLessThan(5200)
    await pass(clock, 2600, 20)
    expect([left.size, isOver()]).toEqual([10_000, true])
    const order = [...left.keys()]
    expect(order).not.toEqual([...order].sort((a, b) => a - b))
    const times = [...left.values()]
    for (let at = 0; at < 5000; at += 1000)
      expect(times.filter(time => time >= at && time < at + 1000).length).toBeLessThan(2100)
  })

  it('is over at once for a few', async () => {
    const { clock, left, begin, isOver } = party(3)
    begin(5000)
    await pass(clock, 20, 1)
    expect([left.size, isOver()]).toEqual([3, true])
  })

  it('tells who asked for it when to come back, each another time within 10 s', () => {
    const { said, begin } = party(200)
    begin(5000)
    const times = said.map(text => JSON.parse(text).reconnect_after_ms as number)
    expect(said).toHaveLength(100)
    expect(JSON.parse(said[0] ?? '')).toEqual({
      type: 'server_shutdown',
      reason: 'restart',
      reconnect_after_ms: expect.any(Number),
    })
    expect(new Set(times).size).toBeGreaterThan(95)
    expect(Math.min(...times)).toBeLessThan(1000)
    expect(Math.max(...times)).toBeGreaterThan(9000)
    expect(times.every(ms => ms >= 0 && ms < 10_000)).toBe(true)
  })

  it('gives one that reads slowly two seconds for what waits, and nothing new', async () => {
    let waits = 1000
    const { clock, left, hushed, begin, isOver } = party(2, nth => (nth === 0 ? waits : 500))
    begin(0)
    await pass(clock, 1000, 20)
    expect([left.size, hushed]).toEqual([0, expect.arrayContaining([0, 1])])
    waits = 0
    await pass(clock, 40, 20)
    expect([...left.keys()]).toEqual([0])
    await pass(clock, 1000, 20)
    expect(left.get(1)).toBe(2000)
    expect(isOver()).toBe(true)
  })
})

describe('a proxy that is told to end', () => {
  let rig: ProxyRig

  beforeEach(async () => {
    rig = await startRig()
  })
  afterEach(() => rig.close())

  it('tells who asked for it and closes with 1012; a classic client gets no close frame', async () => {
    const [told, classic] = [await rig.connect(), await RawClient.open(rig.port)]
    await told.ask({ action: 'authenticate', api_key: rig.keys.alice, features: ['shutdown'] })
    classic.send({ action: 'authenticate', api_key: rig.keys.alice })
    await classic.received(1)
    await rig.stop('stop')
    expect((await told.closed).code).toBe(1012)
    expect(told.frames.at(-1)).toMatchObject({ type: 'server_shutdown', reason: 'stop' })
    await until('the classic client is cut', () => classic.hasEnded)
    expect(classic.frames.filter(({ opcode, text }) => opcode === CLOSE || text.includes('shutdown'))).toEqual([])
  })

  it('closes with 1012, without a word, one that asked for other features', async () => {
    const client = await rig.connect()
    await client.ask({ action: 'authenticate', api_key: rig.keys.alice, features: ['seq'] })
    await rig.stop('restart')
    expect((await client.closed).code).toBe(1012)
    expect(client.frames.filter(({ type }) => type === 'server_shutdown')).toEqual([])
  })

  it('is not ready and lets nobody in meanwhile, but answers', async () => {
    const { port } = rig
    // Does not answer the close frame, so that the end takes a moment.
    const lazy = await RawClient.open(port)
    lazy.send({ action: 'authenticate', api_key: rig.keys.alice, features: ['shutdown'] })
    await lazy.received(1)
    const stopped = rig.stop('restart')
    await lazy.received(3, 'the word and the close frame')
    const ready = await fetch(`http://127.0.0.1:${port}/readyz`)
    expect([ready.status, await ready.text()]).toEqual([503, 'not ready: the proxy ends\n'])
    expect((await fetch(`http://127.0.0.1:${port}/livez`)).status).toBe(200)
    const late = await RawClient.open(port)
    expect(late.reads.join('')).toMatch(/^HTTP\/1\.1 503 Service Unavailable\r\n.*\r\nretry-after: 5\r\n/s)
    expect(lazy.frames.map(({ opcode }) => opcode).at(-1)).toBe(CLOSE)
    await stopped
  })
})
