import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EXCHANGES, isExchange } from '../../../shared/market/exchange.ts'
import { isTopicMode, modeNumber, TOPIC_MODES } from '../../../shared/market/mode.ts'
import { formatTopic, isFeedName, isSymbol, parseTopic, type TopicParts } from '../../../shared/market/topic.ts'
import { failure } from '../../support/failure.ts'

const printable = [...Array(95).keys()]
  .map(offset => String.fromCharCode(32 + offset))
  .filter(char => !'"\\'.includes(char))

const parts: fc.Arbitrary<TopicParts> = fc.record({
  feed: fc
    .string({ unit: fc.constantFrom(...Array.from('ABCXYZ0189-')), minLength: 1, maxLength: 32 })
    .filter(name => isFeedName(name)),
  exchange: fc.constantFrom(...EXCHANGES),
  symbol: fc.string({ unit: fc.constantFrom(...printable), minLength: 1, maxLength: 64 }),
  mode: fc.constantFrom(...TOPIC_MODES),
})

test.each([
  ['ZETA_NSE_M&M_LTP', { feed: 'ZETA', exchange: 'NSE', symbol: 'M&M', mode: 'LTP' }],
  ['ANT_NSE_INDEX_NIFTY_QUOTE', { feed: 'ANT', exchange: 'NSE_INDEX', symbol: 'NIFTY', mode: 'QUOTE' }],
  ['FOX_NSE_TCS%3A50_BOOK50', { feed: 'FOX', exchange: 'NSE', symbol: 'TCS:50', mode: 'BOOK50' }],
  [
    'FLAG_NFO_NIFTY28MAR2420800CE_DEPTH',
    { feed: 'FLAG', exchange: 'NFO', symbol: 'NIFTY28MAR2420800CE', mode: 'DEPTH' },
  ],
  ['FOX-2_NSE_BAJAJ-AUTO_LTP', { feed: 'FOX-2', exchange: 'NSE', symbol: 'BAJAJ-AUTO', mode: 'LTP' }],
  ['ANT_NFO_VEDL25APR24292.5CE_LTP', { feed: 'ANT', exchange: 'NFO', symbol: 'VEDL25APR24292.5CE', mode: 'LTP' }],
  ['DELTA_CRYPTO_SOL%5FINR_LTP', { feed: 'DELTA', exchange: 'CRYPTO', symbol: 'SOL_INR', mode: 'LTP' }],
  ['ANT_NSE_INDEX_NIFTY%2050_LTP', { feed: 'ANT', exchange: 'NSE_INDEX', symbol: 'NIFTY 50', mode: 'LTP' }],
  ['ANT_GLOBAL_INDEX_US30_LTP', { feed: 'ANT', exchange: 'GLOBAL_INDEX', symbol: 'US30', mode: 'LTP' }],
  ['ANT_BSE_INDEX_SENSEX_BOOK20', { feed: 'ANT', exchange: 'BSE_INDEX', symbol: 'SENSEX', mode: 'BOOK20' }],
  ['ANT_MCX_INDEX_100%25_LTP', { feed: 'ANT', exchange: 'MCX_INDEX', symbol: '100%', mode: 'LTP' }],
  ['ANT_NSE_%61%62_LTP', { feed: 'ANT', exchange: 'NSE', symbol: 'ab', mode: 'LTP' }],
] as const)('%s is written and read one way', (text, expected) => {
  expect(formatTopic(expected)).toBe(text)
  expect(parseTopic(text)).toEqual(expected)
})

test('every printable symbol comes back, on every exchange and in every mode', () => {
  fc.assert(
    fc.property(parts, one => {
      const topic = formatTopic(one)
      expect(topic).toMatch(/^[A-Z0-9_%&.-]+$/)
      expect(topic.length).toBeLessThanOrEqual(32 + 13 + 3 * 64 + 6 + 3)
      expect(parseTopic(topic)).toEqual(one)
    }),
  )
})

test('what parses formats back to the same text, so that one instrument has one topic', () => {
  const noise = fc.string({ unit: fc.constantFrom(...Array.from('ANSE_INDEX%205FLTPabc&.-')), maxLength: 60 })
  const spoiled = fc.tuple(parts, fc.nat(), noise).map(([one, at, text]) => {
    const topic = formatTopic(one)
    const cut = at % topic.length
    return topic.slice(0, cut) + text.slice(0, 3) + topic.slice(cut)
  })
  fc.assert(
    fc.property(fc.oneof(noise, spoiled), text => {
      let read: TopicParts
      try {
        read = parseTopic(text)
      } catch (error) {
        expect(error).toMatchObject({ code: 'TOPIC_MALFORMED' })
        return
      }
      expect(formatTopic(read)).toBe(text)
    }),
  )
})

test('no topic with its end mark begins another one: a subscription gets its own topic only', () => {
  fc.assert(
    fc.property(parts, parts, (one, other) => {
      const [a, b] = [formatTopic(one), formatTopic(other)]
      expect(`${b}\0`.startsWith(`${a}\0`)).toBe(a === b)
    }),
  )
})

test('no mode begins another, for receivers that leave the end mark out', () => {
  for (const one of TOPIC_MODES)
    for (const other of TOPIC_MODES) expect([one, other, other.startsWith(one)]).toEqual([one, other, one === other])
})

test.each([
  ['alpha_NSE_TCS_LTP', '"alpha" is no feed name'],
  ['NSE_NSE_TCS_LTP', '"NSE" is no feed name'],
  ['LANE_ALPHA_PROXY', '"LANE" is no feed name'],
  ['_NSE_TCS_LTP', '"" is no feed name'],
  ['ALPHA_NSE_TCS_ltp', '"ltp" is no mode'],
  ['ALPHA_NSE_TCS_LTPX', '"LTPX" is no mode'],
  ['ALPHA_MOON_TCS_LTP', '"MOON" is no exchange'],
  ['ALPHA_NSE_SOL_INR_LTP', '"NSE_SOL" is no exchange'],
  ['ALPHA_TCS_LTP', '"" is no exchange'],
  ['ALPHA_NSE__LTP', '"" is no escaped symbol'],
  ['ALPHA_NSE_tcs_LTP', '"tcs" is no escaped symbol'],
  ['ALPHA_NSE_TCS%3a50_LTP', '"TCS%3a50" is no escaped symbol'],
  ['ALPHA_NSE_%41_LTP', '"%41" is no escaped symbol'],
  ['ALPHA_NSE_%22_LTP', '"%22" is no escaped symbol'],
  ['ALPHA_NSE_%00_LTP', '"%00" is no escaped symbol'],
  [`ALPHA_NSE_${'A'.repeat(65)}_LTP`, 'is no escaped symbol'],
  ['', '"" is no feed name'],
])('%s is refused, and the wrong part is named', (topic, part) => {
  const error = failure(() => parseTopic(topic))
  expect(error.code).toBe('TOPIC_MALFORMED')
  expect(error.message).toContain(part)
})

test('the error for an endless topic is short', () => {
  expect(failure(() => parseTopic('x'.repeat(100_000))).message.length).toBeLessThan(500)
})

test('a feed name is upper case, short, and no exchange or reserved word', () => {
  for (const name of ['ALPHA', 'ALPHA-ASHA', 'A', '5PAISA', 'A'.repeat(32)])
    expect([name, isFeedName(name)]).toEqual([name, true])
  const wrong = [
    '',
    'alpha',
    'AL_PHA',
    'A'.repeat(33),
    'CONTROL',
    'STATUS',
    'LANE',
    'ORDERS',
    'CACHE',
    ...EXCHANGES,
    'ALPHA\n',
  ]
  for (const name of wrong) expect([name, isFeedName(name)]).toEqual([name, false])
})

test('a symbol is printable ASCII that needs no escape in JSON', () => {
  for (const symbol of ['TCS', 'NIFTY 50', 'M&M', '726GS203325APR24FUT', '~'.repeat(64)])
    expect([symbol, isSymbol(symbol), JSON.stringify(symbol)]).toEqual([symbol, true, `"${symbol}"`])
  for (const symbol of ['', 'A"B', 'A\\B', 'A\nB', 'TCS\n', '₹', 'A'.repeat(65)])
    expect([symbol, isSymbol(symbol)]).toEqual([symbol, false])
})

test('modes have the numbers of the client protocol, and every book is depth', () => {
  expect(TOPIC_MODES.map(mode => [mode, modeNumber(mode)])).toEqual([
    ['LTP', 1],
    ['QUOTE', 2],
    ['DEPTH', 3],
    ['BOOK20', 3],
    ['BOOK30', 3],
    ['BOOK50', 3],
  ])
  expect(['LTP', 'ltp', 'DEPTH20', '1'].map(isTopicMode)).toEqual([true, false, false, false])
  expect(['NSE', 'NSE_INDEX', 'nse', 'toString'].map(isExchange)).toEqual([true, true, false, false])
})
