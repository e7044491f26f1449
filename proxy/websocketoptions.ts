import type { ServerOptions } from 'ws'

/** Half of what the smallest path of the internet carries in one packet. */
const SMALLEST_PIECE = 256

/** How the WebSocket library is to serve: what its conformance is tried with is what clients meet. */
export const websocketOptions = (maxMessageBytes: number): ServerOptions => ({
  noServer: true,
  clientTracking: false,
  // A bomb of 61 kB unpacks to hundreds of megabytes; clients that offer compression do without.
  perMessageDeflate: false,
  maxPayload: maxMessageBytes,
  // A message may come in pieces as small as this, and no smaller: each costs memory of its own.
  maxFragments: maxMessageBytes / SMALLEST_PIECE,
  maxBufferedChunks: maxMessageBytes / SMALLEST_PIECE,
})
