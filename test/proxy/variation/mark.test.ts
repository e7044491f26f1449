import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isNewer, type Mark, readMark } from '../../../proxy/variation/mark.ts'
import { formatFrame, frameTemplate } from '../../../shared/market/frame.ts'
import { TOPIC_MODES } from '../../../shared/market/mode.ts'
import type { Tick } from '../../../shared/market/tick.ts'

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })
const prices = fc.integer({ min: -1e9, max: 1e9 }).map(paise => paise / 100)
/** All digits that a number may have. */
const odd = fc.double({ min: 1e-6, max: 1e9, noNaN: true })
const times = fc.integer({ min: 1, max: 4e12 })
const level = fc.record({ price: prices, quantity: fc.nat(), orders: fc.nat() })
const ticks: fc.Arbitrary<Tick> = fc.record({
  ltp: maybe(fc.oneof(prices, odd)),
  timestamp: times,
  lastTradeTime: maybe(times),
  volume: maybe(fc.nat()),
  open: maybe(prices),
  previousClose: maybe(prices),
  book: maybe(fc.record({ buy: fc.array(level, { maxLength: 5 }), sell: fc.array(level, { maxLength: 5 }) })),
  isPolled: maybe(fc.constant(true)),
}) as fc.Arbitrary<Tick>

const marks: fc.Arbitrary<Mark> = fc.record({
  timestamp: maybe(fc.nat(3)),
  ltt: maybe(fc.nat(3)),
  volume: maybe(fc.nat(3)),
  ltp: maybe(fc.nat(3)),
})
const mark = (rest: Partial<Mark> = {}): Mark => ({ timestamp: 10, ltt: 10, volume: 10, ltp: 10, ...rest })

describe('the mark of a frame', () => {
  it('is what JSON would read, of every frame of ours', () => {
    fc.assert(
      fc.property(
        ticks,
        fc.constantFrom(...TOPIC_MODES),
        fc.constantFrom('TCS', 'NIFTY 50', 'ltp":1'),
        (tick, mode, symbol) => {
          const common = symbol.replace(/"/g, '')
          const template = frameTemplate({ feed: 'F', exchange: 'NSE', symbol: common, mode }, 'broker')
          const text = formatFrame(template, tick)
          const { timestamp, ltt, volume, ltp } = JSON.parse(text).data
          expect(readMark(Buffer.from(text), template.dataSymbolAt)).toEqual({ timestamp, ltt, volume, ltp })
        },
      ),
    )
  })

  it('is empty of what is no frame', () => {
    const none = { timestamp: undefined, ltt: undefined, volume: undefined, ltp: undefined }
    for (const text of ['', '{}', '[1]', '{"data":7}', '{"data":{"ltp":"7","volume":null}}'])
      expect(readMark(Buffer.from(text), 0)).toEqual(none)
  })
})

describe('a value is newer', () => {
  it.each([
    ['when its last trade is later', { ltt: 11, volume: 9 }, true],
    ['when more was traded in the same second', { volume: 11 }, true],
    ['when the time alone is later', { timestamp: 11 }, true],
    ['not when it is the same', {}, false],
    ['not when only the price differs', { ltp: 11 }, false],
    ['not when its last trade is earlier', { ltt: 9, timestamp: 11, volume: 11 }, false],
    ['not when its time is earlier', { timestamp: 9, ltt: 11, volume: 11 }, false],
    ['not when less was traded by the same trade', { timestamp: 11, volume: 9 }, false],
  ])('%s', (_, rest, expected) => {
    expect(isNewer(mark(rest), mark())).toBe(expected)
  })

  it.each([
    ['time', 'timestamp'],
    ['last trade', 'ltt'],
  ] as const)('by the second where one of two sources tells no more of its %s', (_, name) => {
    const [whole, earlier, later] = [mark({ [name]: 5000 }), mark({ [name]: 5100 }), mark({ [name]: 6100 })]
    expect([isNewer(earlier, whole), isNewer(whole, earlier), isNewer(later, whole)]).toEqual([false, false, true])
    expect(isNewer(mark({ [name]: 5100, volume: 11 }), whole)).toBe(true)
    expect(isNewer(mark({ [name]: 5100, volume: 9 }), whole)).toBe(false)
    expect(isNewer(mark({ [name]: 5102 }), earlier)).toBe(true)
  })

  it('by its price alone where nobody tells a time', () => {
    const timeless = { timestamp: undefined, ltt: undefined, volume: undefined }
    expect(isNewer(mark({ ...timeless, ltp: 11 }), mark(timeless))).toBe(true)
    expect(isNewer(mark(timeless), mark(timeless))).toBe(false)
  })

  it('never both ways, and never than itself, where times are told', () => {
    fc.assert(
      fc.property(marks, marks, (one, other) => {
        expect(isNewer(one, one)).toBe(false)
        const isTimed = one.timestamp !== undefined && other.timestamp !== undefined
        if (isTimed && isNewer(one, other)) expect(isNewer(other, one)).toBe(false)
      }),
    )
  })
})
