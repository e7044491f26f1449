/** What a known client needs done differently. */
export interface Quirks {
  /**
   * Reads only the first frame of what arrives together: every frame goes out in a write of its own, until the client
   * subscribes to a list of instruments. That client never does, and others draw no nonce of their own either.
   */
  readonly oneFramePerWrite: boolean
}

const NONE: Quirks = { oneFramePerWrite: false }

/**
 * Clients that can only be told by their handshake. The AmiBroker plugin writes its own WebSocket with a constant
 * `Sec-WebSocket-Key`, the sample nonce of RFC 6455; a library draws a new one each time.
 */
const BY_HANDSHAKE_KEY: ReadonlyMap<string, Quirks> = new Map([
  ['dGhlIHNhbXBsZSBub25jZQ==', { oneFramePerWrite: true }],
])

export const quirksOf = (handshakeKey: string | undefined): Quirks => BY_HANDSHAKE_KEY.get(handshakeKey ?? '') ?? NONE
