/** One message as the bus hands it over. */
export interface BusMessage {
  readonly topic: string
  readonly body: Buffer
  /** Came in the plain two-part form `[TOPIC, body]` that any language can send. */
  readonly plain: boolean
}

/**
 * Says that somebody began or ceased to want what starts with `filter` on this publisher. An exact topic reads
 * `TOPIC\0`; anything else is a prefix, the empty text everything.
 */
export type Demand = (filter: string, wanted: boolean) => void

/**
 * One process's door to the bus. Delivery is at most once and in order per publisher; a receiver that cannot keep up
 * loses messages without a word, which is why everything on the bus carries a sequence.
 */
export interface Bus {
  /**
   * Queues one message; never blocks and never throws for what receivers do. The body is copied: its bytes may be used
   * again at once. A `seal` follows the body (guard.ts). Without a connection, or after `close()`, the message vanishes. Throws MESSAGE_MALFORMED over 64 MiB.
   */
  publish(topic: string, body: Buffer, seal?: Buffer): void
  /** From now on receive messages of exactly this topic. Subscribing twice is subscribing once. */
  subscribe(topic: string): void
  unsubscribe(topic: string): void
  /** Receive every topic that begins so, also in the plain two-part form, which no exact subscription receives. */
  subscribePrefix(prefix: string): void
  unsubscribePrefix(prefix: string): void
  /** Sets the one receiver of messages. Called in order, synchronously. Until then messages wait, to the high-water mark. */
  onMessage(receive: (message: BusMessage) => void): void
  /** Sets the one listener for demand; called with what is wanted already. */
  onDemand(listen: Demand): void
  /**
   * Sets the one listener for the connection: hears of every change of `connected()` from now on, the first connection
   * included, but not of `close()`.
   */
  onConnection(listen: (connected: boolean) => void): void
  /** Counters since opening, for status and metrics. */
  counts(): { readonly published: number; readonly received: number; readonly malformed: number }
  /** Whether both directions are connected to the forwarder now. */
  connected(): boolean
  /** Sends what is queued as far as that takes no waiting, then lets go of sockets. */
  close(): Promise<void>
}

/** Topics besides ticks: the subscription sets down, the feed status up. */
export const controlTopic = (feed: string): string => `${CONTROL_PREFIX}${feed}`
export const CONTROL_PREFIX = 'CONTROL_'
export const statusTopic = (feed: string): string => `STATUS_${feed}`
export const STATUS_PREFIX = 'STATUS_'

/** How each wanted instrument of a feed stands: what has changed, and all of it for who asks. */
export const statesTopic = (feed: string): string => `${STATES_PREFIX}${feed}`
export const STATES_PREFIX = 'STATES_'

/** What becomes of the orders of a feed's account: finished client frames, for its owner alone. */
export const ordersTopic = (feed: string): string => `${ORDERS_PREFIX}${feed}`
export const ORDERS_PREFIX = 'ORDERS_'
