import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EXCHANGES } from '../../../shared/market/exchange.ts'
import { DATA_FIELDS, formatFrame, frameTemplate } from '../../../shared/market/frame.ts'
import { levelsOf, modeNumber, TOPIC_MODES, type TopicMode } from '../../../shared/market/mode.ts'
import type { Book, Level, Tick } from '../../../shared/market/tick.ts'
import { isSymbol } from '../../../shared/market/topic.ts'

const FULL: Tick = {
  ltp: 2885.3,
  timestamp: 1_711_531_200_120,
  lastTradeTime: 1_711_531_200_000,
  open: 2870,
  high: 2899.9,
  low: 2861.05,
  previousClose: 2868.4,
  volume: 4_312_980,
  lastQuantity: 12,
  averagePrice: 2881.74,
  openInterest: 0,
  totalBuyQuantity: 312_400,
  totalSellQuantity: 298_100,
  upperCircuit: 3155.2,
  lowerCircuit: 2581.6,
  book: {
    buy: [{ price: 2885.25, quantity: 40, orders: 3 }],
    sell: [{ price: 2885.35, quantity: 15, orders: 2 }],
  },
}

const templateOf = (mode: TopicMode, symbol = 'RELIANCE') =>
  frameTemplate({ feed: 'ALPHA', exchange: 'NSE', symbol, mode }, 'alpha')
const frame = (mode: TopicMode, tick: Tick) => formatFrame(templateOf(mode), tick)
const envelope = (mode: number, data: string) =>
  `{"type":"market_data","symbol":"RELIANCE","exchange":"NSE","mode":${mode},"data":${data},"broker":"alpha"}`

const QUOTE =
  '"ltp":2885.3,"open":2870,"high":2899.9,"low":2861.05,"close":2868.4,"volume":4312980,' +
  '"last_trade_quantity":12,"last_quantity":12,"avg_trade_price":2881.74,"average_price":2881.74,' +
  '"change":16.9,"change_percent":0.59,"oi":0,"total_buy_quantity":312400,"total_sell_quantity":298100,' +
  '"bid_price":2885.25,"ask_price":2885.35,"bid_size":40,"ask_size":15,"upper_circuit":3155.2,"lower_circuit":2581.6,' +
  '"ltt":1711531200000,"timestamp":1711531200120'

test('an LTP frame has price and times only', () => {
  const data =
    '{"symbol":"RELIANCE","exchange":"NSE","mode":1,"ltp":2885.3,"ltt":1711531200000,"timestamp":1711531200120}'
  expect(frame('LTP', FULL)).toBe(envelope(1, data))
})

test('a quote frame has the fields of the client protocol in their order, and no depth', () => {
  expect(frame('QUOTE', FULL)).toBe(envelope(2, `{"symbol":"RELIANCE","exchange":"NSE","mode":2,${QUOTE}}`))
})

test('a depth frame is the quote with the book behind it', () => {
  const book =
    '"depth":{"buy":[{"price":2885.25,"quantity":40,"orders":3}],"sell":[{"price":2885.35,"quantity":15,"orders":2}]},"depth_level":1'
  expect(frame('DEPTH', FULL)).toBe(envelope(3, `{"symbol":"RELIANCE","exchange":"NSE","mode":3,${QUOTE},${book}}`))
})

test('the list of names is what a full frame has behind symbol, exchange and mode, in its order', () => {
  const polled = { ...FULL, isPolled: true }
  expect(Object.keys(JSON.parse(frame('DEPTH', polled)).data).slice(3)).toEqual(DATA_FIELDS)
})

test('deeper books are depth to clients, with the level they really have', () => {
  const level = (at: number): Level => ({ price: 100 - at, quantity: 1 })
  const buy = Array.from({ length: 20 }, (_, at) => level(at))
  const { mode, data } = JSON.parse(frame('BOOK20', { ltp: 100, timestamp: 1, book: { buy, sell: buy.slice(0, 7) } }))
  expect([mode, data.mode, data.depth_level, data.depth.buy.length, data.depth.sell.length]).toEqual([3, 3, 20, 20, 7])
  expect(data.depth.buy[0]).toEqual({ price: 100, quantity: 1 })
})

const sideOf = (levels: number): Level[] =>
  Array.from({ length: levels }, (_, at) => ({ price: 100 + at, quantity: 1 + at }))

/** What a frame made of such a tick may hold. */
const trimmed = ({ buy, sell }: Book, levels: number): Book => ({
  buy: buy.slice(0, levels),
  sell: sell.slice(0, levels),
})

test.each([
  ['DEPTH', 50, 5],
  ['DEPTH', 4, 4],
  ['BOOK20', 50, 20],
  ['BOOK30', 50, 30],
  ['BOOK50', 50, 50],
  ['BOOK50', 200, 50],
  ['BOOK50', 20, 20],
] as const)('a %s frame of a book of %d levels has the best %d, and says so', (mode, given, levels) => {
  const book = { buy: sideOf(given), sell: sideOf(given) }
  const { data } = JSON.parse(frame(mode, { ltp: 100, timestamp: 1, book }))
  expect([data.depth, data.depth_level]).toEqual([trimmed(book, levels), levels])
})

test.each(TOPIC_MODES)('a polled value is marked as such at the end of a %s frame', mode => {
  for (const tick of [FULL, { timestamp: 1 }]) {
    const text = frame(mode, { ...tick, isPolled: true })
    expect(text).toBe(frame(mode, tick).replace('},"broker"', ',"polled":true},"broker"'))
    expect(JSON.parse(text).data.polled).toBe(true)
    expect(frame(mode, { ...tick, isPolled: false })).not.toContain('polled')
  }
})

test('what a source does not say is left out, never null and never zero', () => {
  const bare = { ltp: 5, timestamp: 7 }
  expect(JSON.parse(frame('QUOTE', bare)).data).toEqual({ symbol: 'RELIANCE', exchange: 'NSE', mode: 2, ...bare })
  expect(JSON.parse(frame('DEPTH', bare)).data).toEqual({ symbol: 'RELIANCE', exchange: 'NSE', mode: 3, ...bare })
})

test('what a source says is zero is zero', () => {
  const { data } = JSON.parse(frame('QUOTE', { ltp: 0, timestamp: 7, volume: 0, openInterest: 0, open: 0 }))
  expect(data).toMatchObject({ ltp: 0, volume: 0, oi: 0, open: 0 })
})

test('an empty side of the book stays empty and gives no best price', () => {
  const { data } = JSON.parse(
    frame('DEPTH', { ltp: 5, timestamp: 7, book: { buy: [{ price: 4, quantity: 9 }], sell: [] } }),
  )
  expect(data.depth).toEqual({ buy: [{ price: 4, quantity: 9 }], sell: [] })
  expect([data.bid_price, data.bid_size, 'ask_price' in data, 'ask_size' in data]).toEqual([4, 9, false, false])
})

test.each([
  [100.05, 100, 0.05, 0.05],
  [99.95, 100, -0.05, -0.05],
  [83.4125, 83.41, 0.0025, 0],
  [0.3, 0.1, 0.2, 200],
  [100, 100, 0, 0],
  [-5, -10, 5, 50],
])(
  'at %d after %d the change is %d, %d percent, without the noise of doubles',
  (ltp, previousClose, change, percent) => {
    const { data } = JSON.parse(frame('QUOTE', { ltp, previousClose, timestamp: 1 }))
    expect([data.change, data.change_percent]).toEqual([change, percent])
  },
)

test('without a previous close, or one of zero, there is no change', () => {
  for (const tick of [
    { ltp: 5, timestamp: 7 },
    { ltp: 5, timestamp: 7, previousClose: 0 },
  ]) {
    const { data } = JSON.parse(frame('QUOTE', tick))
    expect(['change' in data, 'change_percent' in data]).toEqual([false, false])
  }
})

const price = fc.integer({ min: 0, max: 1e10 }).map(value => value / 1e4)
const quantity = fc.nat({ max: 1e12 })
const levels = fc.array(fc.record({ price, quantity, orders: fc.nat() }, { requiredKeys: ['price', 'quantity'] }), {
  maxLength: 50,
})
const ticks: fc.Arbitrary<Tick> = fc.record(
  {
    ltp: price,
    timestamp: quantity,
    lastTradeTime: quantity,
    open: price,
    high: price,
    low: price,
    previousClose: price,
    volume: quantity,
    lastQuantity: quantity,
    averagePrice: price,
    openInterest: quantity,
    totalBuyQuantity: quantity,
    totalSellQuantity: quantity,
    upperCircuit: price,
    lowerCircuit: price,
    book: fc.record({ buy: levels, sell: levels }),
    isPolled: fc.boolean(),
  },
  { requiredKeys: ['ltp', 'timestamp'] },
)
const symbols = fc
  .string({
    unit: fc.integer({ min: 32, max: 126 }).map(code => String.fromCharCode(code)),
    minLength: 1,
    maxLength: 64,
  })
  .filter(isSymbol)

test('every frame is valid ASCII JSON that says exactly what the tick said', () => {
  const topics = fc.record({
    feed: fc.constant('ALPHA'),
    exchange: fc.constantFrom(...EXCHANGES),
    symbol: symbols,
    mode: fc.constantFrom(...TOPIC_MODES),
  })
  fc.assert(
    fc.property(topics, ticks, (topic, tick) => {
      const text = formatFrame(frameTemplate(topic, 'alpha'), tick)
      expect(text).toMatch(/^[\x20-\x7e]+$/)
      // A symbol may be called so.
      const values = text.replaceAll(`"symbol":${JSON.stringify(topic.symbol)}`, '')
      expect(values).not.toMatch(/null|NaN|Infinity|undefined/)
      const { data, ...rest } = JSON.parse(text)
      const mode = modeNumber(topic.mode)
      expect(rest).toEqual({
        type: 'market_data',
        symbol: topic.symbol,
        exchange: topic.exchange,
        mode,
        broker: 'alpha',
      })
      expect(data).toMatchObject({ symbol: topic.symbol, exchange: topic.exchange, mode, ltp: tick.ltp })
      expect(data.timestamp).toBe(tick.timestamp)
      expect(data.ltt).toBe(tick.lastTradeTime)
      expect(data.depth).toEqual(mode === 3 ? tick.book && trimmed(tick.book, levelsOf(topic.mode)) : undefined)
      expect(data.polled).toBe(tick.isPolled || undefined)
      expect('depth_level' in data).toBe(mode === 3 && tick.book !== undefined)
      expect(data.volume).toBe(mode === 1 ? undefined : tick.volume)
      expect(data.close).toBe(mode === 1 ? undefined : tick.previousClose)
      expect(data.bid_price).toBe(mode === 1 ? undefined : tick.book?.buy[0]?.price)
    }),
  )
})

test('the offsets point at both symbols in the bytes, so that another spelling can be put in', () => {
  fc.assert(
    fc.property(symbols, fc.constantFrom(...TOPIC_MODES), ticks, (symbol, mode, tick) => {
      const template = templateOf(mode, symbol)
      const bytes = Buffer.from(formatFrame(template, tick), 'utf8')
      const { symbolAt, dataSymbolAt, symbolLength } = template
      expect(bytes.toString('latin1', symbolAt, symbolAt + symbolLength)).toBe(symbol)
      expect(bytes.toString('latin1', dataSymbolAt, dataSymbolAt + symbolLength)).toBe(symbol)
      const spliced = Buffer.concat([
        bytes.subarray(0, symbolAt),
        Buffer.from('OTHER-EQ'),
        bytes.subarray(symbolAt + symbolLength, dataSymbolAt),
        Buffer.from('OTHER-EQ'),
        bytes.subarray(dataSymbolAt + symbolLength),
      ])
      const [before, after] = [bytes, spliced].map(one => JSON.parse(one.toString()))
      expect(after).toEqual({ ...before, symbol: 'OTHER-EQ', data: { ...before.data, symbol: 'OTHER-EQ' } })
    }),
  )
})

test('the first price a simple text search finds is the last traded price', () => {
  for (const mode of TOPIC_MODES) expect(/"ltp":([\d.]+)/.exec(frame(mode, FULL))?.[1]).toBe('2885.3')
})
