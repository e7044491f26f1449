import { copyFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type Clock, ManualClock, systemClock } from '../../../shared/clock.ts'
import { TickwireError } from '../../../shared/errors.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import type { DataFolder } from '../../../shared/store/folder.ts'
import { InstrumentBook, removeInstruments, writeInstruments } from '../../../shared/store/instruments.ts'
import { openSqlite } from '../../../shared/store/sqlite.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure, rejection } from '../../support/failure.ts'

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

test('what was written is found by common symbol and by the broker’s own', async () => {
  const folder = temporaryFolder()
  expect(await writeInstruments(folder, 'ALPHA', [SBIN, OPTION], systemClock)).toEqual({ count: 2, changed: true })
  const book = openBook(folder)
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toEqual(SBIN)
  expect(book.find('ALPHA', 'NSE', 'SBIN-EQ')).toEqual(SBIN)
  expect(book.find('ALPHA', 'NFO', OPTION.symbol)).toEqual(OPTION)
  expect(book.find('ALPHA', 'NFO', OPTION.brokerSymbol)).toEqual(OPTION)
})

test('another exchange, another case, another feed and an unknown exchange find nothing', async () => {
  const folder = temporaryFolder()
  await writeInstruments(folder, 'ALPHA', [SBIN], systemClock)
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

test('a common symbol wins over the same text as a broker symbol', async () => {
  const folder = temporaryFolder()
  const other = { ...SBIN, symbol: 'OTHER', token: '1', brokerSymbol: 'SBIN' }
  await writeInstruments(folder, 'ALPHA', [other, SBIN], systemClock)
  expect(openBook(folder).find('ALPHA', 'NSE', 'SBIN')).toEqual(SBIN)
})

test('the same list in another order leaves the file alone', async () => {
  const folder = temporaryFolder()
  await writeInstruments(folder, 'ALPHA', [SBIN, OPTION], systemClock)
  const { ino } = statSync(folder.instrumentsDb('ALPHA'))
  expect(await writeInstruments(folder, 'ALPHA', [OPTION, SBIN], systemClock)).toEqual({ count: 2, changed: false })
  expect(statSync(folder.instrumentsDb('ALPHA')).ino).toBe(ino)
})

test('an open reader sees the new list at its next question, and nothing is left beside it', async () => {
  const folder = temporaryFolder()
  await writeInstruments(folder, 'ALPHA', [SBIN], systemClock)
  const book = openBook(folder)
  expect(book.find('ALPHA', 'NSE', 'SBIN')?.lotSize).toBe(1)
  expect(await writeInstruments(folder, 'ALPHA', [{ ...SBIN, lotSize: 2 }, OPTION], systemClock)).toEqual({
    count: 2,
    changed: true,
  })
  expect(book.find('ALPHA', 'NSE', 'SBIN')?.lotSize).toBe(2)
  expect(book.find('ALPHA', 'NFO', OPTION.symbol)).toEqual(OPTION)
  expect(readdirSync(dirname(folder.instrumentsDb('ALPHA')))).toEqual(['ALPHA.db'])
  expect(statSync(folder.instrumentsDb('ALPHA')).mode & 0o777).toBe(0o600)
})

test('a reader that need not look each time finds what was replaced a moment later', async () => {
  const folder = temporaryFolder()
  await writeInstruments(folder, 'ALPHA', [SBIN], systemClock)
  const clock = new ManualClock()
  const book = new InstrumentBook(folder, { clock, lookAgainMs: 100 })
  onTestFinished(() => book.close())
  expect(book.find('ALPHA', 'NSE', 'SBIN')?.lotSize).toBe(1)
  expect(book.find('ALPHA', 'NFO', OPTION.symbol)).toBeUndefined()
  await writeInstruments(folder, 'ALPHA', [{ ...SBIN, lotSize: 2 }, OPTION], systemClock)
  clock.advance(99)
  expect(book.find('ALPHA', 'NSE', 'SBIN')?.lotSize).toBe(1)
  expect(book.find('ALPHA', 'NFO', OPTION.symbol)).toBeUndefined()
  clock.advance(1)
  expect(book.find('ALPHA', 'NSE', 'SBIN')?.lotSize).toBe(2)
  expect(book.find('ALPHA', 'NFO', OPTION.symbol)).toEqual(OPTION)
})

test('a reader that need not look each time finds a list that came just after its look', async () => {
  const folder = temporaryFolder()
  const book = new InstrumentBook(folder, { clock: new ManualClock(), lookAgainMs: 100 })
  onTestFinished(() => book.close())
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toBeUndefined()
  await writeInstruments(folder, 'ALPHA', [SBIN], systemClock)
  expect(book.has('ALPHA')).toBe(true)
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toEqual(SBIN)
})

test('a list that appears or goes away while the reader is open is noticed', async () => {
  const folder = temporaryFolder()
  const book = openBook(folder)
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toBeUndefined()
  await writeInstruments(folder, 'ALPHA', [SBIN], systemClock)
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toEqual(SBIN)
  rmSync(folder.instrumentsDb('ALPHA'))
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toBeUndefined()
})

test('a damaged list is an error for readers, and written anew by its owner', async () => {
  const folder = temporaryFolder()
  writeFileSync(folder.instrumentsDb('ALPHA'), 'no database'.repeat(1000))
  const book = openBook(folder)
  const error = failure(() => book.find('ALPHA', 'NSE', 'SBIN'))
  expect(error).toMatchObject({ code: 'STORE_CORRUPT', next: expect.stringContaining('rm ') })
  expect(await writeInstruments(folder, 'ALPHA', [SBIN], systemClock)).toMatchObject({ changed: true })
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toEqual(SBIN)
})

test('two instruments of one symbol, and a symbol that cannot travel, are refused before anything is written', async () => {
  const folder = temporaryFolder()
  const twice = await rejection(writeInstruments(folder, 'ALPHA', [SBIN, { ...SBIN, token: '9' }], systemClock))
  expect(twice.code).toBe('ADAPTER_INVALID')
  expect(twice.message).toContain('NSE:SBIN twice, as tokens 3045 and 9')
  const odd = await rejection(writeInstruments(folder, 'ALPHA', [{ ...SBIN, symbol: 'A"B' }], systemClock))
  expect(odd.message).toContain('cannot travel')
  const long = await rejection(writeInstruments(folder, 'ALPHA', [{ ...SBIN, name: 'x'.repeat(1e6) }], systemClock))
  expect(long.message).toMatch(/has NSE:SBIN with \d+ characters, 10000 at most/)
  expect(openBook(folder).has('ALPHA')).toBe(false)
})

test('an empty list is a list', async () => {
  const folder = temporaryFolder()
  expect(await writeInstruments(folder, 'ALPHA', [], systemClock)).toEqual({ count: 0, changed: true })
  expect(openBook(folder).has('ALPHA')).toBe(true)
})

test('what a killed writer left is removed, and what a living one or another feed writes is not', async () => {
  const folder = temporaryFolder()
  const path = folder.instrumentsDb('ALPHA')
  const other = folder.instrumentsDb('ALPHA-2')
  const dead = 2147483646
  const leave = () => {
    for (const file of [`${path}.${dead}.new`, `${path}.${dead}.new-journal`, `${path}.1.new`, `${other}.${dead}.new`])
      writeFileSync(file, '')
  }
  const left = ['ALPHA-2.db', `ALPHA-2.db.${dead}.new`, 'ALPHA.db.1.new']
  await writeInstruments(folder, 'ALPHA-2', [SBIN], systemClock)
  leave()
  await writeInstruments(folder, 'ALPHA', [SBIN], systemClock)
  expect(readdirSync(dirname(path)).sort()).toEqual([...left, basename(path)].sort())
  leave()
  removeInstruments(folder, 'ALPHA')
  expect(readdirSync(dirname(path)).sort()).toEqual(left)
})

test('every write of a list tells when it was fetched, also of the same list, which disturbs no reader', async () => {
  const folder = temporaryFolder()
  const book = openBook(folder)
  const clock = new ManualClock(1_000)
  expect(book.facts('ALPHA')).toBeUndefined()
  await writeInstruments(folder, 'ALPHA', [SBIN, OPTION], clock)
  const first = book.facts('ALPHA')
  const mark = book.mark('ALPHA')
  expect(first).toEqual({ count: 2, hash: expect.stringMatching(/^[0-9a-f]{64}$/), writtenAt: 1_000 })
  clock.advance(500)
  await writeInstruments(folder, 'ALPHA', [OPTION, SBIN], clock)
  expect(book.facts('ALPHA')).toEqual({ ...first, writtenAt: 1_500 })
  expect(book.mark('ALPHA')).toBe(mark)
  await writeInstruments(folder, 'ALPHA', [SBIN], clock, { writtenAt: 1_200 })
  expect(book.facts('ALPHA')).toMatchObject({ count: 1, writtenAt: 1_200 })
  expect(book.mark('ALPHA')).not.toBe(mark)
  removeInstruments(folder, 'ALPHA')
  expect(book.facts('ALPHA')).toBeUndefined()
  expect(readdirSync(dirname(folder.instrumentsDb('ALPHA')))).toEqual([])
})

test('a list that comes back after another one is as old as its last fetch', async () => {
  const folder = temporaryFolder()
  const lists = [[SBIN], [SBIN], [OPTION], [SBIN]]
  for (const [day, list] of lists.entries()) await writeInstruments(folder, 'ALPHA', list, new ManualClock(day))
  expect(openBook(folder).facts('ALPHA')?.writtenAt).toBe(3)
})

test('a list that was put back from a backup is as old as it was', async () => {
  const folder = temporaryFolder()
  const book = openBook(folder)
  const path = folder.instrumentsDb('ALPHA')
  await writeInstruments(folder, 'ALPHA', [SBIN], new ManualClock(1_000))
  copyFileSync(path, `${folder.root}/backup.db`)
  await writeInstruments(folder, 'ALPHA', [OPTION], new ManualClock(2_000))
  await writeInstruments(folder, 'ALPHA', [OPTION], new ManualClock(3_000))
  expect(book.facts('ALPHA')?.writtenAt).toBe(3_000)
  rmSync(path)
  copyFileSync(`${folder.root}/backup.db`, path)
  expect(book.facts('ALPHA')?.writtenAt).toBe(1_000)
  writeFileSync(path.replace('.db', '.json'), '')
  expect(book.facts('ALPHA')?.writtenAt).toBe(1_000)
})

test('a list that is not accepted, and one that breaks off, leave the old one', async () => {
  const folder = temporaryFolder()
  const counted: number[] = []
  await writeInstruments(folder, 'ALPHA', [SBIN, OPTION], systemClock)
  const accept = (count: number) => {
    counted.push(count)
    throw new TickwireError('INSTRUMENTS_MALFORMED', 'too few')
  }
  const refused = await rejection(writeInstruments(folder, 'ALPHA', [SBIN], systemClock, { accept }))
  expect([refused.code, counted]).toEqual(['INSTRUMENTS_MALFORMED', [1]])
  function* broken() {
    yield OPTION
    throw new TickwireError('INSTRUMENTS_MALFORMED', 'cut')
  }
  expect((await rejection(writeInstruments(folder, 'ALPHA', broken(), systemClock))).message).toBe('cut')
  expect(openBook(folder).facts('ALPHA')?.count).toBe(2)
  expect(readdirSync(dirname(folder.instrumentsDb('ALPHA')))).toEqual(['ALPHA.db'])
})

test('a file of another layout is no list to its readers, and is written anew', async () => {
  const folder = temporaryFolder()
  await writeInstruments(folder, 'ALPHA', [SBIN], systemClock)
  const sqlite = openSqlite(folder.instrumentsDb('ALPHA'))
  sqlite.pragma('user_version = 2')
  sqlite.close()
  const book = openBook(folder)
  expect([book.find('ALPHA', 'NSE', 'SBIN'), book.search('ALPHA', 'sbin', 1), book.facts('ALPHA')]).toEqual([
    undefined,
    [],
    undefined,
  ])
  expect(await writeInstruments(folder, 'ALPHA', [SBIN], systemClock)).toEqual({ count: 1, changed: true })
  expect(book.find('ALPHA', 'NSE', 'SBIN')).toEqual(SBIN)
})

test('two writers of one process at the same time leave a whole list', async () => {
  const folder = temporaryFolder()
  const list = (lotSize: number) => Array.from({ length: 50 }, (_, at) => ({ ...SBIN, symbol: `S${at}`, lotSize }))
  await Promise.all([1, 2, 3].map(lot => writeInstruments(folder, 'ALPHA', list(lot), systemClock)))
  const book = openBook(folder)
  const lots = new Set(list(0).map(({ symbol }) => book.find('ALPHA', 'NSE', symbol)?.lotSize))
  expect([book.facts('ALPHA')?.count, lots.size]).toEqual([50, 1])
  expect(readdirSync(dirname(folder.instrumentsDb('ALPHA')))).toEqual(['ALPHA.db'])
})

test('a list is taken in pieces, and written in turns of the event loop', async () => {
  const folder = temporaryFolder()
  const turns: string[] = []
  /** Every look at it takes a millisecond. */
  const clock: Clock = {
    ...systemClock,
    monotonic: () => ++looks,
    soon(run) {
      turns.push(taken < list.length ? 'reading' : 'writing')
      return systemClock.soon(run)
    },
  }
  let looks = 0
  let taken = 0
  const list = Array.from({ length: 100 }, (_, at) => ({ ...SBIN, symbol: `S${at}` }))
  function* lazy() {
    for (const one of list) {
      taken++
      yield one
    }
  }
  await writeInstruments(folder, 'ALPHA', lazy(), clock)
  expect(turns.filter(turn => turn === 'reading').length).toBeGreaterThan(5)
  expect(turns.filter(turn => turn === 'writing').length).toBeGreaterThan(20)
})
