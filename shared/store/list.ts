import { TickwireError } from '../errors.ts'
import type { Lines } from '../lines.ts'
import type { Exchange } from '../market/exchange.ts'
import type { Instrument, InstrumentKind } from '../market/instrument.ts'
import type { Work } from '../turns.ts'
import type { Database } from './database.ts'
import { orderKey } from './order.ts'
import { SEARCH_TABLE, searchWords } from './search.ts'

/** A file of another layout is written anew, and nothing to its readers. */
export const LAYOUT = 4

/** Ids are in the order in which a person wants to see them: an answer in that order costs nothing. */
const TABLES = `
  PRAGMA user_version = ${LAYOUT};
  CREATE TABLE meta (
    hash TEXT NOT NULL, count INTEGER NOT NULL, written_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE instruments (
    id INTEGER PRIMARY KEY,
    symbol TEXT NOT NULL,
    exchange TEXT NOT NULL,
    token TEXT NOT NULL,
    broker_symbol TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    tick_size REAL,
    lot_size REAL,
    expiry TEXT,
    strike REAL,
    underlying TEXT
  ) STRICT;
  CREATE UNIQUE INDEX by_symbol ON instruments (exchange, symbol);
  CREATE INDEX by_broker_symbol ON instruments (broker_symbol, exchange);
  CREATE INDEX futures ON instruments (exchange, underlying) WHERE kind = 'FUT';
  CREATE INDEX by_identity ON instruments (underlying, expiry, strike, kind, exchange) WHERE underlying IS NOT NULL;`

const INSERT = 'INSERT OR IGNORE INTO instruments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'
const INSERT_WORDS = 'INSERT INTO words (rowid, text) VALUES (?, ?)'

/** The columns of an instrument, in their order. */
type Values = [
  symbol: string,
  exchange: Exchange,
  token: string,
  brokerSymbol: string,
  name: string,
  kind: InstrumentKind,
  tickSize: number | null,
  lotSize: number | null,
  expiry: string | null,
  strike: number | null,
  underlying: string | null,
]

const toValues = (one: Instrument): Values => [
  one.symbol,
  one.exchange,
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

function fromValues(values: Values): Instrument {
  const [symbol, exchange, token, brokerSymbol, name, kind, tickSize, lotSize, expiry, strike, underlying] = values
  return {
    exchange,
    symbol,
    token,
    brokerSymbol,
    name,
    kind,
    ...(tickSize !== null && { tickSize }),
    ...(lotSize !== null && { lotSize }),
    ...(expiry !== null && { expiry }),
    ...(strike !== null && { strike }),
    ...(underlying !== null && { underlying }),
  }
}

/** A whole row: the id, then the columns in their order. */
export type Row = Readonly<Record<string, unknown>>

export const fromRow = (row: Row): Instrument => fromValues(Object.values(row).slice(1) as Values)

/** An instrument as one text. Texts compare in the order of the list: the key has a fixed width, the symbol comes next. */
export const toLine = (one: Instrument): string => JSON.stringify([orderKey(one), ...toValues(one)])

const valuesOf = (line: string): Values => JSON.parse(line).slice(1)

/** What a list says of itself. */
export interface Meta {
  readonly hash: string
  readonly count: number
  /** Milliseconds since 1970. */
  readonly writtenAt: number
}

/** `undefined` for a file of another layout. */
export function readMeta(database: Database): Meta | undefined {
  if (database.pragma('user_version') !== LAYOUT) return undefined
  return database.row<Meta>('SELECT hash, count, written_at AS writtenAt FROM meta')
}

/** Fills a new file with the lines of a list, in their order. Throws ADAPTER_INVALID for two instruments of one symbol. */
export function* fillWork(
  database: Database,
  feed: string,
  lines: Lines,
  order: Uint32Array,
  facts: Pick<Meta, 'hash' | 'writtenAt'>,
): Work<void> {
  database.script(TABLES)
  database.script(SEARCH_TABLE)
  // By hand, because a transaction of the library ends with the turn it began in.
  database.script('BEGIN')
  let id = 0
  for (const line of order) {
    id++
    const values = valuesOf(lines.text(line))
    const one = fromValues(values)
    if (database.write(INSERT, id, ...values) === 0) throw twice(database, feed, one)
    yield
    database.write(INSERT_WORDS, id, searchWords(one))
    yield
  }
  const { hash, writtenAt } = facts
  database.write('INSERT INTO meta VALUES (?, ?, ?)', hash, lines.count, writtenAt)
  yield
  database.script('COMMIT')
}

function twice(database: Database, feed: string, { exchange, symbol, token }: Instrument): TickwireError {
  const sql = 'SELECT token FROM instruments WHERE exchange = ? AND symbol = ?'
  const tokens = [database.row<{ token: string }>(sql, exchange, symbol)?.token, token]
  // Guessing which of the two is meant would be a wrong price sooner or later.
  return invalidList(feed, `has ${exchange}:${symbol} twice, as tokens ${tokens.join(' and ')}`)
}

/** ADAPTER_INVALID of a list that cannot be kept. */
export const invalidList = (feed: string, why: string) =>
  new TickwireError('ADAPTER_INVALID', `The instrument list of ${feed} ${why}`, {
    next: 'the adapter has to resolve this where it reads the list',
  })
