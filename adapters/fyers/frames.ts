/**
 * What is sent on the price socket (HSM). All integers big-endian; a u16 says how many bytes follow, then come the type,
 * the number of fields, and fields of an id, a u16 length and their bytes.
 */
const TYPES = {
  authenticate: 1,
  acknowledge: 3,
  subscribe: 4,
  unsubscribe: 5,
  pause: 7,
  resume: 8,
  snapshot: 9,
  mode: 12,
} as const

type Field = readonly [id: number, bytes: Uint8Array]

/** The one frame without a number of fields. No answer to it is promised. */
export const PING = Uint8Array.of(0, 1, 11)

/** The first frame of a connection: before it the server says nothing. */
export const authenticate = (key: string, source: string): Uint8Array =>
  write(TYPES.authenticate, [
    [1, ascii(key)],
    // The production server; the development server wants N.
    [2, ascii('P')],
    // Send the stream configuration with the answer.
    [3, Uint8Array.of(1)],
    [4, ascii(source)],
  ])

/** Of the data frame with that number. */
export const acknowledge = (message: number): Uint8Array => write(TYPES.acknowledge, [[1, u32(message)]])

export const subscribe = (topics: readonly string[], channel: number): Uint8Array =>
  write(TYPES.subscribe, [
    [1, list(topics)],
    [2, Uint8Array.of(channel)],
  ])

export const unsubscribe = (topics: readonly string[], channel: number): Uint8Array =>
  write(TYPES.unsubscribe, [
    [1, list(topics)],
    [2, Uint8Array.of(channel)],
  ])

export const pauseChannels = (channels: readonly number[]): Uint8Array => write(TYPES.pause, [[1, bitmap(channels)]])

export const resumeChannels = (channels: readonly number[]): Uint8Array => write(TYPES.resume, [[1, bitmap(channels)]])

/** Every field of these topics once more; of no channel. */
export const requestSnapshot = (topics: readonly string[]): Uint8Array => write(TYPES.snapshot, [[1, list(topics)]])

/** Whether updates of channels hold all fields or the last price only. Forgotten with the connection. */
export const setMode = (channels: readonly number[], mode: 'full' | 'lite'): Uint8Array =>
  write(TYPES.mode, [
    [1, bitmap(channels)],
    [2, ascii(mode === 'full' ? 'F' : 'L')],
  ])

const ascii = (text: string): Uint8Array => Buffer.from(text, 'latin1')

function write(type: number, fields: readonly Field[]): Uint8Array {
  const length = fields.reduce((sum, [, bytes]) => sum + 3 + bytes.length, 4)
  const frame = Buffer.alloc(length)
  frame.writeUInt16BE(length - 2, 0)
  frame.writeUInt8(type, 2)
  frame.writeUInt8(fields.length, 3)
  let at = 4
  for (const [id, bytes] of fields) {
    frame.writeUInt8(id, at)
    frame.writeUInt16BE(bytes.length, at + 1)
    frame.set(bytes, at + 3)
    at += 3 + bytes.length
  }
  return frame
}

function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** A count and the topics, each behind its length. */
function list(topics: readonly string[]): Uint8Array {
  const parts = topics.map(ascii).flatMap(topic => [Uint8Array.of(topic.length), topic])
  const count = Buffer.alloc(2)
  count.writeUInt16BE(topics.length)
  return Buffer.concat([count, ...parts])
}

/** Bit n stands for channel n. */
function bitmap(channels: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(channels.reduce((bits, channel) => bits | (1n << BigInt(channel)), 0n))
  return bytes
}
