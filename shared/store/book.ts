import { statSync } from 'node:fs'
import { systemCode } from '../errors.ts'
import { type Exchange, isExchange } from '../market/exchange.ts'
import type { Instrument, InstrumentKind } from '../market/instrument.ts'
import { Database } from './database.ts'
import { type DataFolder, folderError } from './folder.ts'
import { searchQuery } from './search.ts'

interface Row {
  exchange: Exchange
  symbol: string
  token: string
  broker_symbol: string
  name: string
  kind: InstrumentKind
  tick_size: number | null
  lot_size: number | null
  expiry: string | null
  strike: number | null
  underlying: string | null
}

const fromRow = (row: Row): Instrument => ({
  exchange: row.exchange,
  symbol: row.symbol,
  token: row.token,
  brokerSymbol: row.broker_symbol,
  name: row.name,
  kind: row.kind,
  ...(row.tick_size !== null && { tickSize: row.tick_size }),
  ...(row.lot_size !== null && { lotSize: row.lot_size }),
  ...(row.expiry !== null && { expiry: row.expiry }),
  ...(row.strike !== null && { strike: row.strike }),
  ...(row.underlying !== null && { underlying: row.underlying }),
})

interface Opened {
  readonly database: Database
  /** Tells this file from the one that replaces it. */
  readonly mark: string
}

const BY_SYMBOL = 'SELECT * FROM instruments WHERE exchange = ? AND symbol = ?'
/** Without the hint, SQLite walks the exchange's part of the primary key instead. */
const BY_BROKER_SYMBOL =
  'SELECT * FROM instruments INDEXED BY by_broker_symbol WHERE exchange = ? AND broker_symbol = ? LIMIT 1'

/**
 * Reads the instrument lists of all feeds, each opened at first use and again when its file was replaced. A feed without
 * a list has no instruments. Throws STORE_CORRUPT for a damaged list.
 */
export class InstrumentBook {
  readonly #folder: DataFolder
  readonly #opened = new Map<string, Opened>()

  constructor(folder: DataFolder) {
    this.#folder = folder
  }

  /** Whether the feed has a list at all. */
  has(feed: string): boolean {
    return this.mark(feed) !== undefined
  }

  /** Another one when the list was replaced; `undefined` without a list. Asks the file system, not the database. */
  mark(feed: string): string | undefined {
    return markOf(this.#folder.instrumentsDb(feed))
  }

  /** By common symbol, else by the broker's own spelling. */
  find(feed: string, exchange: string, symbol: string): Instrument | undefined {
    if (!isExchange(exchange)) return undefined
    const database = this.#open(feed)
    const row =
      database?.row<Row>(BY_SYMBOL, exchange, symbol) ?? database?.row<Row>(BY_BROKER_SYMBOL, exchange, symbol)
    return row && fromRow(row)
  }

  /** Best match first, at most `limit`. Words in any order, each may be a beginning: "nifty 24800 ce". */
  search(feed: string, text: string, limit: number): Instrument[] {
    const query = searchQuery(text, limit)
    const rows = query && this.#open(feed)?.rows<Row>(query.sql, ...query.values)
    return rows?.map(fromRow) ?? []
  }

  close(): void {
    for (const { database } of this.#opened.values()) database.close()
    this.#opened.clear()
  }

  #open(feed: string): Database | undefined {
    const path = this.#folder.instrumentsDb(feed)
    const mark = markOf(path)
    const known = this.#opened.get(feed)
    if (known && known.mark === mark) return known.database
    known?.database.close()
    this.#opened.delete(feed)
    if (mark === undefined) return undefined
    const database = Database.read(path)
    this.#opened.set(feed, { database, mark })
    return database
  }
}

function markOf(path: string): string | undefined {
  try {
    const { ino, mtimeMs, size } = statSync(path)
    return `${ino} ${mtimeMs} ${size}`
  } catch (error) {
    const code = systemCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw folderError(path, error)
  }
}
