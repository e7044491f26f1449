import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HttpAnswer } from '../../../adapters/contract.ts'
import { master } from '../../../adapters/zerodha/instruments.ts'
import { quotes } from '../../../adapters/zerodha/quotes.ts'
import { type Settings, settings } from '../../../adapters/zerodha/settings.ts'
import { ManualClock } from '../../../shared/clock.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { KiteEmulator } from '../../emulators/kite/server.ts'
import { hasRecordings, recordedJson } from './recordings.ts'

const NOW = 1_795_220_416_000_000
const infy: Instrument = {
  exchange: 'NSE',
  symbol: 'INFY',
  token: '408065',
  brokerSymbol: 'INFY',
  name: 'INFOSYS',
  kind: 'EQ',
}
const answer = (status: number, content: unknown): HttpAnswer => ({
  status,
  headers: {},
  body: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
})
const read = (content: unknown, status = 200) => quotes.parse(answer(status, content), [infy], NOW)
const success = (fields: object) => ({
  status: 'success',
  data: { 'NSE:INFY': { instrument_token: 408065, ...fields } },
})

describe('quotes by request', () => {
  it.runIf(hasRecordings)('are read from the published answers, short as they are', () => {
    const stamp = { timestamp: NOW / 1000, isStampedHere: true, isPolled: true, mode: 'QUOTE' }
    expect(read(recordedJson('ltp.json'))).toEqual([{ instrument: infy, tick: { ltp: 1074.35, ...stamp } }])
    expect(read(recordedJson('ohlc.json'))).toEqual([
      {
        instrument: infy,
        tick: { ltp: 1075, open: 1085.8, high: 1085.9, low: 1070.9, previousClose: 1075.8, ...stamp },
      },
    ])
    const { volume, buy_quantity, sell_quantity, average_price, last_quantity, ...rest } =
      recordedJson<Record<string, unknown>>('ticker_quote.json')
    const [one] = read(success({ ...rest, volume, buy_quantity, sell_quantity, average_price, last_quantity }))
    expect(one?.tick).toMatchObject({ ltp: 1573.15, volume, averagePrice: average_price, previousClose: 1567.8 })
  })

  it('say when the exchange said so, in India', () => {
    const [one] = read(
      success({ last_price: 1, timestamp: '2026-11-21 09:15:01', last_trade_time: '2026-11-21 09:15:00' }),
    )
    expect(one?.tick).toMatchObject({
      timestamp: Date.parse('2026-11-21T03:45:01Z'),
      lastTradeTime: Date.parse('2026-11-21T03:45:00Z'),
    })
    expect(one?.tick.isStampedHere).toBeUndefined()
    const [never] = read(success({ last_price: 1, last_trade_time: '1970-01-01 05:30:00' }))
    expect(never?.tick.lastTradeTime).toBeUndefined()
  })

  it('take a price of 0 for none, and a share for one without open interest', () => {
    const ohlc = { open: 0, high: 0, low: 0, close: 99 }
    const [one] = read(success({ last_price: 0, average_price: 0, oi: 0, volume: 0, ohlc }))
    expect(one?.tick).toEqual({
      timestamp: NOW / 1000,
      isStampedHere: true,
      isPolled: true,
      mode: 'QUOTE',
      previousClose: 99,
      volume: 0,
    })
  })

  it('take a level without a price or a quantity for none', () => {
    const one = { price: 99, quantity: 5, orders: 1 }
    const side = [{ ...one, price: 0 }, one, { ...one, quantity: 0 }, { price: 0, quantity: 0, orders: 0 }]
    const [given] = read(success({ last_price: 100, depth: { buy: side, sell: side } }))
    expect(given?.tick.book).toEqual({ buy: [one], sell: [one] })
  })

  it('leave out what the answer does not speak of, and entries that are none', () => {
    expect(read({ status: 'success', data: {} })).toEqual([])
    expect(read({ status: 'success', data: { 'NSE:INFY': null, 'NSE:SBIN': { instrument_token: 779521 } } })).toEqual(
      [],
    )
  })

  it.each([
    [403, { status: 'error', error_type: 'TokenException', message: 'no' }, 'SESSION_EXPIRED'],
    [200, { status: 'error', error_type: 'TokenException', message: 'no' }, 'SESSION_EXPIRED'],
    [429, { status: 'error', error_type: 'NetworkException' }, 'BROKER_RATE_LIMITED'],
    [400, { status: 'error', error_type: 'InputException' }, 'BROKER_REFUSED'],
    [503, '<html>', 'BROKER_UNREACHABLE'],
    [200, '<html>', 'BROKER_REFUSED'],
    [200, { status: 'success' }, 'BROKER_REFUSED'],
  ])('answered %s %j are %s', (status, content, code) => {
    expect(() => read(content, status)).toThrow(expect.objectContaining({ code }))
  })
})

describe('with an emulated Kite', () => {
  let emulator: KiteEmulator
  let addresses: Settings
  const clock = new ManualClock()

  beforeEach(async () => {
    emulator = await KiteEmulator.start({ tickMs: 0, rows: 600, recorded: false, clock })
    addresses = settings.parse({ api_url: emulator.apiUrl })
  })
  afterEach(() => emulator.close())

  const ask = async (instruments: readonly Instrument[], accessToken = emulator.login()) => {
    const ticket = { api_key: emulator.apiKey, access_token: accessToken }
    const { url, headers } = quotes.request(addresses, ticket, instruments)
    const answered = await fetch(url, headers ? { headers } : {})
    return { status: answered.status, headers: {}, body: new Uint8Array(await answered.arrayBuffer()) }
  }

  const listed = async (): Promise<Instrument[]> => {
    const body = new Uint8Array(await (await fetch(`${emulator.apiUrl}/instruments`)).arrayBuffer())
    return [...master.parse([body], () => {})]
  }

  it('ask for instruments by the names that Kite has, and read what they are worth', async () => {
    const all = await listed()
    const some = ['NSE:M&M', 'NSE_INDEX:NIFTY', 'GLOBAL_INDEX:GIFTNIFTY', 'CDS:USDINR29DEC26FUT'].flatMap(
      key => all.find(one => `${one.exchange}:${one.symbol}` === key) ?? [],
    )
    const given = quotes.parse(await ask(some), some, NOW)
    expect(given.map(({ instrument }) => instrument)).toEqual(some)
    for (const { instrument, tick } of given) {
      const contract = emulator.market.find(`${instrument.exchange}:${instrument.symbol}`)
      const quote = contract && emulator.market.peek(contract)
      expect(tick).toMatchObject({ ltp: quote?.ltp, previousClose: quote?.previousClose, mode: expect.any(String) })
      expect(tick.timestamp).toBe(Math.floor(clock.now() / 1000) * 1000)
      expect(tick.book?.buy ?? []).toEqual(quote?.bids)
    }
  })

  it('are refused without a login, too soon, and for too many', async () => {
    const all = (await listed()).slice(0, 501)
    const token = emulator.login()
    expect((await ask(all.slice(0, 1), 'x')).status).toBe(403)
    expect((await ask(all, token)).status).toBe(400)
    expect((await ask(all.slice(0, 500), token)).status).toBe(429)
    clock.advance(1000)
    const many = all.slice(0, quotes.instrumentsPerRequest)
    expect(quotes.parse(await ask(many, token), many, NOW).length).toBe(many.length)
  })
})
