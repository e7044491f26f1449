import { createHash } from 'node:crypto'
import { existsSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../clock.ts'
import { systemCode, TickwireError } from '../errors.ts'
import { Lines } from '../lines.ts'
import type { Instrument } from '../market/instrument.ts'
import { isSymbol } from '../market/topic.ts'
import { inTurns, type Work } from '../turns.ts'
import { Database } from './database.ts'
import { type DataFolder, folderError } from './folder.ts'
import { fillWork, invalidList, LAYOUT, type Meta, readMeta, toLine } from './list.ts'
import { removeReceipt, writeReceipt } from './receipt.ts'

export { InstrumentBook, type ListFacts } from './book.ts'

interface WriteOptions {
  /** When the list was asked for, milliseconds since 1970; now by default. */
  readonly writtenAt?: number
  /** Called with the number of instruments before anything is written: throws when they shall not replace the old ones. */
  readonly accept?: (count: number) => void
}

/** Of all that is said of one instrument. */
const LONGEST = 10_000

/** Writers of one process must not share an unfinished file. */
let writers = 0

/**
 * Replaces the list of one feed, in a new file moved into place, so that readers see the old list or the new one. The
 * same content, in whatever order, leaves the file alone and only notes the time. The event loop goes on meanwhile, and
 * `instruments` is taken in pieces. Rejects with ADAPTER_INVALID for two instruments of one symbol or a symbol that
 * cannot travel, FOLDER_UNUSABLE when it cannot be written, and what `accept` or `instruments` throws.
 */
export async function writeInstruments(
  folder: DataFolder,
  feed: string,
  instruments: Iterable<Instrument>,
  clock: Clock,
  { writtenAt = clock.now(), accept }: WriteOptions = {},
): Promise<{ count: number; changed: boolean }> {
  const path = folder.instrumentsDb(feed)
  const lines = await inTurns(clock, collectWork(feed, instruments))
  const { count } = lines
  accept?.(count)
  const order = await inTurns(clock, lines.sortWork())
  const hash = await inTurns(clock, fingerprintWork(lines, order))
  removeUnfinished(path)
  if (readKnown(path)?.hash === hash) {
    writeReceipt(path, { hash, writtenAt })
    return { count, changed: false }
  }
  const beside = `${path}.${process.pid}-${++writers}.new`
  try {
    rmSync(beside, { force: true })
    const database = Database.build(beside)
    try {
      await inTurns(clock, fillWork(database, feed, lines, order, { hash, writtenAt }))
    } finally {
      database.close()
    }
    await flush(beside)
    renameSync(beside, path)
    removeReceipt(path)
  } catch (error) {
    rmSync(beside, { force: true })
    throw folderError(path, error)
  }
  return { count, changed: true }
}

/** Of a feed that is no more. Whoever has the file open keeps what he opened. */
export function removeInstruments(folder: DataFolder, feed: string): void {
  const path = folder.instrumentsDb(feed)
  removeUnfinished(path)
  try {
    rmSync(path, { force: true })
    removeReceipt(path)
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
        ? /^(\d+)(-\d+)?\.new(-journal|-wal|-shm)?$/.exec(file.slice(start.length))?.[1]
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

function* collectWork(feed: string, instruments: Iterable<Instrument>): Work<Lines> {
  const lines = new Lines()
  for (const one of instruments) {
    if (!isSymbol(one.symbol))
      throw invalidList(feed, `has the symbol ${JSON.stringify(`${one.exchange}:${one.symbol}`)}, which cannot travel`)
    const line = toLine(one)
    if (line.length > LONGEST)
      throw invalidList(feed, `has ${one.exchange}:${one.symbol} with ${line.length} characters, ${LONGEST} at most`)
    lines.add(line)
    yield
  }
  return lines
}

function* fingerprintWork(lines: Lines, order: Uint32Array): Work<string> {
  const hash = createHash('sha256').update(`layout ${LAYOUT}\n`)
  for (const line of order) {
    hash.update(lines.bytes(line)).update('\n')
    yield
  }
  return hash.digest('hex')
}

/** What the list that is about to be replaced says of itself, as far as it can be read. */
function readKnown(path: string): Meta | undefined {
  if (!existsSync(path)) return undefined
  let database: Database | undefined
  try {
    database = Database.read(path)
    return readMeta(database)
  } catch (error) {
    if (error instanceof TickwireError && error.code !== 'STORE_CORRUPT') throw error
    return undefined
  } finally {
    database?.close()
  }
}

/** To the disk, before it takes the place of a whole one; by the thread pool, since a disk may take its time. */
async function flush(path: string): Promise<void> {
  const file = await open(path, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
}
