import { describe, expect, test } from 'vitest'
import { rupees, stepOf, stepsIn } from '../../../adapters/simulator/pricing.ts'
import { spellFuture, spellOption } from '../../../adapters/simulator/symbols.ts'
import { UNIVERSE } from '../../../adapters/simulator/universe.ts'
import { formatTopic, isSymbol, parseTopic } from '../../../shared/market/topic.ts'
import { keyOf } from './series.ts'

const instruments = UNIVERSE.map(listing => listing.instrument)
const find = (key: string) => instruments.find(instrument => keyOf(instrument) === key)

const repeated = (values: readonly string[]): string[] => values.filter((value, at) => values.indexOf(value) !== at)

describe('common symbols', () => {
  test('spell day, month, year and strike without trailing zeros', () => {
    expect(spellFuture('BANKNIFTY', '2024-04-24').symbol).toBe('BANKNIFTY24APR24FUT')
    expect(spellOption('NIFTY', '2024-03-28', 20_800, 'CE').symbol).toBe('NIFTY28MAR2420800CE')
    expect(spellOption('VEDL', '2024-04-25', 292.5, 'CE').symbol).toBe('VEDL25APR24292.5CE')
  })

  test('may travel in a topic', () => {
    for (const { exchange, symbol, brokerSymbol } of instruments) {
      expect(isSymbol(symbol) && isSymbol(brokerSymbol)).toBe(true)
      const parts = { feed: 'SIMULATOR', exchange, symbol, mode: 'QUOTE' } as const
      expect(parseTopic(formatTopic(parts))).toEqual(parts)
    }
  })
})

describe('the universe', () => {
  test('has some hundred instruments of every kind', () => {
    expect(instruments.length).toBeGreaterThanOrEqual(150)
    expect(instruments.length).toBeLessThanOrEqual(300)
    const exchanges = new Set(instruments.map(instrument => instrument.exchange))
    expect([...exchanges].sort()).toEqual(['BFO', 'BSE', 'BSE_INDEX', 'CDS', 'MCX', 'NFO', 'NSE', 'NSE_INDEX'])
    expect(new Set(instruments.map(instrument => instrument.kind))).toEqual(new Set(['EQ', 'INDEX', 'FUT', 'CE', 'PE']))
  })

  test.each([
    ['NSE:RELIANCE', { brokerSymbol: 'RELIANCE-EQ', tickSize: 0.1, lotSize: 1 }],
    ['NSE:M&M', { kind: 'EQ' }],
    ['NSE:BAJAJ-AUTO', { tickSize: 0.5 }],
    ['NSE_INDEX:NIFTY', { kind: 'INDEX', brokerSymbol: 'Nifty 50' }],
    ['NSE_INDEX:INDIAVIX', { tickSize: 0.01 }],
    ['BSE_INDEX:SENSEX', { kind: 'INDEX' }],
    ['NFO:NIFTY30NOV4924800CE', { strike: 24_800, expiry: '2049-11-30', underlying: 'NIFTY', lotSize: 75 }],
    ['NFO:ITC30NOV49407.5PE', { strike: 407.5, tickSize: 0.05 }],
    ['CDS:USDINR26NOV49FUT', { tickSize: 0.0025 }],
    ['MCX:CRUDEOIL19NOV49FUT', { tickSize: 1, lotSize: 100 }],
  ])('lists %s', (key, facts) => {
    expect(find(key)).toMatchObject(facts)
  })

  test('gives every instrument a symbol, a broker symbol and a token of its own', () => {
    expect(repeated(instruments.map(keyOf))).toEqual([])
    expect(repeated(instruments.map(({ exchange, brokerSymbol }) => `${exchange}:${brokerSymbol}`))).toEqual([])
    expect(repeated(instruments.map(instrument => instrument.token))).toEqual([])
    for (const { token } of instruments) expect(token).toMatch(/^\d+$/)
  })

  test('closed yesterday on the grid, every listing above zero', () => {
    for (const { instrument, previousClose } of UNIVERSE) {
      const step = stepOf(instrument.tickSize)
      expect(rupees(Math.round(stepsIn(previousClose, step)), step), keyOf(instrument)).toBe(previousClose)
      expect(previousClose).toBeGreaterThan(0)
    }
  })

  test('puts an underlying before what is derived from it', () => {
    UNIVERSE.forEach(({ model }, at) => {
      if (model.kind !== 'walk') expect(UNIVERSE.indexOf(model.underlying)).toBeLessThan(at)
      if (model.kind !== 'walk') expect(UNIVERSE.indexOf(model.underlying)).toBeGreaterThanOrEqual(0)
    })
  })

  test('holds strikes on both sides of the money', () => {
    const strikes = instruments.flatMap(({ symbol, strike }) =>
      symbol.startsWith('NIFTY30NOV49') ? (strike ?? []) : [],
    )
    expect(Math.min(...strikes)).toBe(24_300)
    expect(Math.max(...strikes)).toBe(25_300)
  })
})
