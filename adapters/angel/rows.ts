import { TickwireError } from '../../shared/errors.ts'
import { quoteBytes, readJson } from '../../shared/words.ts'

/** One entry of the list: SmartAPI documentation, "Instruments". Texts as they stand there; absent is empty. */
export interface Row {
  readonly token: string
  readonly symbol: string
  readonly name: string
  readonly expiry: string
  readonly strike: string
  readonly lotsize: string
  readonly instrumenttype: string
  readonly exch_seg: string
  readonly tick_size: string
}

const OPEN = 0x5b // [
const CLOSE = 0x5d // ]
const BRACE = 0x7b // {
const END_BRACE = 0x7d // }
/** No row of the vendor's has a tenth of it. */
const LONGEST_ROW = 10_000

/**
 * The rows of the list, which is one JSON array of 32 MB: cut into its objects and read one by one, since all of it at
 * once would hold up the process. Throws INSTRUMENTS_MALFORMED before the first row when it is no such array, or was cut;
 * entries that are no rows are left out and told to `skipped`.
 */
export function* readRows(body: Uint8Array, skipped: (why: string) => void): Generator<Row> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const end = checkArray(bytes)
  for (let start = bytes.indexOf(BRACE); start !== -1 && start < end; ) {
    const close = rowEnd(bytes, start)
    const row = close === -1 ? undefined : toRow(bytes.toString('utf8', start, close + 1))
    if (row === undefined)
      skipped(`an entry that is no row: ${quoteBytes(bytes.subarray(start, close === -1 ? end : close + 1))}`)
    else yield row
    start = bytes.indexOf(BRACE, close === -1 ? start + 1 : close + 1)
  }
}

/** Where the array ends: with a bracket behind a whole row, or the download was cut. */
function checkArray(bytes: Buffer): number {
  const first = bytes.findIndex(byte => !isBlank(byte))
  const last = lastSolid(bytes, bytes.length)
  if (bytes[first] !== OPEN) throw malformed(`it begins with ${quoteBytes(bytes.subarray(Math.max(first, 0)))}`)
  const before = bytes[lastSolid(bytes, last)]
  if (bytes[last] === CLOSE && (before === END_BRACE || before === OPEN)) return last
  throw malformed('it ends in the middle, so the download was cut')
}

/** Also the mark that some editors put at the beginning. */
const isBlank = (byte: number | undefined): boolean => byte !== undefined && (byte <= 0x20 || byte > 0x7f)

/** The last byte before `end` that is no blank. */
function lastSolid(bytes: Buffer, end: number): number {
  let at = end - 1
  while (isBlank(bytes[at])) at--
  return at
}

/** The brace that ends the object at `start`: one inside a text is none. Rows hold no objects. -1 when there is no end. */
function rowEnd(bytes: Buffer, start: number): number {
  const most = Math.min(bytes.length, start + LONGEST_ROW)
  let isText = false
  for (let at = start + 1; at < most; at++) {
    const byte = bytes[at]
    if (isText && byte === 0x5c) at++
    else if (byte === 0x22) isText = !isText
    else if (!isText && byte === END_BRACE) return at
    else if (!isText && byte === BRACE) return -1
  }
  return -1
}

function toRow(text: string): Row | undefined {
  const json = readJson(text)
  if (!isRow(json)) return undefined
  const field = (name: keyof Row): string => {
    const value = json[name]
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : ''
  }
  return {
    token: field('token'),
    symbol: field('symbol'),
    name: field('name'),
    expiry: field('expiry'),
    strike: field('strike'),
    lotsize: field('lotsize'),
    instrumenttype: field('instrumenttype'),
    exch_seg: field('exch_seg'),
    tick_size: field('tick_size'),
  }
}

/** A whole schema would cost more than the rest of the reading. */
const isRow = (json: unknown): json is Partial<Record<keyof Row, unknown>> =>
  typeof json === 'object' && json !== null && 'token' in json && 'symbol' in json && 'exch_seg' in json

export const malformed = (why: string): TickwireError =>
  new TickwireError('INSTRUMENTS_MALFORMED', `Angel One's instrument list is not what it should be: ${why}`, {
    next: 'the list at hand stays in use; fetch it again with: tickwire instruments sync',
  })
