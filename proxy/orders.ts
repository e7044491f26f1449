import { type Bus, ordersTopic } from '../bus/bus.ts'
import type { Log } from '../shared/log.ts'
import { readOrderOwner } from '../shared/market/order.ts'
import { messageFrame } from './fanout/frame.ts'
import type { Outbox } from './fanout/outbox.ts'

export interface OrderCounts {
  /** Order updates taken from the bus for their user's clients. */
  orders: number
  /** Of another user than the one whose feed sent them: dropped. */
  strayOrders: number
}

type Taker = Pick<Outbox, 'offer'>

/**
 * Who hears what becomes of orders: clients of the user whose account it is, and nobody else. A feed is asked for its
 * updates while such a client is there. Owner of who wants them.
 */
export class Orders {
  readonly counts: OrderCounts = { orders: 0, strayOrders: 0 }
  readonly #bus: Bus
  readonly #log: Log
  /** The user of each feed. */
  #owners: ReadonlyMap<string, string> = new Map()
  /** By user; none without clients. */
  readonly #takers = new Map<string, Set<Taker>>()
  /** Feeds whose updates come. */
  #asked: ReadonlySet<string> = new Set()
  /** Feeds that sent what is not of their user, and were told of in the log. */
  readonly #told = new Set<string>()

  constructor(bus: Bus, log: Log) {
    this.#bus = bus
    this.#log = log
  }

  /** Takes the feeds of the database: whoever wants the updates of a user gets those of new feeds, too. */
  register(feeds: readonly { readonly name: string; readonly userId: string }[]): void {
    this.#owners = new Map(feeds.map(({ name, userId }) => [name, userId]))
    this.#ask()
  }

  /** From now on `taker` gets the updates of all feeds this user has or will have; gives what ends it. */
  join(userId: string, taker: Taker): () => void {
    const takers = this.#takers.get(userId) ?? new Set()
    takers.add(taker)
    this.#takers.set(userId, takers)
    this.#ask()
    return () => {
      if (!takers.delete(taker) || takers.size > 0) return
      this.#takers.delete(userId)
      this.#ask()
    }
  }

  /** Takes one message of a feed. Throws MESSAGE_MALFORMED for what is no order update. */
  receive(feed: string, body: Buffer): void {
    const userId = this.#owners.get(feed)
    const takers = userId === undefined ? undefined : this.#takers.get(userId)
    // The last words of a feed that is not asked any more.
    if (!takers) return
    if (readOrderOwner(body).userId !== userId) {
      this.counts.strayOrders++
      this.#report(feed)
      return
    }
    this.counts.orders++
    const frame = messageFrame(body)
    for (const taker of takers) taker.offer(frame)
  }

  #ask(): void {
    const isWanted = (userId: string) => this.#takers.has(userId)
    const wanted = new Set([...this.#owners].filter(([, userId]) => isWanted(userId)).map(([feed]) => feed))
    for (const feed of this.#asked) if (!wanted.has(feed)) this.#bus.unsubscribe(ordersTopic(feed))
    for (const feed of wanted) if (!this.#asked.has(feed)) this.#bus.subscribe(ordersTopic(feed))
    this.#asked = wanted
  }

  #report(feed: string): void {
    if (this.#told.has(feed)) return
    this.#told.add(feed)
    this.#log.warn({ feed }, `dropped an order update of ${feed} that is not of its user; told once, counted always`)
  }
}
