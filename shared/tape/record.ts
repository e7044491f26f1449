import { z } from 'zod'
import { crc32 } from '../checksum.ts'

/** What a tape says of itself. */
const tapeHeader = z.object({
  /** Name of the feed whose frames these are. */
  feed: z.string(),
  /** Its broker, in lower case. */
  broker: z.string(),
  /** Milliseconds since 1970. */
  startedAt: z.number().int(),
  /** For people. */
  note: z.string().optional(),
})

const headerText = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text)
    } catch {
      context.addIssue('no JSON')
      return z.NEVER
    }
  })
  .pipe(tapeHeader)

export type TapeHeader = z.infer<typeof tapeHeader>

/** `in` came from the broker, `out` went to it, `note` is a remark of the recorder and was on no wire. */
type Direction = 'in' | 'out' | 'note'

/** One frame of one connection. */
export interface TapeRecord {
  /** Microseconds since 1970; for `out` the time of sending. */
  readonly receivedAt: number
  /** Which connection of the feed, 0 to 65535. */
  readonly connection: number
  readonly direction: Direction
  /** A text frame as text, a binary one as bytes. */
  readonly frame: string | Uint8Array
}

/** The fixed beginning of a record. */
export interface RecordHead {
  readonly checksum: number
  readonly length: number
  readonly receivedAt: number
  readonly connection: number
  readonly direction: Direction
  readonly isBinary: boolean
}

const MAGIC = Buffer.from('TWTAPE')
const VERSION = 1
/** Magic, version and length: what must be read to know how long the tape's header is. */
export const PREAMBLE_BYTES = 12
export const CHECKSUM_BYTES = 4
export const RECORD_HEAD_BYTES = 24
/** What no header and no frame is longer than. */
export const MAX_LENGTH = 64 * 1024 * 1024
const DIRECTIONS: readonly Direction[] = ['in', 'out', 'note']
const HIGH = 2 ** 32

/** The first bytes of a tape. Their layout is in shared/README.md. */
export function encodeHeader(header: TapeHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header))
  const bytes = Buffer.alloc(PREAMBLE_BYTES + json.length + CHECKSUM_BYTES)
  bytes.set(MAGIC)
  bytes.writeUInt16LE(VERSION, 6)
  bytes.writeUInt32LE(json.length, 8)
  bytes.set(json, PREAMBLE_BYTES)
  const end = bytes.length - CHECKSUM_BYTES
  bytes.writeUInt32LE(crc32(bytes.subarray(0, end)), end)
  return bytes
}

/** How long the header's JSON is, or in words why this is no tape. */
export function readPreamble(bytes: Buffer): number | string {
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return 'it does not begin with TWTAPE'
  if (bytes.length < PREAMBLE_BYTES) return 'it ends within its header'
  const version = bytes.readUInt16LE(6)
  if (version !== VERSION) return `it is of version ${version}, and this Tickwire reads version ${VERSION}`
  const length = bytes.readUInt32LE(8)
  return length > MAX_LENGTH ? `its header claims ${length} bytes` : length
}

/** The header, when preamble, JSON and checksum fit together. */
export function readHeader(preamble: Buffer, json: Buffer, checksum: Buffer): TapeHeader | undefined {
  if (crc32(Buffer.concat([preamble, json])) !== checksum.readUInt32LE()) return undefined
  return headerText.safeParse(json.toString()).data
}

/** One record, ready to be written. The layout is in shared/README.md. */
export function encodeRecord({ receivedAt, connection, direction, frame }: TapeRecord): Buffer {
  const isBinary = typeof frame !== 'string'
  const content = isBinary ? frame : Buffer.from(frame)
  const bytes = Buffer.allocUnsafe(RECORD_HEAD_BYTES + content.length)
  bytes.writeUInt32LE(crc32(content), 4)
  bytes.writeUInt32LE(content.length, 8)
  bytes.writeUInt32LE(receivedAt % HIGH, 12)
  bytes.writeUInt32LE(Math.floor(receivedAt / HIGH), 16)
  bytes.writeUInt16LE(connection, 20)
  bytes[22] = DIRECTIONS.indexOf(direction)
  bytes[23] = isBinary ? 1 : 0
  bytes.writeUInt32LE(crc32(bytes.subarray(4, RECORD_HEAD_BYTES)), 0)
  bytes.set(content, RECORD_HEAD_BYTES)
  return bytes
}

/** Reads a record's beginning; `undefined` when it was changed. */
export function readRecordHead(bytes: Buffer): RecordHead | undefined {
  const direction = DIRECTIONS[bytes[22] ?? DIRECTIONS.length]
  const length = bytes.readUInt32LE(8)
  if (bytes.readUInt32LE(0) !== crc32(bytes.subarray(4, RECORD_HEAD_BYTES))) return undefined
  if (direction === undefined || length > MAX_LENGTH) return undefined
  return {
    checksum: bytes.readUInt32LE(4),
    length,
    receivedAt: bytes.readUInt32LE(12) + bytes.readUInt32LE(16) * HIGH,
    connection: bytes.readUInt16LE(20),
    direction,
    isBinary: bytes[23] === 1,
  }
}
