import { expect, onTestFinished, test } from 'vitest'
import type { Exchange } from '../../../shared/market/exchange.ts'
import type { Instrument, InstrumentKind } from '../../../shared/market/instrument.ts'
import { InstrumentBook, writeInstruments } from '../../../shared/store/instruments.ts'
import { temporaryFolder } from '../../support/datafolder.ts'

const cash = (exchange: Exchange, symbol: string, name: string, kind: InstrumentKind = 'EQ'): Instrument => ({
  exchange,
  symbol,
  token: `${exchange}${symbol}`,
  brokerSymbol: kind === 'EQ' ? `${symbol}-EQ` : symbol,
  name,
  kind,
  tickSize: 0.05,
  lotSize: 1,
})

const derivative = (
  underlying: string,
  day: string,
  expiry: string,
  kind: InstrumentKind,
  strike?: number,
): Instrument => ({
  ...cash('NFO', `${underlying}${day}${strike ?? ''}${kind}`, underlying, kind),
  expiry,
  underlying,
  ...(strike !== undefined && { strike }),
})

const NOVEMBER = ['28NOV26', '2026-11-28'] as const
const DECEMBER = ['01DEC26', '2026-12-01'] as const

const LIST: Instrument[] = [
  cash('NSE_INDEX', 'NIFTY', 'Nifty 50', 'INDEX'),
  cash('NSE_INDEX', 'BANKNIFTY', 'Nifty Bank', 'INDEX'),
  cash('NSE', 'NIFTYBEES', 'Nippon India ETF Nifty 50'),
  cash('BSE', 'SBIN', 'State Bank of India'),
  cash('NSE', 'SBIN', 'State Bank of India'),
  cash('NSE', 'BAJAJ-AUTO', 'Bajaj Auto'),
  cash('NSE', 'M&M', 'Mahindra & Mahindra'),
  derivative('NIFTY', ...NOVEMBER, 'FUT'),
  derivative('NIFTY', ...DECEMBER, 'FUT'),
  ...[24_750, 24_800, 9900].flatMap(strike => [
    derivative('NIFTY', ...NOVEMBER, 'CE', strike),
    derivative('NIFTY', ...DECEMBER, 'CE', strike),
    derivative('NIFTY', ...NOVEMBER, 'PE', strike),
  ]),
  derivative('BANKNIFTY', ...NOVEMBER, 'CE', 24_800),
]

function search(text: string, limit = 50): string[] {
  const folder = temporaryFolder()
  writeInstruments(folder, 'ALPHA', LIST, 1)
  const book = new InstrumentBook(folder)
  onTestFinished(() => book.close())
  return book.search('ALPHA', text, limit).map(({ exchange, symbol }) => `${exchange}:${symbol}`)
}

test('a bare name gives the thing itself, then its futures and options, nearest expiry first, then namesakes', () => {
  const found = search('nifty')
  expect(found.slice(0, 3)).toEqual(['NSE_INDEX:NIFTY', 'NFO:NIFTY28NOV26FUT', 'NFO:NIFTY01DEC26FUT'])
  expect(found[3]).toBe('NFO:NIFTY28NOV269900CE')
  expect(found.slice(-2)).toEqual(['NSE:NIFTYBEES', 'NSE_INDEX:BANKNIFTY'])
})

test('underlying, strike and side in any order find the option, nearest expiry first', () => {
  const expected = ['NFO:NIFTY28NOV2624800CE', 'NFO:NIFTY01DEC2624800CE']
  for (const text of ['NIFTY 24800 CE', 'ce 24800 nifty', '24800 call NIFTY']) expect(search(text)).toEqual(expected)
})

test('an expiry narrows it down', () => {
  for (const text of ['NIFTY 24800 DEC CE', 'nifty dec26 24800 call', 'NIFTY01DEC26 24800 CE'])
    expect(search(text)).toEqual(['NFO:NIFTY01DEC2624800CE'])
})

test('words of the name, beginnings and the broker’s spelling are enough', () => {
  const both = ['NSE:SBIN', 'BSE:SBIN']
  for (const text of ['sbin', 'state bank', 'india state', 'SBIN-EQ', 'sb']) expect(search(text)).toEqual(both)
  expect(search('BSE SBIN')).toEqual(['BSE:SBIN'])
  expect(search('NSE:SBIN')).toEqual(['NSE:SBIN'])
  expect(search('auto')).toEqual(['NSE:BAJAJ-AUTO'])
  expect(search('m&m')).toEqual(['NSE:M&M'])
})

test('no word, an unknown word, a middle of a word and an unknown feed give nothing', () => {
  for (const text of ['', '   ', 'zzz', 'IFTY', '%', "' OR 1 --"]) expect([text, search(text)]).toEqual([text, []])
  const book = new InstrumentBook(temporaryFolder())
  expect(book.search('ALPHA', 'nifty', 10)).toEqual([])
})

test('no more than asked for are given', () => {
  expect(search('nifty', 2)).toHaveLength(2)
})
