import { parse } from 'csv-parse/sync'
import { TickwireError } from '../../shared/errors.ts'
import { quoteBytes } from '../../shared/words.ts'
import { isExchangeCode } from './symbols.ts'

/** Kite's columns: Kite Connect 3 documentation, "Market quotes and instruments". */
const COLUMNS = [
  'instrument_token',
  'tradingsymbol',
  'name',
  'expiry',
  'strike',
  'tick_size',
  'lot_size',
  'instrument_type',
  'segment',
  'exchange',
] as const

type Column = (typeof COLUMNS)[number]

/** One line of the list, as it stands there. */
export type Row = Readonly<Record<Column, string>>

/** Bytes that are read in one go: about a millisecond, after which the caller may let others work. */
const PIECE = 8192
const NEWLINE = 0x0a

/**
 * The rows of the list, read piece by piece. Lines that are no row are left out and told to `skipped`. Throws
 * INSTRUMENTS_MALFORMED when the columns are not Kite's, or the list ends within a row.
 */
export function* readRows(body: Uint8Array, skipped: (why: string) => void): Generator<Row> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const headEnd = lineEnd(bytes, 0)
  const head = readHead(bytes.subarray(0, headEnd))
  checkEnd(bytes, head)
  for (let start = headEnd; start < bytes.length; ) {
    const end = lineEnd(bytes, start + PIECE)
    for (const record of readLines(bytes.subarray(start, end), skipped))
      if (record.length !== head.width) skipped(`a line of ${record.length} columns, not ${head.width}`)
      else yield rowOf(record, head)
    start = end
  }
}

/**
 * A download that was cut must not take the place of a whole list: a last line without its end has to be a row in every
 * column, up to an exchange that exists. (One that was cut between two lines looks whole; its length gives it away.)
 */
function checkEnd(bytes: Buffer, { places, width }: Head): void {
  const start = bytes.lastIndexOf(NEWLINE) + 1
  if (start === bytes.length) return
  const [record = []] = readRecords(bytes.subarray(start), () => {})
  if (record.length !== width || !isExchangeCode(record[places.exchange] ?? ''))
    throw malformed('it ends in the middle of a row, so the download was cut')
}

/** Which column is where, and how many there are. */
interface Head {
  readonly places: Readonly<Record<Column, number>>
  readonly width: number
}

function readHead(line: Buffer): Head {
  const [names = []] = readRecords(line, () => {})
  const missing = COLUMNS.filter(column => !names.includes(column))
  if (missing.length > 0)
    throw malformed(`it lacks the columns ${missing.join(', ')} and begins with ${quoteBytes(line)}`)
  const places = Object.fromEntries(COLUMNS.map(column => [column, names.indexOf(column)])) as Head['places']
  return { places, width: names.length }
}

function lineEnd(bytes: Buffer, from: number): number {
  const newline = from < bytes.length ? bytes.indexOf(NEWLINE, from) : -1
  return newline === -1 ? bytes.length : newline + 1
}

/**
 * A row of Kite's is a line. Where quotes say otherwise one of them has lost its twin, and would take the rows behind it
 * along: then every line is read for itself.
 */
function readLines(piece: Buffer, skipped: (why: string) => void): string[][] {
  const records = readRecords(piece, () => {})
  const lines = splitLines(piece)
  if (records.length === lines.length) return records
  return lines.flatMap(line => readRecords(line, skipped))
}

function splitLines(piece: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let start = 0; start < piece.length; ) {
    const end = lineEnd(piece, start)
    lines.push(piece.subarray(start, end))
    start = end
  }
  return lines
}

const readRecords = (bytes: Buffer, skipped: (why: string) => void): string[][] =>
  parse(bytes, {
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: error => {
      skipped(`a line that cannot be read (${error?.code ?? 'no reason'})`)
      return undefined
    },
  })

function rowOf(record: readonly string[], { places }: Head): Row {
  const field = (column: Column) => record[places[column]] ?? ''
  return {
    instrument_token: field('instrument_token'),
    tradingsymbol: field('tradingsymbol'),
    name: field('name'),
    expiry: field('expiry'),
    strike: field('strike'),
    tick_size: field('tick_size'),
    lot_size: field('lot_size'),
    instrument_type: field('instrument_type'),
    segment: field('segment'),
    exchange: field('exchange'),
  }
}

export const malformed = (why: string): TickwireError =>
  new TickwireError('INSTRUMENTS_MALFORMED', `Kite's instrument list is not what it should be: ${why}`, {
    next: 'the list at hand stays in use; fetch it again with: tickwire instruments sync',
  })
