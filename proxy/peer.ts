import type { OutboxCounts } from './fanout/outbox.ts'
import type { Guest } from './farewell.ts'

/** What never changes of a connection, and how quick it is. */
export interface PeerFacts {
  /** Unique among those of one process. */
  readonly id: string
  readonly kind: 'websocket' | 'events'
  readonly address: string
  /** Milliseconds since 1970. */
  readonly since: number
  /** Whether it asked for more than the base protocol. */
  readonly isExtended: boolean
  /** From its last ping to the answer; where nobody pings, or it has not answered yet, `undefined`. */
  readonly lagMs: number | undefined
}

/** One client's connection as the server sees it, however it came: over WebSocket, or to read events over HTTP. */
export interface Peer extends Guest {
  readonly facts: PeerFacts
  readonly authenticated: boolean
  /** Instruments times modes. */
  readonly subscriptions: number
  /** The key it came in with. */
  readonly keyId: string | undefined
  /** What it has said. */
  readonly messages: number
  readonly hearsOrders: boolean
  readonly counts: OutboxCounts
  /** Closes it if its key is no longer good. */
  recheck(): void
  /** Takes feeds away that belong to others by now, or are shared no more. */
  evict(): void
  /** Looks whether other sources serve it now. */
  reroute(): void
  /** Guards of changes before this moment, monotonic milliseconds, have stood long enough. */
  endGuards(before: number): void
  /** Asks whether it is still there, where the protocol has a question for that. */
  ping(): void
  /** Ends it without a word. */
  cut(): void
}
