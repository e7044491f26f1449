import type { ServerOptions } from 'ws'

/**
 * What a message may come in: each piece costs memory of its own. No known client needs more for its longest message, and
 * with fewer a conformance suite fails.
 */
const MOST_FRAGMENTS = 64
const CHUNKS_PER_FRAGMENT = 4
/** Pings that were not answered yet because the client does not read: then it is cut off. Its types do not know it. */
const PINGS = { maxPendingAutoPongs: 60 }

/** How the WebSocket library is to serve: what its conformance is tried with is what clients meet. */
export const websocketOptions = (maxMessageBytes: number, maxFragments = MOST_FRAGMENTS): ServerOptions => ({
  noServer: true,
  clientTracking: false,
  // A bomb of 61 kB unpacks to hundreds of megabytes; clients that offer compression do without.
  perMessageDeflate: false,
  maxPayload: maxMessageBytes,
  maxFragments,
  maxBufferedChunks: CHUNKS_PER_FRAGMENT * maxFragments,
  ...PINGS,
})
