import { createHash } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { systemCode, TickwireError } from '../errors.ts'
import type { Instrument } from '../market/instrument.ts'
import { isSymbol } from '../market/topic.ts'
import { Database } from './database.ts'
import { type DataFolder, folderError } from './folder.ts'
import { searchWords } from './search.ts'

export { InstrumentBook } from './book.ts'

/** A file of another layout is written anew. */
const LAYOUT = 2

const TABLES = `
  CREATE TABLE meta (layout INTEGER NOT NULL, hash TEXT NOT NULL, count INTEGER NOT NULL, written_at INTEGER NOT NULL) STRICT;
  CREATE TABLE instruments (
    exchange TEXT NOT NULL,
    symbol TEXT NOT NULL,
    token TEXT NOT NULL,
    broker_symbol TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    tick_size REAL,
    lot_size REAL,
    expiry TEXT,
    strike REAL,
    underlying TEXT,
    words TEXT NOT NULL,
    PRIMARY KEY (exchange, symbol)
  ) STRICT, WITHOUT ROWID;`

const INSERT = 'INSERT INTO instruments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'

const identity = ({ exchange, symbol }: Instrument): string => `${exchange}:${symbol}`

/**
 * Replaces the list of one feed, in a new file moved into place, so that readers see the old list or the new one. The
 * same content, in whatever order, leaves the file alone. Throws ADAPTER_INVALID for two instruments of one symbol or a
 * symbol that cannot travel, FOLDER_UNUSABLE when it cannot be written.
 */
export function writeInstruments(
  folder: DataFolder,
  feed: string,
  instruments: Iterable<Instrument>,
  now: number,
): { count: number; changed: boolean } {
  const path = folder.instrumentsDb(feed)
  const sorted = sort(feed, instruments)
  const hash = fingerprint(sorted)
  removeUnfinished(path)
  if (readHash(path) === hash) return { count: sorted.length, changed: false }
  const beside = `${path}.${process.pid}.new`
  rmSync(beside, { force: true })
  try {
    const database = Database.build(beside)
    try {
      database.atomically(() => fill(database, sorted, hash, now))
    } finally {
      database.close()
    }
    renameSync(beside, path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw folderError(path, error)
  }
  return { count: sorted.length, changed: true }
}

/** Of a feed that is no more. Whoever has the file open keeps what he opened. */
export function removeInstruments(folder: DataFolder, feed: string): void {
  const path = folder.instrumentsDb(feed)
  removeUnfinished(path)
  try {
    rmSync(path, { force: true })
  } catch (error) {
    throw folderError(path, error)
  }
}

/** What writers left that were killed midway. A living one is not disturbed. */
function removeUnfinished(path: string): void {
  const folder = dirname(path)
  const start = `${basename(path)}.`
  try {
    for (const file of readdirSync(folder)) {
      const pid = file.startsWith(start)
        ? /^(\d+)\.new(-journal|-wal|-shm)?$/.exec(file.slice(start.length))?.[1]
        : undefined
      if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, file), { force: true })
    }
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw folderError(path, error)
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    // EPERM: of another user, so it lives; else there is no such process, or the number is none.
    return systemCode(error) === 'EPERM'
  }
}

/** In the order of the primary key: inserting is several times faster, and the fingerprint does not depend on the source's order. */
function sort(feed: string, instruments: Iterable<Instrument>): Instrument[] {
  const byIdentity = new Map<string, Instrument>()
  for (const instrument of instruments) {
    const key = identity(instrument)
    const twin = byIdentity.get(key)
    // Guessing which of the two is meant would be a wrong price sooner or later.
    if (twin) throw invalid(feed, `has ${key} twice, as tokens ${twin.token} and ${instrument.token}`)
    if (!isSymbol(instrument.symbol)) throw invalid(feed, `has the symbol ${JSON.stringify(key)}, which cannot travel`)
    byIdentity.set(key, instrument)
  }
  return [...byIdentity].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, instrument]) => instrument)
}

const invalid = (feed: string, why: string) =>
  new TickwireError('ADAPTER_INVALID', `The instrument list of ${feed} ${why}`, {
    next: 'the adapter has to resolve this where it reads the list',
  })

const values = (one: Instrument) => [
  one.exchange,
  one.symbol,
  one.token,
  one.brokerSymbol,
  one.name,
  one.kind,
  one.tickSize ?? null,
  one.lotSize ?? null,
  one.expiry ?? null,
  one.strike ?? null,
  one.underlying ?? null,
]

function fingerprint(instruments: readonly Instrument[]): string {
  const hash = createHash('sha256').update(`layout ${LAYOUT}\n`)
  for (const one of instruments) hash.update(`${JSON.stringify(values(one))}\n`)
  return hash.digest('hex')
}

function readHash(path: string): string | undefined {
  if (!existsSync(path)) return undefined
  let database: Database | undefined
  try {
    database = Database.read(path)
    return database.row<{ hash: string }>('SELECT hash FROM meta')?.hash
  } catch (error) {
    // Damaged, or of a layout without this table: the file is about to be replaced.
    if (error instanceof TickwireError && error.code !== 'STORE_CORRUPT') throw error
    return undefined
  } finally {
    database?.close()
  }
}

function fill(database: Database, instruments: readonly Instrument[], hash: string, now: number): void {
  database.script(TABLES)
  for (const one of instruments) database.write(INSERT, ...values(one), searchWords(one))
  database.script('CREATE INDEX by_broker_symbol ON instruments (broker_symbol, exchange)')
  database.write('INSERT INTO meta VALUES (?, ?, ?, ?)', LAYOUT, hash, instruments.length, now)
}
