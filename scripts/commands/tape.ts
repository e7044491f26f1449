import { readTape, readTapeHeader, type TapeRecord } from '../../shared/tape.ts'
import { countOf } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { type Column, openTerminal, type Terminal } from '../terminal.ts'

const HEAD_BYTES = 24
const HEAD_CHARACTERS = 72

const clock = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Asia/Kolkata',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
})

const kindOf = ({ frame }: TapeRecord) => (typeof frame === 'string' ? 'text' : 'binary')
const bytesOf = ({ frame }: TapeRecord) => (typeof frame === 'string' ? Buffer.byteLength(frame) : frame.length)
const hexOf = (bytes: Uint8Array, end = bytes.length) => Buffer.from(bytes.subarray(0, end)).toString('hex')

const COLUMNS: readonly Column<TapeRecord>[] = [
  { head: 'IN INDIA', cell: row => clock.format(row.receivedAt / 1000) },
  { head: 'CONNECTION', cell: row => row.connection, right: true },
  { head: 'DIRECTION', cell: row => row.direction, paint: row => (row.direction === 'note' ? 'yellow' : undefined) },
  { head: 'KIND', cell: kindOf },
  { head: 'BYTES', cell: bytesOf, right: true },
  {
    head: 'BEGINS WITH',
    cell: ({ frame }) => (typeof frame === 'string' ? frame.slice(0, HEAD_CHARACTERS) : hexOf(frame, HEAD_BYTES)),
  },
]

/**
 * `tickwire tape show FILE`: a table with the beginning of each frame, or JSON lines with whole frames. Throws NOT_FOUND,
 * FOLDER_UNUSABLE, and TAPE_CORRUPT after it has shown what comes before the damage.
 */
export async function showTape(globals: Globals, path: string, { limit }: { readonly limit: number }): Promise<void> {
  const terminal = openTerminal(globals)
  const { feed, broker, startedAt, note } = readTapeHeader(path)
  const from = new Date(startedAt).toLocaleString('en-GB', { timeZone: 'Asia/Kolkata' })
  terminal.say(`${path}: ${feed} (${broker}), begun ${from} in India${note === undefined ? '' : `, ${note}`}`)
  const shown: TapeRecord[] = []
  try {
    for (const record of recordsOf(path, terminal)) {
      if (shown.length === limit) {
        terminal.say(`There are more. next: tickwire tape show ${path} --limit ${limit * 10}`)
        break
      }
      shown.push(record)
    }
  } finally {
    if (terminal.format === 'json') for (const record of shown) terminal.print(JSON.stringify(lineOf(record)))
    else if (shown.length > 0) terminal.print(terminal.table(shown, COLUMNS))
    else terminal.say('It holds no whole record.')
  }
}

const recordsOf = (path: string, terminal: Terminal) =>
  readTape(path, {
    onTorn: ({ at, bytes }) =>
      terminal.say(`It was cut off: the last ${countOf(bytes, 'byte')}, from ${at} on, are no whole record.`),
  })

function lineOf(record: TapeRecord): object {
  const { receivedAt, connection, direction, frame } = record
  const content = typeof frame === 'string' ? { text: frame } : { hex: hexOf(frame) }
  return { receivedAt, connection, direction, kind: kindOf(record), bytes: bytesOf(record), ...content }
}
