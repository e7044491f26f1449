import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import type { Exchange } from '../../../shared/market/exchange.ts'
import type { Instrument, InstrumentKind } from '../../../shared/market/instrument.ts'
import { type DataFolder, dataFolder, prepareFolder } from '../../../shared/store/folder.ts'
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
  derivative('BANKNIFTY', ...DECEMBER, 'CE', 24_800),
  derivative('NIFTYNXT50', ...NOVEMBER, 'CE', 24_800),
]

let folder: DataFolder

beforeAll(async () => {
  const root = mkdtempSync(join(tmpdir(), 'tw-'))
  folder = dataFolder({ dataDir: root, bus: { runDir: join(root, 'run') } })
  prepareFolder(folder)
  await writeInstruments(folder, 'ALPHA', LIST, systemClock)
})

afterAll(() => rmSync(folder.root, { recursive: true, force: true }))

function search(text: string, limit = 50): string[] {
  const book = new InstrumentBook(folder)
  onTestFinished(() => book.close())
  return book.search('ALPHA', text, limit).map(({ exchange, symbol }) => `${exchange}:${symbol}`)
}

test('a bare name gives the thing itself, its futures, namesakes, and only then thousands of options', () => {
  const found = search('nifty')
  const futures = ['NFO:NIFTY28NOV26FUT', 'NFO:NIFTY01DEC26FUT']
  expect(found.slice(0, 5)).toEqual(['NSE_INDEX:NIFTY', ...futures, 'NSE:NIFTYBEES', 'NSE_INDEX:BANKNIFTY'])
  expect(found[5]).toBe('NFO:NIFTY28NOV269900CE')
  expect(found).toHaveLength(15)
  expect(found.at(-1)).toBe('NFO:NIFTYNXT5028NOV2624800CE')
})

test('options of the very underlying come before those of its namesakes', () => {
  const found = search('nif 24800 ce')
  expect(found).toEqual(['NFO:NIFTY28NOV2624800CE', 'NFO:NIFTYNXT5028NOV2624800CE', 'NFO:NIFTY01DEC2624800CE'])
  expect(search('nifty 24800 ce')).toEqual([found[0], found[2], found[1]])
})

test('underlying, strike and side in any order find the option, nearest expiry first', () => {
  const expected = ['NFO:BANKNIFTY28NOV2624800CE', 'NFO:BANKNIFTY01DEC2624800CE']
  for (const text of ['BANKNIFTY 24800 CE', 'ce 24800 bankn', '24800 call BANKNIFTY', '24800ce banknifty'])
    expect(search(text), text).toEqual(expected)
})

test('an expiry narrows it down', () => {
  for (const text of ['NIFTY 24800 DEC CE', 'nifty dec26 24800 call', '01 dec 24800 ce nifty', 'NIFTY01DEC26 24800 CE'])
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
  const odd = ['%', "' OR 1 --", '"', '""', 'nifty" OR "x', '*', 'NEAR(a b)', '\\', '\u0000', 'é']
  for (const text of ['', '   ', 'zzz', 'IFTY', ...odd]) expect([text, search(text)]).toEqual([text, []])
  const book = new InstrumentBook(temporaryFolder())
  expect(book.search('ALPHA', 'nifty', 10)).toEqual([])
})

test('as many as asked for are given, the best of them', () => {
  for (const text of ['nifty', 'nif', '24800', 'bank', 'call nfo'])
    for (let limit = 1; limit < 20; limit++) expect(search(text, limit)).toEqual(search(text).slice(0, limit))
})
