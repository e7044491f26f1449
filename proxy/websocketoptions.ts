import type { ServerOptions } from 'ws'

/**
 * What a message may come in: each piece costs memory of its own. No known client needs more for its longest message, and
 * with fewer fragments a conformance suite fails.
 */
const PIECES = { maxFragments: 64, maxBufferedChunks: 256 }
/** Pings that were not answered yet because the client does not read: then it is cut off. */
const PINGS = { maxPendingAutoPongs: 60 }

/** How the WebSocket library is to serve: what its conformance is tried with is what clients meet. */
export const websocketOptions = (maxMessageBytes: number): ServerOptions => ({
  noServer: true,
  clientTracking: false,
  // A bomb of 61 kB unpacks to hundreds of megabytes; clients that offer compression do without.
  perMessageDeflate: false,
  maxPayload: maxMessageBytes,
  ...PIECES,
  ...PINGS,
})
