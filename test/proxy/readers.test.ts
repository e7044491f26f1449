import { parseMessage } from 'openalgo-charts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Frame } from '../support/client.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

/**
 * Readers that are stricter than JSON.parse, each a known client. One session with every kind of reply, refusal and
 * tick is read by all of them.
 */

let rig: ProxyRig
let frames: readonly Frame[]
let ticks: readonly Frame[]

beforeAll(async () => {
  rig = await startRig()
  const client = await rig.connect()
  await client.ask({ action: 'authenticate', api_key: 'f'.repeat(64) })
  await client.ask({ action: 'subscribe' })
  await client.ask({ action: 'authenticate', api_key: rig.keys.alice })
  for (const mode of [1, 2, 3]) {
    await client.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode, depth_level: 20 })
    await client.ask({ action: 'subscribe', symbol: 'NIFTY', exchange: 'NSE_INDEX', mode })
  }
  await client.ask({ action: 'subscribe', symbols: [{ symbol: 'BOGUS', exchange: 'NSE' }, 'x'] })
  for (const action of ['get_broker_info', 'get_supported_brokers', 'subscribe_orders', 'ping', 'fly'])
    await client.ask({ action, timestamp: 1 })
  await client.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 4 })
  await client.ask('nonsense')
  await client.ask('[]')
  for (const topic of ['NSE_RELIANCE', 'NSE_INDEX_NIFTY'])
    for (const mode of ['LTP', 'QUOTE', 'DEPTH']) await rig.feed.wanted(`${topic}_${mode}`)
  rig.feed.tick('NSE', 'RELIANCE', tickOf(2885.3))
  rig.feed.tick('NSE', 'RELIANCE', tickOf(2885, { volume: 4_400_000_000 }))
  // An index has neither volume nor book, and its source may tell no more than the price.
  rig.feed.tick('NSE_INDEX', 'NIFTY', { ltp: 24_800, timestamp: 1_795_220_416_120 })
  await client.tick('the last frame', one => one.mode === 3 && one.symbol === 'NIFTY')
  await client.ask({ action: 'unsubscribe', symbols: [{ symbol: 'RELIANCE', exchange: 'NSE', mode: 9 }, 'NSE:TCS'] })
  await client.ask({ action: 'unsubscribe_all' })
  frames = client.frames
  ticks = client.ticks
})

afterAll(() => rig.close())

/** Every value of a frame with its key, at any depth. */
function* values(value: unknown, key = ''): Generator<readonly [string, unknown]> {
  yield [key, value]
  if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) yield* values(one, Array.isArray(value) ? key : name)
}

const dataOf = ({ data }: Frame) => data as Record<string, unknown>

describe('every frame of a session', () => {
  it('there are ticks of all modes to look at', () => {
    expect(ticks.map(({ mode, symbol }) => `${String(symbol)} ${String(mode)}`)).toEqual(
      ['RELIANCE', 'RELIANCE', 'NIFTY'].flatMap(symbol => [`${symbol} 1`, `${symbol} 2`, `${symbol} 3`]),
    )
  })

  it('.NET and Java: nothing is null, numbers are numbers, integers integers', () => {
    const integers = /^(timestamp|ltt|volume|oi|mode|orders|quantity|depth_level|\w+_size|\w+_quantity)$/
    const numbers = /^(ltp|open|high|low|close|price|change|change_percent|\w+_price|\w+_circuit)$/
    for (const { text } of frames) for (const [, value] of values(JSON.parse(text))) expect(value, text).not.toBeNull()
    for (const { text } of ticks) {
      for (const [key, value] of values(JSON.parse(text))) {
        if (numbers.test(key)) expect(value, `${key} in ${text}`).toBeTypeOf('number')
        if (integers.test(key)) expect(Number.isSafeInteger(value), `${key} in ${text}`).toBe(true)
      }
    }
  })

  it('Rust: timestamp and volume read as i64 from the text', () => {
    for (const { text } of ticks) {
      expect(text).toMatch(/"timestamp":\d{13}[,}]/)
      for (const [, number] of text.matchAll(/"(?:volume|quantity|timestamp|ltt)":([^,}]*)/g))
        expect(number).toMatch(/^\d{1,18}$/)
    }
    expect(ticks.some(({ text }) => text.includes('"volume":4400000000'))).toBe(true)
  })

  it('Excel: a tick is exactly what was subscribed, Quote is flat, depth quantities fit 32 bits', () => {
    const held = new Set([1, 2, 3].flatMap(mode => [`RELIANCE NSE ${mode}`, `NIFTY NSE_INDEX ${mode}`]))
    for (const tick of ticks) {
      const { symbol, exchange, mode, ...data } = dataOf(tick)
      expect(held).toContain(`${String(symbol)} ${String(exchange)} ${String(mode)}`)
      expect(tick).toMatchObject({ symbol, exchange, mode })
      if (mode !== 3) for (const value of Object.values(data)) expect(value).toBeTypeOf('number')
      for (const [key, value] of values(data))
        if (key === 'quantity') expect(Math.abs(Number(value))).toBeLessThan(2 ** 31)
    }
  })

  it('Excel: an error has no type, and everything else has one', () => {
    for (const frame of frames) expect('type' in frame).toBe(frame.status !== 'error')
    expect(frames.filter(({ status }) => status === 'error').map(({ code }) => code)).toEqual([
      'AUTHENTICATION_ERROR',
      'NOT_AUTHENTICATED',
      'INVALID_ACTION',
      'INVALID_MODE',
      'INVALID_JSON',
      'SERVER_ERROR',
    ])
  })

  it('Python: symbol and exchange at the top, the mode an integer, depth with both sides', () => {
    for (const tick of ticks) {
      expect(tick.symbol).toBeTypeOf('string')
      expect(tick.exchange).toBeTypeOf('string')
      expect([1, 2, 3]).toContain(tick.mode)
      expect(dataOf(tick).ltp).toBeTypeOf('number')
    }
    const books = ticks
      .filter(({ mode, symbol }) => mode === 3 && symbol === 'RELIANCE')
      .map(tick => dataOf(tick).depth)
    for (const book of books) expect(book).toMatchObject({ buy: { length: 5 }, sell: { length: 5 } })
  })

  it('openalgo-charts itself: quotes are quotes and only mode 3 is depth', () => {
    const kinds = ticks.map(({ text }) => parseMessage(JSON.parse(text))?.kind)
    expect(kinds).toEqual(['ltp', 'ltp', 'depth', 'ltp', 'ltp', 'depth', 'ltp', 'ltp', 'ltp'])
    expect(parseMessage(JSON.parse(ticks[1]?.text ?? ''))).toMatchObject({
      kind: 'ltp',
      event: { symbol: 'RELIANCE', exchange: 'NSE', ltp: 2885.3 },
    })
  })

  it('AmiBroker: the first match of each name in the text is the right one', () => {
    const first = (text: string, name: string) => new RegExp(`"${name}": ?"?([^",}]*)`).exec(text)?.[1]
    for (const { text, ...tick } of ticks) {
      expect(first(text, 'type')).toBe('market_data')
      expect(first(text, 'symbol')).toBe(tick.symbol)
      expect(first(text, 'exchange')).toBe(tick.exchange)
      expect(Number(first(text, 'ltp'))).toBe(dataOf({ text, ...tick }).ltp)
      expect(Number(first(text, 'timestamp'))).toBe(1_795_220_416_120)
      expect(Buffer.byteLength(text)).toBeLessThan(16_000)
    }
  })

  it('is text of one JSON object, pure ASCII where it carries prices', () => {
    for (const { text } of frames) expect(text).toMatch(/^\{.*\}$/)
    for (const { text } of ticks) expect(text).toMatch(/^[\x20-\x7e]+$/)
  })
})
