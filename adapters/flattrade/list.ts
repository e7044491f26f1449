import { parse } from 'csv-parse/sync'
import { TickwireError } from '../../shared/errors.ts'
import { quote } from '../../shared/words.ts'

/** What is read of a row, by the name of its column in small letters; brokers of the family name some otherwise. */
const COLUMNS = {
  exchange: 'exchange',
  token: 'token',
  symbol: 'symbol',
  tradingsymbol: 'tradingSymbol',
  instrument: 'instrument',
  lotsize: 'lotSize',
  ticksize: 'tickSize',
  expiry: 'expiry',
  strike: 'strike',
  strikeprice: 'strike',
  optiontype: 'optionType',
} as const

type Column = (typeof COLUMNS)[keyof typeof COLUMNS]

const columns: ReadonlyMap<string, Column> = new Map(Object.entries(COLUMNS))

/** Without these a file is no list; lists of shares lack those of contracts. */
const NEEDED: readonly Column[] = ['exchange', 'token', 'symbol', 'tradingSymbol', 'instrument']

/** One line of the list, as it stands there; empty for a column that the file does not have. */
export type Row = Readonly<Record<Column, string>>

/** Which column is where, and how many have a name. */
interface Head {
  readonly places: ReadonlyMap<Column, number>
  readonly width: number
}

/** The rows of one file. Lines that are no row are left out and told to `skipped`. Throws INSTRUMENTS_MALFORMED. */
export function* readRows(file: Uint8Array, skipped: (why: string) => void): Generator<Row> {
  const lines = readLines(file)
  const first = lines.next().value?.text ?? ''
  const head = readHead(first)
  for (const { text, isWhole } of lines) {
    if (text.trim() === '') continue
    const fields = split(text)
    const missing = head.width - fields.length
    // A download that was cut must not take the place of a whole list.
    if (missing > 0 && !isWhole) throw malformed('it ends in the middle of a row, so the download was cut')
    if (missing > 0 || fields.slice(head.width).some(Boolean))
      skipped(`a line of ${fields.length} columns, not ${head.width}`)
    else yield rowOf(fields, head)
  }
}

function readHead(line: string): Head {
  const names = split(line.replace(/^\uFEFF/, '')).map(name => name.trim().toLowerCase())
  const places = new Map<Column, number>()
  for (const [place, name] of names.entries()) {
    const column = columns.get(name)
    if (column) places.set(column, place)
  }
  const missing = NEEDED.filter(column => !places.has(column))
  if (missing.length > 0) throw malformed(`it lacks the columns ${missing.join(', ')} and begins with ${quote(line)}`)
  // Some end each line with a comma, which begins a column without a name.
  return { places, width: names.findLastIndex(Boolean) + 1 }
}

/** Lines of a list are plain, and a row is a line: a quote that lost its twin must not take others along. */
function split(line: string): string[] {
  if (!line.includes('"')) return line.split(',')
  const [fields = []] = parse(line, { relax_column_count: true, relax_quotes: true, skip_records_with_error: true })
  return fields
}

const NEWLINE = 0x0a

/** Decoded one by one: a list is read in pieces, between which others get their turn. `isWhole`: its end was there. */
function* readLines(file: Uint8Array): Generator<{ readonly text: string; readonly isWhole: boolean }, undefined> {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength)
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline === -1 ? bytes.length : newline
    yield { text: bytes.toString('utf8', start, end).replace(/\r$/, ''), isWhole: newline !== -1 }
    start = end + 1
  }
  return undefined
}

function rowOf(fields: readonly string[], { places }: Head): Row {
  const field = (column: Column): string => {
    const place = places.get(column)
    return place === undefined ? '' : (fields[place] ?? '').trim()
  }
  return {
    exchange: field('exchange'),
    token: field('token'),
    symbol: field('symbol'),
    tradingSymbol: field('tradingSymbol'),
    instrument: field('instrument'),
    lotSize: field('lotSize'),
    tickSize: field('tickSize'),
    expiry: field('expiry'),
    strike: field('strike'),
    optionType: field('optionType'),
  }
}

export const malformed = (why: string): TickwireError =>
  new TickwireError('INSTRUMENTS_MALFORMED', `A list of instruments of Flattrade is not what it should be: ${why}`, {
    next: 'the list at hand stays in use; fetch it again with: tickwire instruments sync; leave a file out with the setting master_files',
  })
