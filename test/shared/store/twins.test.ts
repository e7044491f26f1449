import { expect, onTestFinished, test } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { DataFolder } from '../../../shared/store/folder.ts'
import { InstrumentBook, writeInstruments } from '../../../shared/store/instruments.ts'
import { temporaryFolder } from '../../support/datafolder.ts'

const SBIN: Instrument = {
  exchange: 'NSE',
  symbol: 'SBIN',
  token: '3045',
  brokerSymbol: 'SBIN-EQ',
  name: 'STATE BANK OF INDIA',
  kind: 'EQ',
}
const OPTION: Instrument = {
  exchange: 'NFO',
  symbol: 'NIFTY28NOV2624800CE',
  token: '51234',
  brokerSymbol: 'NIFTY26NOV24800CE',
  name: 'NIFTY',
  kind: 'CE',
  expiry: '2026-11-28',
  strike: 24_800,
  underlying: 'NIFTY',
}

function openBook(folder: DataFolder): InstrumentBook {
  const book = new InstrumentBook(folder)
  onTestFinished(() => book.close())
  return book
}

test('another feed’s instrument is found by what it is, under whatever symbol', async () => {
  const folder = temporaryFolder()
  const future: Instrument = { ...OPTION, symbol: 'NIFTYFUT', kind: 'FUT', token: '9', brokerSymbol: 'F' }
  const { strike: _, ...unpriced } = future
  await writeInstruments(folder, 'ALPHA', [SBIN, OPTION, unpriced], systemClock)
  const book = openBook(folder)
  const twin = (other: Instrument) => book.findTwin('ALPHA', { ...other, token: 'T', brokerSymbol: 'X' })
  expect(twin(SBIN)).toEqual(SBIN)
  expect(twin(OPTION)).toEqual(OPTION)
  expect([twin({ ...OPTION, symbol: 'OTHER' }), twin({ ...OPTION, symbol: 'OTHER' })]).toEqual([OPTION, OPTION])
  expect(twin({ ...unpriced, symbol: 'NIFTY28NOV26FUT' })).toEqual(unpriced)
  expect(book.findTwin('BETA', OPTION)).toBeUndefined()
})

test('a different contract of the same name is no twin', async () => {
  const folder = temporaryFolder()
  await writeInstruments(folder, 'ALPHA', [SBIN, { ...OPTION, expiry: '2026-12-01' }], systemClock)
  const book = openBook(folder)
  expect(book.find('ALPHA', 'NFO', OPTION.symbol)).toBeDefined()
  expect(book.findTwin('ALPHA', OPTION)).toBeUndefined()
  expect(book.findTwin('ALPHA', { ...SBIN, kind: 'INDEX' })).toBeUndefined()
  // The broker's own spelling of one thing is the common symbol of another.
  expect(book.findTwin('ALPHA', { ...SBIN, symbol: 'SBIN-EQ' })).toBeUndefined()
})
