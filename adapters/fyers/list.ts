import { parse } from 'csv-parse/sync'
import { TickwireError } from '../../shared/errors.ts'
import { quote, quoteBytes } from '../../shared/words.ts'

/** The columns of the lists, which have no head (Fyers API v3 documentation, "Symbol master"; rows of 2026). */
const WIDTH = 21

/** One line of a list: what is of use of it. */
export interface Row {
  readonly fytoken: string
  readonly description: string
  /** Fyers' number for what it is: 0 a share, 10 an index, 11 a future of an index, … */
  readonly type: string
  readonly lot: string
  readonly tick: string
  /** Epoch seconds; empty where nothing expires. */
  readonly expiry: string
  readonly ticker: string
  /** 10 NSE, 11 MCX, 12 BSE. */
  readonly house: string
  /** 10 cash, 11 futures and options, 12 currency, 20 commodity. */
  readonly segment: string
  readonly underlying: string
  readonly strike: string
  readonly option: string
  /** `None`, or the day that the contract was to expire on before it was moved. */
  readonly reserved: string
}

const NEWLINE = 0x0a

/**
 * The rows of a list, one by one. Lines that are no row are left out and told to `skipped`. Throws INSTRUMENTS_MALFORMED,
 * with `file` for its name, for a text without a single row and for one that ends within a row; an empty one is an
 * exchange where nothing is listed.
 */
export function* readRows(file: string, body: Uint8Array, skipped: (why: string) => void): Generator<Row> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  let lines = 0
  let rows = 0
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, start)
    const end = newline === -1 ? bytes.length : newline
    const line = bytes.toString('utf8', start, end).trim()
    start = end + 1
    if (line === '') continue
    lines++
    const fields = splitLine(line)
    // A download that was cut must not take the place of a whole list; a last row that is whole needs no newline.
    if (fields?.length !== WIDTH && newline === -1 && rows > 0)
      throw malformed(`${file} ends in the middle of a row, so the download was cut`)
    if (fields?.length !== WIDTH) skipped(`a line of ${fields?.length ?? 'unreadable'} columns, not ${WIDTH}`)
    else if (!/^\d{11,20}$/.test(fields[0] ?? ''))
      skipped(`a line that begins with ${quote(fields[0] ?? '')}, no fytoken`)
    else {
      rows++
      yield rowOf(fields)
    }
  }
  if (lines > 0 && rows === 0) throw malformed(`${file} begins with ${quoteBytes(bytes)}`)
}

/** Nearly no line has quotes, and a list has 150,000 of them. */
function splitLine(line: string): readonly string[] | undefined {
  if (!line.includes('"')) return line.replace(/^\uFEFF/, '').split(',')
  const [fields]: string[][] = parse(line, { bom: true, relax_quotes: true, skip_records_with_error: true })
  return fields
}

function rowOf(fields: readonly string[]): Row {
  const at = (column: number): string => fields[column]?.trim() ?? ''
  return {
    fytoken: at(0),
    description: at(1),
    type: at(2),
    lot: at(3),
    tick: at(4),
    expiry: at(8),
    ticker: at(9),
    house: at(10),
    segment: at(11),
    underlying: at(13),
    strike: at(15),
    option: at(16),
    reserved: at(18),
  }
}

export const malformed = (why: string): TickwireError =>
  new TickwireError('INSTRUMENTS_MALFORMED', `An instrument list of Fyers is not what it should be: ${why}`, {
    next: 'the list at hand stays in use; fetch it again with: tickwire instruments sync',
  })
