import type { Socket } from 'node:net'

/**
 * One finished, unmasked WebSocket text frame (RFC 6455, 5.2). The payload is copied, so that one frame can be shared by all clients while the bus buffer it came from is let go.
 */
export function textFrame(payload: Uint8Array): Buffer {
  const { length } = payload
  const at = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const frame = Buffer.allocUnsafe(at + length)
  frame[0] = 0x81
  if (at === 2) frame[1] = length
  else if (at === 4) {
    frame[1] = 126
    frame.writeUInt16BE(length, 2)
  } else {
    frame[1] = 127
    frame.writeUInt32BE(0, 2)
    frame.writeUInt32BE(length, 6)
  }
  frame.set(payload, at)
  return frame
}

/** What an outbox needs of a socket: `Socket` has it, and so has a test's sink. */
export type Sink = Pick<Socket, 'write'>
