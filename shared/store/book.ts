import { statSync } from 'node:fs'
import { type Clock, systemClock } from '../clock.ts'
import { systemCode } from '../errors.ts'
import { isExchange } from '../market/exchange.ts'
import { formatIdentity, identityOf, isTwin } from '../market/identity.ts'
import type { Instrument } from '../market/instrument.ts'
import { Database } from './database.ts'
import { type DataFolder, folderError } from './folder.ts'
import { fromRow, type Meta, type Row, readMeta } from './list.ts'
import { readReceipt } from './receipt.ts'
import { searchQuestions } from './search.ts'

interface List {
  readonly database: Database
  readonly meta: Meta
  readonly found: Map<string, Instrument | undefined>
}

interface Opened {
  readonly database: Database
  /** Tells this file from the one that replaces it. */
  readonly mark: string
  /** `undefined` when it is of another layout. */
  readonly meta: Meta | undefined
  /** What was looked up lately, by what it was asked for; `undefined`: it is not in the list. */
  readonly found: Map<string, Instrument | undefined>
  underlyings?: ReadonlySet<string>
}

/** Some megabytes. */
const MOST_FOUND = 10_000

/** So many of the answers to a question are read in one go. */
const PIECE = 100
/** Of all answers, where most are not meant: what a bound key may read can be anywhere among them. */
const MOST_LOOKED_AT = 5000

/** What is known of a feed's list as a whole. */
export interface ListFacts {
  readonly count: number
  /** Of its content: the same list has the same. */
  readonly hash: string
  /** When it was last fetched, also when nothing had changed. Milliseconds since 1970. */
  readonly writtenAt: number
}

const BY_SYMBOL = 'SELECT * FROM instruments WHERE exchange = ? AND symbol = ?'
const BY_BROKER_SYMBOL =
  'SELECT * FROM instruments INDEXED BY by_broker_symbol WHERE exchange = ? AND broker_symbol = ? LIMIT 1'
/** By an index of some hundred rows; in a file from before there was one, by all of them. */
const UNDERLYINGS =
  "SELECT DISTINCT exchange, underlying FROM instruments WHERE kind = 'FUT' AND underlying IS NOT NULL"
const BY_IDENTITY = `
  SELECT * FROM instruments INDEXED BY by_identity
  WHERE underlying = ? AND expiry = ? AND strike IS ? AND kind = ? AND exchange = ? LIMIT 1`
const BY_WORDS = `
  SELECT instruments.* FROM words JOIN instruments ON id = words.rowid
  WHERE words MATCH ? AND words.rowid > ? ORDER BY words.rowid LIMIT ?`

/**
 * Reads the instrument lists of all feeds, each opened at first use and again when its file was replaced. A feed without
 * a list has no instruments. Throws STORE_CORRUPT for a damaged list.
 */
export class InstrumentBook {
  readonly #folder: DataFolder
  readonly #clock: Clock
  readonly #lookAgainMs: number
  readonly #opened = new Map<string, Opened>()
  /** When the file of each feed was last looked at, monotonic milliseconds. */
  readonly #lookedAt = new Map<string, number>()

  /**
   * `lookAgainMs`: for so long an opened list may be asked without a look at its file, so that thousands of clients can
   * come at once. By default the file is looked at for each question.
   */
  constructor(
    folder: DataFolder,
    { clock = systemClock, lookAgainMs = 0 }: { clock?: Clock; lookAgainMs?: number } = {},
  ) {
    this.#folder = folder
    this.#clock = clock
    this.#lookAgainMs = lookAgainMs
  }

  /** Whether the feed has a list at all. */
  has(feed: string): boolean {
    return this.mark(feed) !== undefined
  }

  /** Another one when the list was replaced; `undefined` without a list. Asks the file system, not the database. */
  mark(feed: string): string | undefined {
    return markOf(this.#folder.instrumentsDb(feed))
  }

  /** `undefined` without a list. */
  facts(feed: string): ListFacts | undefined {
    const meta = this.#open(feed)?.meta
    if (!meta) return undefined
    const { count, hash, writtenAt } = meta
    return { count, hash, writtenAt: readReceipt(this.#folder.instrumentsDb(feed), hash) ?? writtenAt }
  }

  /**
   * By common symbol, else by the broker's own spelling. Where the file is not looked at each time, an answer may be of
   * the list that was replaced a moment ago.
   */
  find(feed: string, exchange: string, symbol: string): Instrument | undefined {
    if (!isExchange(exchange)) return undefined
    const asked = `${exchange}:${symbol}`
    const lookedAt = this.#lookedAt.get(feed) ?? Number.NEGATIVE_INFINITY
    const opened = this.#opened.get(feed)
    const isFresh = this.#clock.monotonic() - lookedAt < this.#lookAgainMs
    // That there is no list is not remembered: who asks whether one has come is told so at once, and looks again here.
    return isFresh && opened?.found.has(asked)
      ? opened.found.get(asked)
      : this.#lookUp({ feed, exchange, symbol, asked })
  }

  /**
   * `EXCHANGE:SYMBOL` of everything the feed lists a future of, on the exchange of the future (nothing has options alone);
   * the same object as long as the list is the same. `undefined` without a list.
   */
  underlyings(feed: string): ReadonlySet<string> | undefined {
    const opened = this.#open(feed) && this.#opened.get(feed)
    if (!opened) return undefined
    opened.underlyings ??= new Set(
      opened.database
        .rows<{ exchange: string; underlying: string }>(UNDERLYINGS)
        .map(({ exchange, underlying }) => `${exchange}:${underlying}`),
    )
    return opened.underlyings
  }

  /**
   * What another feed's instrument is in this feed's list, under whatever symbol: the same exchange, kind, underlying,
   * expiry and strike. A different contract of the same name is not found.
   */
  findTwin(feed: string, instrument: Instrument): Instrument | undefined {
    const namesake = this.find(feed, instrument.exchange, instrument.symbol)
    if (namesake && isTwin(namesake, instrument)) return namesake
    const identity = identityOf(instrument)
    // A share and an index are their symbol.
    if (identity?.expiry === undefined) return undefined
    const list = this.#open(feed)
    if (!list) return undefined
    const { exchange, kind, underlying, expiry, strike } = identity
    return remember(list.found, `\0${formatIdentity(identity)}`, () =>
      list.database.row<Row>(BY_IDENTITY, underlying, expiry, strike ?? null, kind, exchange),
    )
  }

  /** Best match first, at most `limit`. Words in any order, each may be a beginning: "nifty 24800 ce". */
  search(feed: string, text: string, limit: number): Instrument[] {
    const steps = this.searching(feed, text, { limit })
    for (;;) {
      const { done, value } = steps.next()
      if (done) return value
    }
  }

  /**
   * The same in steps, of what `isMeant` lets through: so much of what fits is looked at that nobody waits long. The list
   * may be replaced in between: then what was found until then is all.
   */
  *searching(
    feed: string,
    text: string,
    { limit, isMeant }: { limit: number; isMeant?: ((one: Instrument) => boolean) | undefined },
  ): Generator<undefined, Instrument[]> {
    const mark = this.mark(feed)
    const piece = isMeant ? PIECE : limit
    const looked = new Set<unknown>()
    let count = 0
    const found: Instrument[] = []
    for (const question of searchQuestions(text)) {
      let after = 0
      for (;;) {
        const database = this.#open(feed)?.database
        if (!database || this.#opened.get(feed)?.mark !== mark) return found
        const rows = database.rows<Row>(BY_WORDS, question, after, piece)
        for (const row of rows) {
          // What better questions found may be among the answers again.
          if (looked.has(row.id)) continue
          looked.add(row.id)
          const one = fromRow(row)
          if (isMeant?.(one) ?? true) found.push(one)
          if (found.length >= limit) return found
        }
        count += rows.length
        if (count >= MOST_LOOKED_AT) return found
        yield
        if (rows.length < piece) break
        after = Number(rows.at(-1)?.id)
      }
    }
    return found
  }

  close(): void {
    for (const { database } of this.#opened.values()) database.close()
    this.#opened.clear()
  }

  #lookUp({
    feed,
    exchange,
    symbol,
    asked,
  }: Record<'feed' | 'exchange' | 'symbol' | 'asked', string>): Instrument | undefined {
    const list = this.#open(feed)
    if (!list) return undefined
    const { database, found } = list
    return remember(
      found,
      asked,
      () => database.row<Row>(BY_SYMBOL, exchange, symbol) ?? database.row<Row>(BY_BROKER_SYMBOL, exchange, symbol),
    )
  }

  #open(feed: string): List | undefined {
    const path = this.#folder.instrumentsDb(feed)
    const mark = markOf(path)
    let opened = this.#opened.get(feed)
    if (opened?.mark !== mark) {
      opened?.database.close()
      this.#opened.delete(feed)
      opened = mark === undefined ? undefined : openList(path, mark)
      if (opened) this.#opened.set(feed, opened)
    }
    this.#lookedAt.set(feed, this.#clock.monotonic())
    return opened?.meta && { database: opened.database, meta: opened.meta, found: opened.found }
  }
}

function remember(found: List['found'], asked: string, look: () => Row | undefined): Instrument | undefined {
  if (found.has(asked)) return found.get(asked)
  const row = look()
  const instrument = row && fromRow(row)
  if (found.size >= MOST_FOUND) found.clear()
  found.set(asked, instrument)
  return instrument
}

function openList(path: string, mark: string): Opened {
  const database = Database.read(path)
  try {
    return { database, mark, meta: readMeta(database), found: new Map() }
  } catch (error) {
    database.close()
    throw error
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
