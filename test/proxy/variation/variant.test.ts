import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readTick, TICK_HEADER_BYTES, type TickHeader, writeTickHeader } from '../../../bus/message.ts'
import { type Variation, variationKey, vary } from '../../../proxy/variation/variant.ts'
import { DATA_FIELDS, formatFrame, frameTemplate } from '../../../shared/market/frame.ts'
import { TOPIC_MODES } from '../../../shared/market/mode.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { isSymbol } from '../../../shared/market/topic.ts'

type Json = Readonly<Record<string, unknown>>

const ALWAYS = ['symbol', 'exchange', 'mode']
const NOTHING: Variation = { symbol: undefined, fields: undefined, seq: false, count: false }

/** A bus message, read as the proxy reads it. */
function message(frame: string, header: Partial<TickHeader> = {}) {
  const bytes = Buffer.from(frame)
  const body = Buffer.alloc(TICK_HEADER_BYTES + bytes.length)
  const rest = { snapshot: false, epoch: 1_795_220_416_120, sequence: 7, receivedAt: 1 }
  const places = { symbolAt: 0, dataSymbolAt: 0, symbolLength: 0 }
  writeTickHeader(body, 0, { ...rest, ...places, ...header } as TickHeader)
  bytes.copy(body, TICK_HEADER_BYTES)
  return readTick(body)
}

/** What must come out, by parsing and writing again. */
function expected(
  frame: string,
  header: TickHeader,
  { symbol, fields, seq, count }: Variation,
  standsFor: number,
): Json {
  const { data, ...envelope } = JSON.parse(frame)
  const chosen = Object.entries(data).filter(([name]) => !fields || fields.includes(name) || ALWAYS.includes(name))
  const spelled = symbol === undefined ? {} : { symbol }
  return {
    ...envelope,
    ...spelled,
    // In its place between mode and broker.
    data: { ...Object.fromEntries(chosen), ...spelled },
    broker: envelope.broker,
    ...(seq && { seq: header.sequence, epoch: header.epoch }),
    ...(seq && (header.snapshot || standsFor === 0) && { snapshot: true }),
    ...(count && { count: standsFor }),
  }
}

/** What an exchange can print; a change against a smaller one would not be finite. */
const price = fc.double({ min: 1e-4, max: 1e9, noNaN: true })
const anyNumber = fc.double({ noDefaultInfinity: true, noNaN: true })
const quantity = fc.maxSafeNat()
const level = fc.record({ price, quantity, orders: quantity }, { requiredKeys: ['price', 'quantity'] })
const side = fc.array(level, { maxLength: 50 })
const tick = fc.record(
  {
    timestamp: quantity,
    ltp: price,
    lastTradeTime: quantity,
    open: anyNumber,
    high: anyNumber,
    low: anyNumber,
    previousClose: price,
    volume: quantity,
    lastQuantity: quantity,
    averagePrice: anyNumber,
    openInterest: quantity,
    totalBuyQuantity: quantity,
    totalSellQuantity: quantity,
    upperCircuit: anyNumber,
    lowerCircuit: anyNumber,
    book: fc.record({ buy: side, sell: side }),
    isPolled: fc.boolean(),
  },
  { requiredKeys: ['timestamp'] },
) as fc.Arbitrary<Tick>
const symbol = fc.string({ minLength: 1, maxLength: 64 }).filter(isSymbol)
const place = fc.record({ snapshot: fc.boolean(), epoch: quantity, sequence: quantity })
const variation: fc.Arbitrary<Variation> = fc.record({
  symbol: fc.option(fc.string({ unit: 'binary' }), { nil: undefined }),
  fields: fc.option(fc.uniqueArray(fc.constantFrom(...DATA_FIELDS, 'no_such')), { nil: undefined }),
  seq: fc.boolean(),
  count: fc.boolean(),
})

describe('a frame of our own making', () => {
  it('is changed as asked and in nothing else, order and numbers included', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...TOPIC_MODES),
        symbol,
        tick,
        place,
        variation,
        fc.nat(),
        (mode, name, tick, place, variation, count) => {
          const parts = { feed: 'FEED', exchange: 'NSE', symbol: name, mode } as const
          const template = frameTemplate(parts, 'testbroker')
          const text = formatFrame(template, tick)
          const { header, frame } = message(text, { ...template, ...place })
          const varied = vary(frame, header, variation, count).toString()
          expect(JSON.parse(varied)).toEqual(expected(text, header, variation, count))
          expect(varied).toBe(JSON.stringify(JSON.parse(varied)))
          expect(Object.keys(JSON.parse(varied).data)).toEqual(
            Object.keys(JSON.parse(text).data).filter(name => name in JSON.parse(varied).data),
          )
        },
      ),
      { numRuns: 500 },
    )
  })

  const template = frameTemplate({ feed: 'FEED', exchange: 'NSE', symbol: 'TCS', mode: 'QUOTE' }, 'testbroker')
  const text = formatFrame(template, { ltp: 100, volume: 5, timestamp: 9 })
  const varied = (variation: Partial<Variation>, count = 1, snapshot = false, isOld = false) => {
    const { header, frame } = message(text, { ...template, snapshot })
    return vary(frame, header, { ...NOTHING, ...variation }, count, isOld ? 'stale' : undefined).toString()
  }

  it('says its place behind the broker, and its count behind that', () => {
    const head = text.slice(0, -1)
    const both = { seq: true, count: true }
    expect(varied({})).toBe(text)
    expect(varied({ seq: true })).toBe(`${head},"seq":7,"epoch":1795220416120}`)
    expect(varied({ count: true }, 12)).toBe(`${head},"count":12}`)
    expect(varied(both, 3)).toBe(`${head},"seq":7,"epoch":1795220416120,"count":3}`)
    expect(varied(both, 0)).toBe(`${head},"seq":7,"epoch":1795220416120,"snapshot":true,"count":0}`)
    expect(varied(both, 1, true)).toBe(`${head},"seq":7,"epoch":1795220416120,"snapshot":true,"count":1}`)
    expect(varied(both, 1)).toBe(`${head},"seq":7,"epoch":1795220416120,"count":1}`)
  })

  it('says that its value is not of now, also without its place, and no longer on the next one', () => {
    const head = text.slice(0, -1)
    const old = (variation: Partial<Variation>) => varied({ ...variation, state: true }, 0, false, true)
    expect(old({})).toBe(`${head},"snapshot":true,"stale":true}`)
    expect(old({ count: true })).toBe(`${head},"snapshot":true,"stale":true,"count":0}`)
    expect(old({ seq: true })).toBe(`${head},"seq":7,"epoch":1795220416120,"snapshot":true,"stale":true}`)
    expect(old({ symbol: 'TCS-EQ' })).toBe(`${head.replaceAll('TCS', 'TCS-EQ')},"snapshot":true,"stale":true}`)
    expect(varied({ seq: true, state: true }, 0)).toBe(`${head},"seq":7,"epoch":1795220416120,"snapshot":true}`)
    expect(varied({ count: true, state: true })).toBe(`${head},"count":1}`)
    expect(varied({ state: true }, 0, true)).toBe(text)
  })

  it('keeps the chosen names', () => {
    const data = '"symbol":"TCS","exchange":"NSE","mode":2'
    const shows = (fields: string[], kept: string) =>
      expect(varied({ fields })).toBe(text.replace(/"data":\{.*?\}/, `"data":{${data}${kept}}`))
    shows([], '')
    shows(['ltp'], ',"ltp":100')
    shows(['timestamp', 'ltp'], ',"ltp":100,"timestamp":9')
    shows(['depth'], '')
    shows(['volume'], ',"volume":5')
  })

  it('is a new one each time: what was made before does not change', () => {
    const first = varied({ seq: true, symbol: 'TCS-EQ', fields: ['ltp'] })
    const { header, frame } = message(text, { ...template, sequence: 8 })
    const one = vary(frame, header, NOTHING, 1)
    frame.fill(0)
    expect(one.toString()).toBe(text)
    expect(first).toContain('"seq":7')
  })
})

describe('a frame of another publisher', () => {
  const value = fc.jsonValue({ maxDepth: 3 })
  const foreign = fc.dictionary(fc.string(), value).map(more => ({ ...more, symbol: 'NAME', exchange: 'NSE', mode: 2 }))
  /** Offsets of the first symbol and of the one in `data`; the others there may be are no concern of the header. */
  const locate = (text: string) => {
    const mark = /("symbol"\s*:\s*")NAME"/g
    const places = [...text.matchAll(mark)].map(found => found.index + (found[1] ?? '').length)
    return places.map(at => Buffer.byteLength(text.slice(0, at)))
  }

  it('may have blanks, other names and another order', () => {
    fc.assert(
      fc.property(foreign, variation, fc.nat(4), fc.nat(), (more, variation, indent, count) => {
        const envelope = {
          type: 'market_data',
          symbol: 'NAME',
          exchange: 'NSE',
          mode: 2,
          data: more,
          broker: 'b',
          x: [{}],
        }
        const text = `${JSON.stringify(envelope, null, indent)}${indent > 2 ? '\r\n ' : ''}`
        const [symbolAt, dataSymbolAt] = locate(text)
        fc.pre(locate(text).length === 2)
        const { header, frame } = message(text, { symbolAt, dataSymbolAt, symbolLength: 4 } as TickHeader)
        expect(JSON.parse(vary(frame, header, variation, count).toString())).toEqual(
          expected(text, header, variation, count),
        )
      }),
      { numRuns: 500 },
    )
  })

  it.each([
    '',
    'x',
    '{',
    '}',
    '{}',
    '[]',
    '{"data":{',
    '{"data":{"a',
    '{"data":{"a":',
    '{"data":{"a":1',
    '{"data":{"a":1,}}',
    '{"data":7}',
    '{"data":{"a" 1}}',
    '{"data":{1:1}}',
    '{"data":[{}]}',
    '"data":{"symbol":"',
  ])('goes out as whole as it came when it cannot be read: %j', text => {
    const frame = Buffer.from(text)
    const header = { ...message('{ }').header, dataSymbolAt: text.length }
    expect(vary(frame, header, { ...NOTHING, fields: ['b'] }, 1).toString()).toBe(text)
  })

  it('goes out as whole as it came when it names one field again and again', () => {
    const text = `{"data":{${'"a":1,"ltp":2,'.repeat(100)}"b":1}}`
    const { header, frame } = message(text)
    expect(vary(frame, header, { ...NOTHING, fields: ['ltp'] }, 1).toString()).toBe(text)
  })

  it('gets no place when it does not end with a brace', () => {
    const { header, frame } = message('{"a":1} x')
    expect(vary(frame, header, { ...NOTHING, seq: true, count: true }, 1).toString()).toBe('{"a":1} x')
  })

  it('may be anything at all, cut off or damaged', () => {
    const template = frameTemplate({ feed: 'FEED', exchange: 'NSE', symbol: 'TCS', mode: 'DEPTH' }, 'testbroker')
    const real = tick.map(tick => Buffer.from(formatFrame(template, tick)))
    const cutOff = fc.tuple(real, fc.nat()).map(([frame, at]) => frame.subarray(0, at % frame.length))
    const damaged = fc
      .tuple(real, fc.nat(), fc.constantFrom(...Array.from('{}[]":,\\ 1')))
      .map(([frame, at, char]) => frame.fill(char, at % frame.length, (at % frame.length) + 1))
    const anything = fc.oneof(
      cutOff,
      damaged,
      fc.uint8Array({ maxLength: 300 }).map(bytes => Buffer.from(bytes)),
    )
    const offset = fc.nat(0xffff)
    const offsets = fc.record({ symbolAt: offset, dataSymbolAt: offset, symbolLength: offset })
    const shortened = offsets.map(({ symbolAt, dataSymbolAt, symbolLength }) => ({
      symbolAt: symbolAt % 100,
      dataSymbolAt: dataSymbolAt % 300,
      symbolLength: symbolLength % 20,
    }))
    fc.assert(
      fc.property(
        anything,
        fc.oneof(offsets, shortened, fc.constant(template)),
        place,
        variation,
        (frame, at, place, variation) => {
          const header = { ...place, ...at, receivedAt: 1 } as TickHeader
          const varied = vary(frame, header, variation, 1)
          const room = 2 * Buffer.byteLength(JSON.stringify(variation.symbol ?? '')) + 100
          expect(varied.length).toBeLessThan(frame.length + room)
        },
      ),
      { numRuns: 2000 },
    )
  })

  it('may name numbers nobody can count with', () => {
    const { header, frame } = message('{"a":1}', { epoch: 2 ** 64 - 2 ** 12, sequence: 2 ** 60 })
    const { seq, epoch } = JSON.parse(vary(frame, header, { ...NOTHING, seq: true }, 1).toString())
    expect([seq, epoch]).toEqual([Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER])
  })
})

describe('the key of a variation', () => {
  it('is equal for equal ones only', () => {
    const twins = fc.oneof(
      fc.tuple(variation, variation),
      variation.map(one => [one, { ...one }] as const),
    )
    fc.assert(
      fc.property(twins, ([one, other]) => {
        const text = ({ symbol, fields, seq, count }: Variation) => [symbol, fields?.join(), !fields, seq, count]
        const areEqual = JSON.stringify(text(one)) === JSON.stringify(text(other))
        expect(variationKey(one) === variationKey(other)).toBe(areEqual && one.symbol === other.symbol)
      }),
    )
    expect(variationKey({ ...NOTHING, symbol: 'null' })).not.toBe(variationKey(NOTHING))
    expect(variationKey({ ...NOTHING, fields: [] })).not.toBe(variationKey(NOTHING))
  })
})
