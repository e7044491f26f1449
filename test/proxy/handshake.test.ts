import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { until } from '../support/bus.ts'
import { PING, RawClient, SAMPLE_KEY, TEXT } from '../support/clientraw.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

const TCS = { symbol: 'TCS', exchange: 'NSE' }
/** It has not ticked here: no price comes between the answers. */
const UNSEEN = { symbol: 'RELIANCE', exchange: 'NSE' }
const PING_MS = 30

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig({ proxy: { pingMs: PING_MS, missedPongs: 3 } })
})

afterAll(() => rig.close())

describe('a client that wrote its own WebSocket (AmiBroker)', () => {
  it('gets the handshake in one piece it can hold', async () => {
    const client = await RawClient.open(rig.port, SAMPLE_KEY)
    const [answer] = client.reads
    expect(answer?.length).toBeLessThanOrEqual(1023)
    expect(answer?.toString()).toMatch(/^HTTP\/1.1 101 Switching Protocols\r\n.*\r\n\r\n$/s)
    client.close()
  })

  it('hears nothing before its key is answered, not even a ping; then one small frame that says success', async () => {
    const client = await RawClient.open(rig.port, SAMPLE_KEY)
    const other = new WebSocket(rig.url)
    let pings = 0
    other.on('ping', () => pings++)
    other.on('open', () => other.send(JSON.stringify({ action: 'authenticate', api_key: rig.keys.alice })))
    await until('others have been pinged', () => pings >= 2)
    expect(client.reads).toHaveLength(1)
    client.send({ action: 'authenticate', api_key: rig.keys.alice })
    const [reply] = await client.received(1)
    expect(reply?.opcode).toBe(TEXT)
    expect(reply?.text).toContain('success')
    expect(client.reads[1]?.length).toBeLessThan(1024)
    other.terminate()
    client.close()
  })

  it('is served like any other', async () => {
    const client = await RawClient.open(rig.port, SAMPLE_KEY)
    client.send({ action: 'authenticate', api_key: rig.keys.alice }, { action: 'subscribe', ...TCS, mode: 2 })
    await client.received(2)
    await rig.feed.wanted('NSE_TCS_QUOTE')
    rig.feed.tick('NSE', 'TCS', tickOf(7))
    await until('the tick', () => client.frames.some(({ text }) => text.includes('"ltp":7,')))
    client.close()
  })

  it('is told of a refusal without the word it looks for', async () => {
    const client = await RawClient.open(rig.port, SAMPLE_KEY)
    client.send({ action: 'authenticate', api_key: 'f'.repeat(64) })
    const [reply] = await client.received(1)
    expect(reply?.text).toContain('error')
    expect(reply?.text).not.toContain('success')
    client.close()
  })
})

describe('a client that offers compression', () => {
  it('is let in without it', async () => {
    const client = new WebSocket(rig.url, { perMessageDeflate: true })
    await once(client, 'open')
    expect(client.extensions).toBe('')
    client.terminate()
  })
})

describe('a client that does not wait (Node SDK, openalgo-charts)', () => {
  it('may send its key and its subscriptions in one write', async () => {
    const client = await RawClient.open(rig.port)
    client.send(
      { action: 'authenticate', api_key: rig.keys.alice },
      { action: 'subscribe', mode: 'LTP', symbols: [UNSEEN] },
      { action: 'subscribe', mode: 'Depth', symbols: [UNSEEN] },
    )
    // Pings come between.
    const texts = () => client.frames.filter(({ opcode }) => opcode === TEXT)
    await until('it is answered', () => texts().length >= 3)
    const replies = texts().map(({ text }) => JSON.parse(text))
    expect(replies.slice(0, 3).map(({ type, status }) => [type, status])).toEqual([
      ['auth', 'success'],
      ['subscribe', 'success'],
      ['subscribe', 'success'],
    ])
    client.close()
  })
})

describe('a client with a key', () => {
  it('is pinged, and cut without a close frame once it has missed too many pongs', async () => {
    const client = await RawClient.open(rig.port)
    client.send({ action: 'authenticate', api_key: rig.keys.alice })
    await until('it is cut', () => client.hasEnded)
    const opcodes = client.frames.map(({ opcode }) => opcode)
    expect(opcodes[0]).toBe(TEXT)
    // Every ping it may miss, and the one that was one too many.
    expect(opcodes.slice(1)).toEqual([PING, PING, PING, PING])
  })

  it('is left alone while it answers, or says anything at all', async () => {
    const [chatty, polite] = [await RawClient.open(rig.port), await rig.enter()]
    chatty.send({ action: 'authenticate', api_key: rig.keys.alice })
    for (let round = 1; round <= 8; round++) {
      await until(`ping ${round}`, () => chatty.frames.filter(({ opcode }) => opcode === PING).length >= round)
      chatty.send({ action: 'pong' })
    }
    expect(chatty.hasEnded).toBe(false)
    expect(polite.isOpen).toBe(true)
    chatty.close()
  })
})
