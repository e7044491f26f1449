import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../support/bus.ts'
import type { TestClient } from '../support/client.ts'
import { CLOSE, RawClient } from '../support/clientraw.ts'
import { holds } from '../support/holds.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

const MANY = Array.from({ length: 3000 }, (_, at) => `S${at}`)

let rig: ProxyRig

afterEach(() => rig.close())

const counts = async () => (await rig.status()).clients

async function subscribeAll(client: TestClient): Promise<void> {
  const symbols = MANY.map(symbol => ({ symbol, exchange: 'NSE' }))
  const reply = await client.ask({ action: 'subscribe', symbols, mode: 'Depth' })
  expect(reply.status).toBe('success')
}

describe('a client that holds thousands of instruments', () => {
  it('gets all their last values at once, from the feed and from memory, and is not taken for a slow one', async () => {
    rig = await startRig({ symbols: MANY })
    for (const symbol of MANY) rig.feed.set('NSE', symbol, tickOf(100))
    // 2.5 MB of snapshots, far above the hard limit.
    for (let round = 0; round < 2; round++) {
      const client = await rig.enter()
      await subscribeAll(client)
      await until('every snapshot', () => new Set(client.ticks.map(({ symbol }) => symbol)).size === MANY.length)
      await client.settled()
      expect(client.frames[1]).toMatchObject({ type: 'subscribe' })
    }
    expect(await counts()).toMatchObject({ clients: 2, slowClosed: 0, folded: 0 })
  })
})

/** Ticks, more per turn than the soft limit holds, until the kernel takes nothing more for who does not read. Resolves with the number of ticks. */
async function tickUntilStuck(reader: TestClient): Promise<number> {
  for (let sent = 0; ; ) {
    for (const end = sent + 100; sent < end; ) rig.feed.tick('NSE', 'TCS', tickOf(++sent))
    await until('the reader has them', () => reader.ticks.length === sent)
    if (((await counts()).folded ?? 0) > 0) return sent
  }
}

const paused = async (features?: readonly string[]): Promise<RawClient> => {
  const client = await RawClient.open(rig.port)
  client.send({ action: 'authenticate', api_key: rig.keys.alice, features })
  await client.received(1)
  client.pause()
  return client
}

/** Asks without reading, until what waits for it is too much. */
async function askUntilClosed(stuck: RawClient): Promise<void> {
  const ping = { action: 'ping', _pingId: 'x'.repeat(1000) }
  await holds(async () => {
    for (let at = 0; at < 500; at++) stuck.send(ping)
    expect((await counts()).slowClosed).toBe(1)
  })
}

describe('a client that stops reading', () => {
  it('delays nobody, gets only the newest of each topic, and is cut when its time is up', async () => {
    rig = await startRig({ proxy: { queueSoftBytes: 65_536, queueHardBytes: 131_072, stallMs: 1500 } })
    const [reader, stuck] = [await rig.enter(), await paused()]
    const wish = { action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 3 }
    await reader.ask(wish)
    stuck.send(wish)
    await holds(async () => expect((await counts()).subscriptions).toBe(2))
    await rig.feed.wanted('NSE_TCS_DEPTH')
    const sent = await tickUntilStuck(reader)
    expect(reader.ticks.map(({ data }) => (data as { ltp: number }).ltp)).toEqual(
      Array.from({ length: sent }, (_, at) => at + 1),
    )
    await holds(async () => expect((await counts()).slowClosed).toBe(1))
    stuck.resume()
    await until('it is cut', () => stuck.hasEnded)
    expect(stuck.frames.map(({ opcode }) => opcode)).not.toContain(CLOSE)
    const { delivered = 0, folded = 0, abandoned = 0, clients } = await counts()
    expect(clients).toBe(1)
    // Every tick twice: all of them are accounted for.
    expect(delivered + folded + abandoned).toBe(2 * sent)
  })

  it('is cut at the hard limit when what waits cannot be folded', async () => {
    rig = await startRig({ proxy: { queueSoftBytes: 65_536, queueHardBytes: 131_072, stallMs: 60_000 } })
    const stuck = await paused()
    await askUntilClosed(stuck)
    expect((await counts()).waitingBytes).toBe(0)
  })

  it('is told why, once, and closed with 4008 if it asked for a feature', async () => {
    rig = await startRig({ proxy: { queueSoftBytes: 65_536, queueHardBytes: 131_072, stallMs: 3000 } })
    const stuck = await paused(['slow'])
    await askUntilClosed(stuck)
    stuck.resume()
    await until('it is closed', () => stuck.hasEnded)
    const [told, last] = stuck.frames.slice(-2)
    expect(JSON.parse(told?.text ?? '')).toMatchObject({ type: 'slow', state: 'closing' })
    expect(last?.opcode).toBe(CLOSE)
    expect(last?.text.charCodeAt(0)).toBe(4008 >> 8)
    expect(last?.text).toContain('This client does not keep up')
    expect(stuck.frames.filter(({ text }) => text.includes('"state":"closing"'))).toHaveLength(1)
  })
})

describe('a proxy that stops', () => {
  it('does not wait for clients that have been given up and do not read the reason', async () => {
    rig = await startRig({ proxy: { queueSoftBytes: 65_536, queueHardBytes: 131_072, stallMs: 60_000 } })
    const stuck = await paused(['slow'])
    await askUntilClosed(stuck)
    await rig.stop()
    stuck.resume()
    await until('it is cut', () => stuck.hasEnded)
  })
})
