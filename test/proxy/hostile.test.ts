import { writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { TestClient } from '../support/client.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

const SEED = 20_261_121

let rig: ProxyRig

beforeEach(async () => {
  rig = await startRig({ proxy: { refusalDelayMs: 60_000 } })
})

afterEach(() => rig.close())

const ACTIONS = [
  'authenticate',
  'subscribe',
  'unsubscribe',
  'unsubscribe_all',
  'subscribe_orders',
  'get_broker_info',
  'get_supported_brokers',
  'ping',
  'pong',
  'toString',
  '__proto__',
]

const junk = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    'RELIANCE',
    'NSE',
    'Quote',
    1,
    2,
    3,
    '',
    '__proto__',
    'constructor',
    1e308,
    -0,
    'NSE:TCS,NSE:',
    '\u0000',
  ),
)

const item = fc.oneof(
  junk,
  fc.record({ symbol: junk, exchange: fc.oneof(junk, fc.constant('NSE')), mode: junk }, { requiredKeys: [] }),
)

const request = fc.record(
  {
    action: fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...ACTIONS) }, junk),
    type: fc.oneof(fc.constantFrom(...ACTIONS), junk),
    symbols: fc.oneof(fc.array(item, { maxLength: 5 }), junk),
    instruments: fc.oneof(fc.array(item, { maxLength: 5 }), junk),
    symbol: junk,
    exchange: junk,
    mode: junk,
    depth: junk,
    request_id: junk,
    api_key: junk,
    timestamp: junk,
    _pingId: junk,
  },
  { requiredKeys: [] },
)

const message = fc.oneof(
  { weight: 6, arbitrary: request.map(one => JSON.stringify(one)) },
  { weight: 1, arbitrary: fc.json() },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.tuple(request, fc.nat()).map(([one, at]) => JSON.stringify(one).slice(0, at % 200)) },
)

/** Everything it was told is JSON, or the client would have thrown; and it is still told something. */
async function survives(client: TestClient): Promise<void> {
  await client.settled()
  expect(client.isOpen).toBe(true)
}

describe('ten thousand messages that make little sense', () => {
  it.each([
    ['with a key', true],
    ['without one', false],
  ])('%s neither end the server nor bring a reply that is no JSON object', async (_, withKey) => {
    const client = await (withKey ? rig.enter() : rig.connect())
    for (const text of fc.sample(message, { numRuns: 5000, seed: SEED + Number(withKey) })) client.send(text)
    await survives(client)
    for (const { text } of client.replies) expect(text).toMatch(/^\{.*\}$/s)
    expect(client.replies.length).toBeGreaterThan(3000)
  })
})

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('a message that nests deeper than anybody can follow', () => {
  it.each(['request_id', 'mode', 'symbols', 'symbol', 'exchange', 'api_key', 'timestamp', '_pingId', 'action', 'pad'])(
    'is answered like any other: %s',
    async field => {
      const client = await rig.connect()
      for (const action of ['subscribe', 'unsubscribe', 'authenticate', 'ping', 'fly']) {
        // The last of two equal names is the one that counts.
        const rest = JSON.stringify({ action, symbol: 'TCS', exchange: 'NSE' }).slice(1, -1)
        client.send(`{${rest},"${field}":${nested(30_000)}}`)
      }
      await survives(client)
      expect(client.replies).toHaveLength(6)
    },
  )
})

describe('a request_id', () => {
  it('of more than 1,024 characters is refused instead of echoed', async () => {
    const client = await rig.enter()
    const reply = await client.ask({ action: 'ping', request_id: 'x'.repeat(1023) })
    const message = 'request_id is too large: at most 1024 characters of JSON'
    expect(JSON.parse(reply.text)).toEqual({ status: 'error', code: 'INVALID_PARAMETERS', message })
    expect(await client.ask({ action: 'ping', request_id: 'x'.repeat(1022) })).toMatchObject({ type: 'pong' })
  })

  it('cannot reach into the server', async () => {
    const client = await rig.enter()
    const { text } = await client.ask(
      '{"action":"ping","__proto__":{"timestamp":1},"request_id":{"__proto__":{"a":1}}}',
    )
    expect(text).toMatch(/,"request_id":\{"__proto__":\{"a":1\}\}\}$/)
    expect(text).not.toContain('client_timestamp')
    expect(({} as Record<string, unknown>).a).toBeUndefined()
  })
})

describe('a symbol', () => {
  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a"b', 'a\\b', 'नमस्ते', '\u0000', 'x'.repeat(65)])(
    'that is none is refused by itself: %s',
    async symbol => {
      const client = await rig.enter()
      const reply = await client.ask({ action: 'subscribe', symbols: [{ symbol, exchange: 'NSE' }, 'NSE:TCS'] })
      expect(reply).toMatchObject({
        status: 'partial',
        subscriptions: [{ symbol, status: 'error' }, { status: 'success' }],
      })
    },
  )

  it.each(['__proto__', 'constructor', 'NSE '.repeat(5000)])('of an exchange that is none: %s', async exchange => {
    const client = await rig.enter()
    const reply = await client.ask({ action: 'subscribe', symbol: 'TCS', exchange })
    expect(reply).toMatchObject({ subscriptions: [{ symbol: 'TCS', exchange, status: 'error' }] })
    expect(reply.text.length).toBeLessThan(exchange.length + 500)
  })
})

describe('a damaged instrument list', () => {
  it('is refused where it is needed, and ends nobody’s stream', async () => {
    const client = await rig.enter()
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })
    await rig.feed.wanted('NSE_TCS_QUOTE')
    writeFileSync(
      rig.folder.instrumentsDb('TESTFEED'),
      'no database at all, and long enough to be read as one'.repeat(99),
    )
    const reply = await client.ask({ action: 'subscribe', symbol: 'M&M', exchange: 'NSE', request_id: 9 })
    const message = 'The server cannot do this now: STORE_CORRUPT'
    expect(JSON.parse(reply.text)).toEqual({ status: 'error', code: 'SERVER_ERROR', message, request_id: 9 })
    rig.feed.tick('NSE', 'TCS', tickOf(5))
    await client.tick('the tick', () => true)
  })
})
