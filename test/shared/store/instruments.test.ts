import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { DataFolder } from '../../../shared/store/folder.ts'
import { InstrumentBook, removeInstruments, writeInstruments } from '../../../shared/store/instruments.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

const SBIN: Instrument = {
  exchange: 'NSE',
  symbol: 'SBIN',
  token: '3045',
  brokerSymbol: 'SBIN-EQ',
  name: 'STATE BANK OF INDIA',
  kind: 'EQ',
  tickSize: 0.05,
  lotSize: 1,
}
const OPTION: Instrument = {
  exchange: 'NFO',
  symbol: 'NIFTY28NOV2624800CE',
  token: '51234',
  brokerSymbol: 'NIFTY26NOV24800CE',
  name: 'NIFTY',
  kind: 'CE',
  tickSize: 0.05,
  lotSize: 75,
  expiry: '2026-11-28',
  strike: 24_800,
  underlying: 'NIFTY',
}

function openBook(folder: DataFolder): InstrumentBook {
  const book = new InstrumentBook(folder)
  onTestFinished(() => book.close())
  return book
}

test('what was written is found by common symbol and by the broker’s own', () => {
  const folder = temporaryFolder()
  expect(writeInstruments(folder, 'ALPHA', [SBIN, OPTION], 1)).toEqual({ count: 2, changed: true })
  const book = openBook(folder)
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toEqual(SBIN)
  expect(book.find('ALPHA', 'NSE', 'SBIN-EQ')).toEqual(SBIN)
  expect(book.find('ALPHA', 'NFO', OPTION.symbol)).toEqual(OPTION)
  expect(book.find('ALPHA', 'NFO', OPTION.brokerSymbol)).toEqual(OPTION)
})

test('another exchange, another case, another feed and an unknown exchange find nothing', () => {
  const folder = temporaryFolder()
  writeInstruments(folder, 'ALPHA', [SBIN], 1)
  const book = openBook(folder)
  const found = [
    book.find('ALPHA', 'BSE', 'SBIN'),
    book.find('ALPHA', 'NSE', 'sbin'),
    book.find('BETA', 'NSE', 'SBIN'),
    book.find('ALPHA', 'MOON', 'SBIN'),
  ]
  expect(found).toEqual([undefined, undefined, undefined, undefined])
  expect([book.has('ALPHA'), book.has('BETA')]).toEqual([true, false])
})

test('a common symbol wins over the same text as a broker symbol', () => {
  const folder = temporaryFolder()
  const other = { ...SBIN, symbol: 'OTHER', token: '1', brokerSymbol: 'SBIN' }
  writeInstruments(folder, 'ALPHA', [other, SBIN], 1)
  expect(openBook(folder).find('ALPHA', 'NSE', 'SBIN')).toEqual(SBIN)
})

test('the same list in another order leaves the file alone', () => {
  const folder = temporaryFolder()
  writeInstruments(folder, 'ALPHA', [SBIN, OPTION], 1)
  const { ino } = statSync(folder.instrumentsDb('ALPHA'))
  expect(writeInstruments(folder, 'ALPHA', [OPTION, SBIN], 2)).toEqual({ count: 2, changed: false })
  expect(statSync(folder.instrumentsDb('ALPHA')).ino).toBe(ino)
})

test('an open reader sees the new list at its next question, and nothing is left beside it', () => {
  const folder = temporaryFolder()
  writeInstruments(folder, 'ALPHA', [SBIN], 1)
  const book = openBook(folder)
  expect(book.find('ALPHA', 'NSE', 'SBIN')?.lotSize).toBe(1)
  expect(writeInstruments(folder, 'ALPHA', [{ ...SBIN, lotSize: 2 }, OPTION], 2)).toEqual({ count: 2, changed: true })
  expect(book.find('ALPHA', 'NSE', 'SBIN')?.lotSize).toBe(2)
  expect(book.find('ALPHA', 'NFO', OPTION.symbol)).toEqual(OPTION)
  expect(readdirSync(dirname(folder.instrumentsDb('ALPHA')))).toEqual(['ALPHA.db'])
  expect(statSync(folder.instrumentsDb('ALPHA')).mode & 0o777).toBe(0o600)
})

test('a list that appears or goes away while the reader is open is noticed', () => {
  const folder = temporaryFolder()
  const book = openBook(folder)
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toBeUndefined()
  writeInstruments(folder, 'ALPHA', [SBIN], 1)
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toEqual(SBIN)
  rmSync(folder.instrumentsDb('ALPHA'))
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toBeUndefined()
})

test('a damaged list is an error for readers, and written anew by its owner', () => {
  const folder = temporaryFolder()
  writeFileSync(folder.instrumentsDb('ALPHA'), 'no database'.repeat(1000))
  const book = openBook(folder)
  const error = failure(() => book.find('ALPHA', 'NSE', 'SBIN'))
  expect(error).toMatchObject({ code: 'STORE_CORRUPT', next: expect.stringContaining('rm ') })
  expect(writeInstruments(folder, 'ALPHA', [SBIN], 1).changed).toBe(true)
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toEqual(SBIN)
})

test('two instruments of one symbol, and a symbol that cannot travel, are refused before anything is written', () => {
  const folder = temporaryFolder()
  const twice = failure(() => writeInstruments(folder, 'ALPHA', [SBIN, { ...SBIN, token: '9' }], 1))
  expect(twice.code).toBe('ADAPTER_INVALID')
  expect(twice.message).toContain('NSE:SBIN twice, as tokens 3045 and 9')
  const odd = failure(() => writeInstruments(folder, 'ALPHA', [{ ...SBIN, symbol: 'A"B' }], 1))
  expect(odd.message).toContain('cannot travel')
  expect(openBook(folder).has('ALPHA')).toBe(false)
})

test('an empty list is a list', () => {
  const folder = temporaryFolder()
  expect(writeInstruments(folder, 'ALPHA', [], 1)).toEqual({ count: 0, changed: true })
  expect(openBook(folder).has('ALPHA')).toBe(true)
})

test('what a killed writer left is removed, and what a living one or another feed writes is not', () => {
  const folder = temporaryFolder()
  const path = folder.instrumentsDb('ALPHA')
  const other = folder.instrumentsDb('ALPHA-2')
  const dead = 2147483646
  const leave = () => {
    for (const file of [`${path}.${dead}.new`, `${path}.${dead}.new-journal`, `${path}.1.new`, `${other}.${dead}.new`])
      writeFileSync(file, '')
  }
  const left = ['ALPHA-2.db', `ALPHA-2.db.${dead}.new`, 'ALPHA.db.1.new']
  writeInstruments(folder, 'ALPHA-2', [SBIN], 1)
  leave()
  writeInstruments(folder, 'ALPHA', [SBIN], 1)
  expect(readdirSync(dirname(path)).sort()).toEqual([...left, basename(path)].sort())
  leave()
  removeInstruments(folder, 'ALPHA')
  expect(readdirSync(dirname(path)).sort()).toEqual(left)
})
