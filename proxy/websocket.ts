/** Bytes before the payload of an unmasked message (RFC 6455, 5.2). */
export const messageHeaderBytes = (payloadBytes: number): number =>
  payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10

/** Writes the header of a text message whose payload will follow; `at` is where it begins. */
export function writeMessageHeader(target: Uint8Array, at: number, payloadBytes: number): void {
  const view = target as Buffer
  view[at] = 0x81
  switch (messageHeaderBytes(payloadBytes)) {
    case 2:
      view[at + 1] = payloadBytes
      break
    case 4:
      view[at + 1] = 126
      view.writeUInt16BE(payloadBytes, at + 2)
      break
    default:
      view[at + 1] = 127
      view.writeUInt32BE(0, at + 2)
      view.writeUInt32BE(payloadBytes, at + 6)
  }
}

/** Where the payload of a message begins that `textMessage` made. */
export const payloadStart = (message: Uint8Array): number => {
  const length = message[1] ?? 0
  return length < 126 ? 2 : length === 126 ? 4 : 10
}

/** One finished, unmasked WebSocket text message. The payload is copied: what it came in can be let go. */
export function textMessage(payload: Uint8Array): Buffer {
  const at = messageHeaderBytes(payload.length)
  const message = Buffer.allocUnsafe(at + payload.length)
  writeMessageHeader(message, 0, payload.length)
  message.set(payload, at)
  return message
}

/** What an outbox needs of a socket: `Socket` has it, and so has whatever stands before one. */
export interface Sink {
  /** Bytes that were given to it and not taken by the kernel. */
  readonly writableLength: number
  write(bytes: Uint8Array, written?: (error?: Error | null) => void): boolean
}
