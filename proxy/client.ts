import type { Cancel, Clock } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import type { Access, Identity } from './access.ts'
import type { Hub } from './fanout/hub.ts'
import type { Outbox } from './fanout/outbox.ts'
import { type FeedView, isUp } from './feeds.ts'
import { Holdings } from './holdings.ts'
import { NOT_AUTHENTICATED, parseMessage, type Refusal, type Request, type RequestId } from './protocol.ts'
import * as replies from './replies.ts'
import { type Instruments, type Route, refused, route } from './routing.ts'
import { type Job, Worklist, type Workshop } from './worklist.ts'

/** What all clients share. */
export interface Rooms {
  readonly clock: Clock
  readonly log: Log
  readonly access: Pick<Access, 'authenticate' | 'mayStay'>
  readonly hub: Hub
  readonly workshop: Workshop
  readonly instruments: Instruments
  /** Brokers this installation can speak to now, for `get_supported_brokers`. */
  brokers(): readonly string[]
  /** Feeds of one user, in the order they were registered; the first is the user's broker. */
  feedsOf(userId: string): readonly FeedView[]
}

export interface ClientLimits {
  readonly authDeadlineMs: number
  /** Between the error that refuses a key and the close: closed at once, some clients retry every second. */
  readonly refusalDelayMs: number
  readonly maxSymbolsPerMessage: number
}

/** The connection a client came through. */
export interface Door {
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
  #identity: Identity | undefined
  #deadline: Cancel
  #refused = false

  constructor(rooms: Rooms, limits: ClientLimits, outbox: Outbox, door: Door) {
    this.#rooms = rooms
    this.#limits = limits
    this.#outbox = outbox
    this.#door = door
    this.#holdings = new Holdings(rooms.hub, outbox)
    this.#worklist = new Worklist(rooms.clock, rooms.workshop, busy => door.busy(busy))
    this.#deadline = rooms.clock.after(limits.authDeadlineMs, () => door.close(4401, 'auth timeout'))
  }

  get authenticated(): boolean {
    return this.#identity !== undefined
  }

  /** Instruments times modes. */
  get subscriptions(): number {
    return this.#holdings.size
  }

  receive(text: string): void {
    this.#worklist.add(this.#answer(text))
  }

  /** Closes the connection if its key has been revoked or has expired. */
  recheck(): void {
    if (!this.#identity || this.#rooms.access.mayStay(this.#identity)) return
    this.#worklist.close()
    this.#holdings.releaseAll()
    this.#door.close(4403, 'key revoked or expired')
  }

  /** Lets go of feeds that belong to others by now; `owners`: the user of each. */
  evict(owners: ReadonlyMap<string, string>): void {
    const userId = this.#identity?.userId
    this.#holdings.release(({ feed }) => owners.has(feed) && owners.get(feed) !== userId)
  }

  close(): void {
    this.#deadline()
    this.#worklist.close()
    this.#holdings.releaseAll()
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
        this.#say(replies.supportedBrokersReply(this.#rooms.brokers(), requestId))
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
    const identity = this.#rooms.access.authenticate(key)
    if (!identity) {
      this.#refuse(BAD_KEY, requestId)
      this.#dismiss()
      return
    }
    const primary = this.#rooms.feedsOf(identity.userId)[0]
    if (!primary || !this.#rooms.brokers().includes(primary.broker)) {
      this.#refuse(primary ? unsupported(primary.broker) : NO_FEED, requestId)
      return
    }
    this.#deadline()
    this.#refused = false
    if (this.#identity && this.#identity.userId !== identity.userId) this.#holdings.releaseAll()
    this.#identity = identity
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

  *#serve(request: Served, { userId }: Identity, requestId: RequestId): Job {
    const feeds = this.#rooms.feedsOf(userId)
    const primary = feeds[0]
    const broker = primary?.broker ?? ''
    switch (request.action) {
      case 'subscribe':
        if (primary) yield* this.#subscribe(request, userId, requestId)
        else this.#refuse(NO_FEED, requestId)
        break
      case 'unsubscribe': {
        const { symbols, mode } = request
        const results = yield* this.#holdings.unsubscribe({
          symbols,
          mode,
          feeds,
          instruments: this.#rooms.instruments,
        })
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
      default:
        this.#say(replies.ordersReply(request.action, requestId))
    }
  }

  /** Looks everything up, with pauses; takes hold of it in one go at the end, so that no tick comes before the reply. */
  *#subscribe(request: SubscribeRequest, userId: string, requestId: RequestId): Job {
    const { hub } = this.#rooms
    // A habit of libraries that the client with that quirk has not: it names one instrument in a message.
    if (request.symbols[0]?.form !== 'single') this.#outbox.oneFramePerWrite = false
    const looked = yield* this.#look(request, this.#rooms.feedsOf(userId))
    // Time has passed: a feed may have gone, or belong to another user.
    const feeds = this.#rooms.feedsOf(userId)
    const names = new Set(feeds.map(feed => feed.name))
    const routes = looked.map(one =>
      one.ok && !names.has(one.parts.feed)
        ? refused(`Feed ${one.parts.feed} has just gone; try again`, one.broker)
        : one,
    )
    const { results, fresh } = this.#holdings.subscribe(request.symbols, request.mode, routes)
    this.#say(replies.subscribeReply(results, feeds[0]?.broker ?? '', requestId))
    for (const { hold, resume } of fresh) {
      if (resume) hub.resume(hold, resume)
      else hub.snapshot(hold)
    }
  }

  *#look(request: SubscribeRequest, feeds: readonly FeedView[]): Generator<undefined, readonly Route[]> {
    const { symbols, mode, depth } = request
    const routes: Route[] = []
    for (const { symbol, exchange, problem } of symbols) {
      const wish = { exchange, symbol, mode, depth }
      const found = problem === undefined ? route(wish, feeds, this.#rooms.instruments) : undefined
      routes.push(found ?? refused(problem ?? '', feeds[0]?.broker ?? ''))
      yield
    }
    return routes
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

const NO_KEY: Refusal = { code: 'AUTHENTICATION_ERROR', message: 'API key is required' }
const BAD_KEY: Refusal = { code: 'AUTHENTICATION_ERROR', message: 'Invalid API key' }
const NO_FEED: Refusal = { code: 'BROKER_ERROR', message: 'No broker configuration found for user' }

const unsupported = (broker: string): Refusal => ({
  code: 'BROKER_ERROR',
  message: `Unsupported broker: ${broker}. No adapter available.`,
})
