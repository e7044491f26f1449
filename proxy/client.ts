import type { Audit } from '../shared/audit.ts'
import type { Cancel, Clock } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import type { TopicParts } from '../shared/market/topic.ts'
import type { Access, Identity } from './access.ts'
import type { Failover } from './failover.ts'
import type { Hub } from './fanout/hub.ts'
import type { Outbox } from './fanout/outbox.ts'
import { type FeedView, isUp } from './feeds.ts'
import { Hearing } from './hearing.ts'
import { Holdings } from './holdings.ts'
import { lookUpListed } from './listing.ts'
import { lookUp, stillThere } from './lookup.ts'
import type { Orders } from './orders.ts'
import { NOT_AUTHENTICATED, parseMessage, type Refusal, type Request, type RequestId } from './protocol.ts'
import { BAD_KEY, NO_FEED, NO_KEY, readsLess, unsupported } from './refusals.ts'
import * as replies from './replies.ts'
import type { Instruments } from './routing.ts'
import type { Shelf } from './shelf.ts'
import type { States } from './states.ts'
import { type Job, Worklist, type Workshop } from './worklist.ts'

/** What all clients share. */
export interface Rooms {
  readonly clock: Clock
  readonly log: Log
  readonly audit: Audit
  readonly access: Pick<Access, 'authenticate' | 'mayStay' | 'allows' | 'mayUse' | 'mayHear' | 'permits' | 'reading'>
  readonly hub: Hub
  readonly shelf: Pick<Shelf, 'open'>
  readonly failover: Pick<Failover, 'outlook' | 'reroute'>
  readonly orders: Pick<Orders, 'join'>
  readonly states: Pick<States, 'greet'>
  readonly workshop: Workshop
  readonly instruments: Instruments
  /** Brokers this installation can speak to now, for `get_supported_brokers`; of adapters outside the tree, their users'. */
  brokers(identity: Identity | undefined): readonly string[]
  /** Feeds of a key, in the order they are to be used; the first is the broker its client is greeted with. */
  feedsOf(identity: Identity): readonly FeedView[]
}

export interface ClientLimits {
  readonly authDeadlineMs: number
  /** Between the error that refuses a key and the close: closed at once, some clients retry every second. */
  readonly refusalDelayMs: number
  readonly maxSymbolsPerMessage: number
}

/** The connection a client came through. */
export interface Door {
  readonly address?: string
  /** Ends it with a close frame. */
  close(code: number, reason: string): void
  /** While it is busy with earlier messages, nothing more is read from it. */
  busy(busy: boolean): void
}

/**
 * One client: anonymous, then authenticated, then closed. Each message is worked through to its end before the next:
 * two known clients send `authenticate` and `subscribe` back to back and never look again.
 */
export class Client {
  readonly #rooms: Rooms
  readonly #limits: ClientLimits
  readonly #door: Door
  readonly #outbox: Outbox
  readonly #holdings: Holdings
  readonly #worklist: Worklist
  readonly #hearing: Hearing
  #identity: Identity | undefined
  #deadline: Cancel
  #refused = false
  #isRerouting = false

  constructor(rooms: Rooms, limits: ClientLimits, outbox: Outbox, door: Door) {
    this.#rooms = rooms
    this.#limits = limits
    this.#outbox = outbox
    this.#door = door
    this.#holdings = new Holdings(rooms.hub, outbox, hold => rooms.states.greet([hold]))
    this.#worklist = new Worklist(rooms.clock, rooms.workshop, busy => door.busy(busy))
    this.#hearing = new Hearing(rooms, outbox)
    this.#deadline = rooms.clock.after(limits.authDeadlineMs, () => door.close(4401, 'auth timeout'))
  }

  get authenticated(): boolean {
    return this.#identity !== undefined
  }

  /** The key it came in with. */
  get keyId(): string | undefined {
    return this.#identity?.ticket ? undefined : this.#identity?.keyId
  }

  /** Instruments times modes. */
  get subscriptions(): number {
    return this.#holdings.size
  }

  get hearsOrders(): boolean {
    return this.#hearing.isOpen
  }

  receive(text: string): void {
    this.#worklist.add(this.#answer(text))
  }

  /** Closes the connection if its key has been revoked or has expired; ends what the key may no longer read. */
  recheck(): void {
    const identity = this.#identity
    if (!identity) return
    const { access } = this.#rooms
    if (!access.mayStay(identity)) {
      this.#worklist.close()
      this.#releaseAll()
      this.#door.close(4403, 'key revoked or expired')
    } else this.#hearing.recheck(identity, { isTold: true })
  }

  /** Lets go at once of feeds that belong to others by now, or are not shared any more. */
  evict(): void {
    const identity = this.#identity
    if (identity) this.#holdings.release(({ feed }) => !this.#rooms.access.mayHear(identity.userId, feed))
  }

  /** Looks whether another source serves now what it holds, in its turn. */
  reroute(): void {
    // What it asks for just now may have been looked up before the change.
    const holdsNothing = this.subscriptions === 0 && !this.#worklist.isBusy
    if (this.#isRerouting || !this.#identity || holdsNothing) return
    this.#isRerouting = true
    this.#worklist.add(this.#reroute())
  }

  /** Guards of changes before this moment, monotonic milliseconds, have stood long enough. */
  endGuards(before: number): void {
    this.#holdings.endGuards(before)
  }

  close(): void {
    this.#deadline()
    this.#worklist.close()
    this.#releaseAll()
    this.#identity = undefined
  }

  *#answer(text: string): Job {
    const { authenticated } = this
    const parsed = parseMessage(text, { authenticated, maxSymbols: this.#limits.maxSymbolsPerMessage })
    if (parsed.kind === 'habit') return
    const { requestId } = parsed
    if (parsed.kind === 'refusal') {
      this.#refuse(parsed.refusal, requestId)
      return
    }
    try {
      yield* this.#handle(parsed.request, requestId)
    } catch (error) {
      // A damaged instrument list, say: it must not end the streams of everybody else.
      if (!(error instanceof TickwireError)) throw error
      this.#rooms.log.error({ err: error }, 'could not answer a client')
      this.#refuse({ code: 'SERVER_ERROR', message: `The server cannot do this now: ${error.code}` }, requestId)
    }
  }

  *#handle(request: Request, requestId: RequestId): Job {
    switch (request.action) {
      case 'authenticate':
        this.#authenticate(request, requestId)
        break
      case 'ping':
        this.#say(replies.pongReply(this.#rooms.clock.now(), request.timestamp, request.pingId, requestId))
        break
      case 'get_supported_brokers':
        this.#say(replies.supportedBrokersReply(this.#rooms.brokers(this.#identity), requestId))
        break
      default:
        if (this.#identity) yield* this.#serve(request, this.#identity, requestId)
        else this.#refuse(NOT_AUTHENTICATED, requestId)
    }
  }

  #authenticate({ key, features }: Greeting, requestId: RequestId): void {
    if (key === undefined) {
      this.#refuse(NO_KEY, requestId)
      return
    }
    const identity = this.#rooms.access.authenticate(key, this.#door.address)
    if (!identity) {
      this.#refuse(BAD_KEY, requestId)
      this.#dismiss()
      return
    }
    const primary = this.#rooms.feedsOf(identity)[0]
    if (!primary || !this.#rooms.brokers(identity).includes(primary.broker)) {
      this.#refuse(primary ? unsupported(primary.broker) : NO_FEED, requestId)
      return
    }
    this.#deadline()
    this.#refused = false
    if (this.#identity && this.#identity.userId !== identity.userId) this.#releaseAll()
    this.#identity = identity
    // Another key may name other feeds.
    if (this.subscriptions > 0) this.reroute()
    this.#hearing.recheck(identity, { isTold: false })
    if (features) this.#outbox.features = features
    this.#say(replies.authReply(primary.broker, identity.userId, requestId, features))
  }

  /** The first refused key decides when the connection ends; only a good one changes that. */
  #dismiss(): void {
    if (this.#refused) return
    this.#refused = true
    this.#deadline()
    const close = () => this.#door.close(4401, 'authentication failed')
    this.#deadline = this.#rooms.clock.after(this.#limits.refusalDelayMs, close)
  }

  *#serve(request: Served, identity: Identity, requestId: RequestId): Job {
    const { userId } = identity
    const feeds = this.#rooms.feedsOf(identity)
    const primary = feeds[0]
    const broker = primary?.broker ?? ''
    switch (request.action) {
      case 'subscribe':
        if (primary) yield* this.#subscribe(request, identity, requestId)
        else this.#refuse(NO_FEED, requestId)
        break
      case 'unsubscribe': {
        const { symbols, mode } = request
        const { instruments } = this.#rooms
        const results = yield* this.#holdings.unsubscribe({ symbols, mode, feeds, instruments })
        this.#say(replies.unsubscribeReply(results, broker, requestId))
        break
      }
      case 'unsubscribe_all':
        this.#say(replies.unsubscribeReply(this.#holdings.releaseAll(), broker, requestId))
        break
      case 'get_broker_info':
        if (primary) this.#say(replies.brokerInfoReply(broker, isUp(primary), userId, requestId))
        else this.#refuse(NO_FEED, requestId)
        break
      case 'subscribe_orders':
        this.#hearing.begin(identity, requestId)
        break
      case 'unsubscribe_orders':
        this.#hearing.end()
        this.#say(replies.ordersReply(request.action, requestId))
    }
  }

  #releaseAll(): void {
    this.#holdings.releaseAll()
    this.#hearing.end()
  }

  /** Looks everything up, with pauses; takes hold of it in one go at the end, so that no tick comes before the reply. */
  *#subscribe(request: SubscribeRequest, identity: Identity, requestId: RequestId): Job {
    const { hub, states, access } = this.#rooms
    // A habit of libraries that the client with that quirk has not: it names one instrument in a message.
    if (request.symbols[0]?.form !== 'single') this.#outbox.oneFramePerWrite = false
    const feedsOf = () => this.#rooms.feedsOf(identity)
    const look = () => lookUp(request, feedsOf(), this.#holdings, this.#rooms, access.reading(identity))
    const looked = yield* lookUpListed(look, feedsOf, this.#rooms)
    const feeds = feedsOf()
    const { results, fresh } = this.#holdings.subscribe(request.symbols, request, stillThere(looked, feeds))
    this.#say(replies.subscribeReply(results, feeds[0]?.broker ?? '', requestId))
    states.greet(fresh.map(({ hold }) => hold))
    for (const { hold, resume } of fresh) {
      if (resume) hub.resume(hold, resume)
      else hub.snapshot(hold)
    }
  }

  *#reroute(): Job {
    const { failover, access } = this.#rooms
    // What happens from now on is looked at again.
    this.#isRerouting = false
    // Another key may have come while this waited.
    const identity = this.#identity
    if (!identity) return
    yield* failover.reroute(this.#holdings, this.#rooms.feedsOf(identity))
    this.#holdings.release(({ feed }) => !access.mayUse(identity, feed))
    const isLost = ({ exchange, symbol, mode }: TopicParts) => !access.permits(identity, exchange, symbol, mode)
    const lost = this.#holdings.release(isLost).length
    if (lost > 0) this.#refuse(readsLess(lost), undefined)
  }

  #refuse(refusal: Refusal, requestId: RequestId): void {
    this.#say(replies.errorReply(refusal, requestId))
  }

  #say(text: string): void {
    this.#outbox.say(text)
  }
}

/** What needs a good key first. */
type Served = Exclude<Request, { action: 'authenticate' | 'ping' | 'get_supported_brokers' }>
type Greeting = Extract<Request, { action: 'authenticate' }>
type SubscribeRequest = Extract<Request, { action: 'subscribe' }>
