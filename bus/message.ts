import { TickwireError } from '../shared/errors.ts'

/**
 * The fixed header of a tick message. A tick message is one bus frame, `TOPIC` `\0` `header` `frame`; the bus layer
 * splits off the topic, so a body here is `header` + `frame`. All numbers little-endian:
 *
 *     0  u8   version, 1
 *     1  u8   flags: bit 0 = snapshot (a repeated last value, not a new tick),
 *                    bit 1 = position (no value at all: it only says how far the topic's sequence is),
 *                    bit 2 = kept (a snapshot of a market that is closed, from before this connection)
 *     2  u16  byte offset in the frame of the top-level symbol
 *     4  u16  byte offset in the frame of the symbol inside `data`
 *     6  u16  symbol length in bytes
 *     8  u64  epoch: when the publisher started, milliseconds since 1970
 *    16  u64  sequence of this topic: 1, 2, 3, … within an epoch;
 *              a snapshot and a position repeat the last one, 0 before the first
 *    24  u64  time of receipt from the broker, microseconds since 1970; 0 in a position
 *    32       frame: the finished client frame, UTF-8 JSON; empty in a position
 */
export interface TickHeader {
  readonly snapshot: boolean
  /** The frame is empty: all it says is that the topic's last publication of this epoch was `sequence`. */
  readonly position: boolean
  /** The last value of a market that is closed, kept from before: old, and still the last. Only with `snapshot`. */
  readonly kept: boolean
  readonly symbolAt: number
  readonly dataSymbolAt: number
  readonly symbolLength: number
  readonly epoch: number
  readonly sequence: number
  readonly receivedAt: number
}

export const TICK_VERSION = 1
export const TICK_HEADER_BYTES = 32
export const SNAPSHOT = 1
export const POSITION = 2
export const KEPT = 4
const HIGH = 2 ** 32

/** u64 as two halves: every value here stays below 2^53, and BigInt would allocate on the tick path. */
export function writeUint64(target: Uint8Array, value: number, at: number): void {
  writeUint32(target, value >>> 0, at)
  writeUint32(target, (value / HIGH) >>> 0, at + 4)
}

/** A tenth of what `writeUInt32LE` costs. */
function writeUint32(target: Uint8Array, value: number, at: number): void {
  target[at] = value
  target[at + 1] = value >>> 8
  target[at + 2] = value >>> 16
  target[at + 3] = value >>> 24
}

export const readUint64 = (source: Buffer, at: number): number =>
  source.readUInt32LE(at) + source.readUInt32LE(at + 4) * HIGH

export function writeTickHeader(target: Buffer, at: number, header: TickHeader): void {
  target[at] = TICK_VERSION
  target.writeUInt16LE(header.symbolAt, at + 2)
  target.writeUInt16LE(header.dataSymbolAt, at + 4)
  target.writeUInt16LE(header.symbolLength, at + 6)
  writeUint64(target, header.epoch, at + 8)
  stampTick(target, at, header)
  if (header.position) target[at + 1] = POSITION
}

/** Of a record that has no frame. */
export const positionHeader = (epoch: number, sequence: number): TickHeader => ({
  snapshot: false,
  position: true,
  kept: false,
  symbolAt: 0,
  dataSymbolAt: 0,
  symbolLength: 0,
  epoch,
  sequence,
  receivedAt: 0,
})

/** What one tick of a topic has that the one before had not. */
export type TickStamp = Pick<TickHeader, 'snapshot' | 'kept' | 'sequence' | 'receivedAt'>

/** Writes it over the header of a tick at `at`. */
export function stampTick(target: Uint8Array, at: number, stamp: TickStamp): void {
  target[at + 1] = stamp.snapshot ? (stamp.kept ? SNAPSHOT | KEPT : SNAPSHOT) : 0
  writeUint64(target, stamp.sequence, at + 16)
  writeUint64(target, stamp.receivedAt, at + 24)
}

/** Header and frame of a tick message. The frame is a view of `body`. Throws MESSAGE_MALFORMED. */
export function readTick(body: Buffer): { header: TickHeader; frame: Buffer } {
  if (body.length < TICK_HEADER_BYTES) throw malformed(`${body.length} bytes are too few for a tick message`)
  if (body[0] !== TICK_VERSION) throw malformed(`tick message version ${body[0]}, expected ${TICK_VERSION}`)
  const flags = body[1] ?? 0
  const header: TickHeader = {
    snapshot: (flags & SNAPSHOT) !== 0,
    position: (flags & POSITION) !== 0,
    kept: (flags & KEPT) !== 0,
    symbolAt: body.readUInt16LE(2),
    dataSymbolAt: body.readUInt16LE(4),
    symbolLength: body.readUInt16LE(6),
    epoch: readUint64(body, 8),
    sequence: readUint64(body, 16),
    receivedAt: readUint64(body, 24),
  }
  const frame = body.subarray(TICK_HEADER_BYTES)
  if (header.position !== (frame.length === 0))
    throw malformed(header.position ? 'a position with a frame' : 'a tick message without a frame')
  const { symbolAt, dataSymbolAt, symbolLength } = header
  if (symbolAt + symbolLength > dataSymbolAt || dataSymbolAt + symbolLength > frame.length)
    throw malformed('symbol offsets point outside the frame')
  return { header, frame }
}

export const malformed = (message: string): TickwireError => new TickwireError('MESSAGE_MALFORMED', message)
