import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { ManualClock } from '../../../shared/clock.ts'
import { eventually } from '../../support/system.ts'
import { RawClient } from './client.ts'
import { FULL_BYTES, ltpPacket, message, packetsOf, QUOTE_BYTES } from './packet.ts'
import { KiteEmulator, type KiteOptions } from './server.ts'

let emulator: KiteEmulator
const clients: RawClient[] = []

async function start(options: KiteOptions = {}): Promise<void> {
  await emulator?.close()
  emulator = await KiteEmulator.start({ tickMs: 0, heartbeatMs: 20, ...options })
  emulator.login()
}

/** Not opened yet, perhaps never. */
function client(accessToken?: string, apiKey?: string): RawClient {
  const one = new RawClient(emulator, accessToken, apiKey)
  clients.push(one)
  return one
}

async function connected(): Promise<RawClient> {
  const one = client()
  await eventually(() => one.isOpen)
  return one
}

const tokenOf = (key: string) => emulator.row(key).token
const lengths = (frames: readonly Buffer[]) => frames.map(frame => packetsOf(frame).map(packet => packet.length))

beforeEach(() => start())
afterEach(async () => {
  for (const one of clients.splice(0)) one.close()
  await emulator.close()
})

describe('the door of the ticker', () => {
  it.each([
    ['a wrong token', () => client('0'.repeat(32))],
    ['no token', () => client('')],
    ['another api_key', () => client(undefined, 'other')],
  ])('answers %s with 403 and a TokenException', async (_, knock) => {
    const one = knock()
    const refused = await eventually(() => one.refused)
    expect(refused.status).toBe(403)
    expect(JSON.parse(refused.body)).toMatchObject({ status: 'error', error_type: 'TokenException' })
    expect(emulator.handshakes.map(({ status }) => status)).toEqual([403])
  })

  it('answers the fourth connection of an api_key with 429, and lets it in when one has gone', async () => {
    const [first] = [await connected(), await connected(), await connected()]
    const fourth = client()
    expect((await eventually(() => fourth.refused)).status).toBe(429)
    first?.close()
    await eventually(() => emulator.open.length === 2)
    await connected()
    expect(emulator.handshakes.map(({ status }) => status)).toEqual([101, 101, 101, 429, 101])
  })
})

describe('subscriptions', () => {
  it('begin as quote, with a snapshot and no other answer', async () => {
    const one = await connected()
    const infy = tokenOf('NSE:INFY')
    one.ask('subscribe', [infy])
    await eventually(() => one.messages.length === 1)
    expect(lengths(one.messages)).toEqual([[QUOTE_BYTES]])
    expect([...(emulator.connections[0]?.subscribed ?? [])]).toEqual([[infy, 'quote']])
    expect(one.texts).toEqual([])
  })

  it('have one mode per token: a mode replaces the one before, and a second subscribe is a quote again', async () => {
    const one = await connected()
    const sbin = tokenOf('NSE:SBIN')
    one.ask('subscribe', [sbin])
    one.ask('mode', ['full', [sbin]])
    one.ask('mode', ['ltp', [sbin]])
    one.ask('subscribe', [sbin])
    await eventually(() => one.messages.length === 4)
    expect(lengths(one.messages)).toEqual([[44], [184], [8], [44]])
  })

  it('index packets have 28 bytes in quote, 32 in full, 8 in ltp', async () => {
    const one = await connected()
    const nifty = tokenOf('NSE:NIFTY 50')
    one.ask('subscribe', [nifty])
    one.ask('mode', ['full', [nifty]])
    one.ask('mode', ['ltp', [nifty]])
    await eventually(() => one.messages.length === 3)
    expect(lengths(one.messages)).toEqual([[28], [32], [8]])
  })

  it('a mode alone does not subscribe', async () => {
    const one = await connected()
    one.ask('mode', ['full', [tokenOf('NSE:SBIN')]])
    await eventually(() => emulator.connections[0]?.requests.length === 1 && one.heartbeats > 1)
    expect(one.messages).toEqual([])
    expect(emulator.connections[0]?.subscribed.size).toBe(0)
  })

  it('tokens in quotes are ignored without a word: only heartbeats come', async () => {
    const one = await connected()
    one.ask('subscribe', [String(tokenOf('NSE:SBIN'))])
    one.ask('mode', ['full', [String(tokenOf('NSE:SBIN'))]])
    await eventually(() => emulator.connections[0]?.requests.length === 2 && one.heartbeats > 2)
    expect(one.messages).toEqual([])
    expect(one.texts).toEqual([])
    expect(emulator.connections[0]?.subscribed.size).toBe(0)
  })

  it.each(['nonsense', '{"a":"subscribe"}', '{"a":"dance","v":[1]}', '[]', 'null', '{"a":"mode","v":["book",[1]]}'])(
    'nothing is said to %s',
    async words => {
      const one = await connected()
      one.text(words)
      await eventually(() => emulator.connections[0]?.requests.length === 1 && one.heartbeats > 1)
      expect([one.messages, one.texts, one.isOpen]).toEqual([[], [], true])
    },
  )

  it('beyond 3,000 tokens a connection is told so in a text and stays', async () => {
    await start({ rows: 3100 })
    const one = await connected()
    const tokens = emulator.rows.map(row => row.token)
    one.ask('subscribe', tokens.slice(0, 2999))
    one.ask('subscribe', tokens.slice(2999, 3010))
    await eventually(() => one.texts.length === 1)
    expect(JSON.parse(one.texts[0] ?? '')).toEqual({ type: 'error', data: expect.stringContaining('3000') })
    expect(emulator.connections[0]?.subscribed.size).toBe(3000)
    one.ask('unsubscribe', tokens.slice(0, 1))
    one.ask('subscribe', tokens.slice(3005, 3006))
    await eventually(() => emulator.connections[0]?.subscribed.has(tokens[3005] ?? 0))
    expect(one.texts.length).toBe(1)
    expect(one.isOpen).toBe(true)
  })

  it('are forgotten with the connection', async () => {
    const first = await connected()
    first.ask('subscribe', [tokenOf('NSE:SBIN')])
    await eventually(() => first.messages.length === 1)
    first.close()
    const second = await connected()
    await eventually(() => second.heartbeats > 1)
    expect(second.messages).toEqual([])
    expect(emulator.connections[1]?.subscribed.size).toBe(0)
  })

  it('of a token that is not in the list bring nothing', async () => {
    const one = await connected()
    one.ask('subscribe', [999_999_937])
    await eventually(() => emulator.connections[0]?.subscribed.size === 1 && one.heartbeats > 1)
    expect(one.messages).toEqual([])
  })
})

describe('what is sent', () => {
  it('heartbeats of one byte while nothing else is, and pongs', async () => {
    const one = await connected()
    one.ping()
    await eventually(() => one.heartbeats >= 3 && one.pongs === 1)
    expect(emulator.connections[0]?.sent.heartbeats).toBeGreaterThanOrEqual(3)
  })

  it('a heartbeat only when nothing was sent for two seconds', async () => {
    const clock = new ManualClock()
    await start({ heartbeatMs: 2000, clock })
    const one = await connected()
    one.ask('subscribe', [408065])
    await eventually(() => one.messages.length === 1)
    const sent = emulator.connections[0]?.sent
    clock.advance(1500)
    emulator.push([ltpPacket({ token: 408065, lastPrice: 1573.15 })])
    clock.advance(1500)
    expect(sent?.heartbeats).toBe(0)
    clock.advance(500)
    expect(sent?.heartbeats).toBe(1)
    clock.advance(20_000)
    expect(sent?.heartbeats).toBe(11)
  })

  it('the packets of all tokens that changed, in one message a turn, and only changes', async () => {
    await start({ tickMs: 5, recorded: false })
    const one = await connected()
    const tokens = ['NSE:SBIN', 'NSE:TCS'].map(tokenOf)
    one.ask('subscribe', tokens)
    one.ask('mode', ['ltp', tokens])
    await eventually(() => one.messages.length > 30)
    const turns = one.messages.slice(2).map(packetsOf)
    expect(turns.some(packets => packets.length === 2)).toBe(true)
    for (const token of tokens) {
      const prices = turns
        .flat()
        .filter(packet => packet.readUInt32BE(0) === token)
        .map(packet => packet.readUInt32BE(4))
      expect(prices.length).toBeGreaterThan(5)
      expect(prices.filter((price, index) => price === prices[index - 1])).toEqual([])
    }
  })

  it('exactly what is pushed, to those who subscribed the token, one message each', async () => {
    const [one, other] = [await connected(), await connected()]
    one.ask('subscribe', [408065])
    await eventually(() => one.messages.length === 1)
    const packets = [ltpPacket({ token: 408065, lastPrice: 1573.15 }), ltpPacket({ token: 1, lastPrice: 2 })]
    expect(emulator.push(packets)).toBe(1)
    await eventually(() => one.messages.length === 2)
    expect(one.messages[1]).toEqual(message(packets.slice(0, 1)))
    expect(emulator.lastFrame(408065)).toEqual(message(packets.slice(0, 1)))
    expect(other.messages).toEqual([])
  })

  it('without snapshots nothing until something changes', async () => {
    await start({ snapshots: false })
    const one = await connected()
    one.ask('subscribe', [408065])
    await eventually(() => emulator.connections[0]?.subscribed.size === 1 && one.heartbeats > 1)
    expect(one.messages).toEqual([])
    emulator.push([ltpPacket({ token: 408065, lastPrice: 1 })])
    await eventually(() => one.messages.length === 1)
  })

  it('the last packet of a token, whatever its mode, can be read back', async () => {
    const one = await connected()
    const token = tokenOf('NSE:SBIN')
    expect(emulator.lastFrame(token)).toBeUndefined()
    one.ask('subscribe', [token])
    one.ask('mode', ['full', [token]])
    await eventually(() => one.messages.length === 2)
    expect(emulator.lastFrame(token)).toEqual(one.messages[1])
    expect(emulator.lastFrame(token)?.length).toBe(4 + FULL_BYTES)
  })
})
