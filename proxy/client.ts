import { TickwireError } from '../shared/errors.ts'
import type { TopicParts } from '../shared/market/topic.ts'
import type { Identity } from './access.ts'
import { Admission, type AdmissionLimits, type Door } from './admission.ts'
import type { Outbox } from './fanout/outbox.ts'
import type { Features } from './features.ts'
import { isUp } from './feeds.ts'
import { Hearing } from './hearing.ts'
import { Holdings } from './holdings.ts'
import { Pace } from './limits/pace.ts'
import { Ration } from './limits/ration.ts'
import { type Reached, refusalOf } from './limits/words.ts'
import { NOT_AUTHENTICATED, parseMessage, type Refusal, type Request, type RequestId } from './protocol.ts'
import type { Reading } from './reading.ts'
import { NO_FEED, readsLess } from './refusals.ts'
import * as replies from './replies.ts'
import type { Rooms } from './rooms.ts'
import { giveFirst, takeHold } from './subscribing.ts'
import { type Job, Worklist } from './worklist.ts'

/**
 * One client: anonymous, then authenticated, then closed. Each message is worked through to its end before the next:
 * two known clients send `authenticate` and `subscribe` back to back and never look again.
 */
export class Client {
  readonly #rooms: Rooms
  readonly #limits: AdmissionLimits
  readonly #door: Door
  readonly #outbox: Outbox
  readonly #holdings: Holdings
  readonly #worklist: Worklist
  readonly #hearing: Hearing
  readonly #admission: Admission
  readonly #pace: Pace
  readonly #ration: Ration
  #isRerouting = false
  /** What its key read when that was last looked at. */
  #reading: Reading | undefined

  constructor(rooms: Rooms, limits: AdmissionLimits, outbox: Outbox, door: Door) {
    this.#rooms = rooms
    this.#limits = limits
    this.#outbox = outbox
    this.#door = door
    this.#holdings = new Holdings(rooms.hub, outbox, hold => rooms.states.greet([hold]))
    this.#worklist = new Worklist(
      rooms.clock,
      rooms.workshop,
      busy => door.busy(busy),
      error => door.fail(error),
    )
    this.#hearing = new Hearing(rooms, outbox)
    this.#admission = new Admission(rooms, limits, door)
    this.#pace = new Pace(rooms.clock, limits)
    const { registry } = rooms
    const { symbolsPerConnection } = limits
    const onReached = (reached: Reached) => this.#admission.note('subscribe.refused', reached)
    this.#ration = new Ration({ registry, seat: door.seat, symbolsPerConnection, holdings: this.#holdings, onReached })
  }

  get authenticated(): boolean {
    return this.#identity !== undefined
  }

  /** The key it came in with. */
  get keyId(): string | undefined {
    return this.#identity?.ticket ? undefined : this.#identity?.keyId
  }

  get #identity(): Identity | undefined {
    return this.#admission.identity
  }

  /** Instruments times modes. */
  get subscriptions(): number {
    return this.#holdings.size
  }

  get hearsOrders(): boolean {
    return this.#hearing.isOpen
  }

  /** Lets in who is known already, as `authenticate` lets in others. */
  enter(identity: Identity, features: Features | undefined): void {
    this.#worklist.add(this.#authenticate({ key: identity, features }, undefined))
  }

  receive(text: string): void {
    this.#worklist.add(this.#answer(text))
  }

  /** Closes the connection if its key has been revoked or has expired; ends what the key may no longer read, or hold. */
  recheck(): void {
    const identity = this.#identity
    if (!identity) return
    const { access } = this.#rooms
    if (!access.mayStay(identity)) {
      this.#worklist.close()
      this.#releaseAll()
      this.#door.close(4403, identity.session ? 'session over' : 'key revoked or expired')
      return
    }
    this.#hearing.recheck(identity, { isTold: true })
    // Both are what they were while no key has changed.
    const reading = access.reading(identity)
    if (reading !== this.#reading && reading.grant !== this.#reading?.grant) this.#endLost(identity)
    this.#reading = reading
    const quota = access.quotaOf(identity)
    if (!this.#admission.hasNew(quota)) return
    this.#pace.narrow(quota?.messagesPerSecond)
    this.#worklist.add(this.#requota())
  }

  /** Lets go at once of feeds that belong to others by now, or are not shared any more. */
  evict(): void {
    const identity = this.#identity
    if (!identity) return
    this.#holdings.release(({ feed }) => !this.#rooms.access.mayHear(identity.userId, feed))
    this.#ration.settle()
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
    this.#worklist.close()
    this.#releaseAll()
    this.#admission.close()
  }

  *#answer(text: string): Job {
    if (!(yield* this.#pace.enter())) {
      this.#worklist.close()
      this.#admission.silence(this.#pace.perSecond, refusal => this.#refuse(refusal, undefined))
      return
    }
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
        yield* this.#authenticate(request, requestId)
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

  *#authenticate({ key, features }: Greeting, requestId: RequestId): Job {
    const before = this.#identity
    const admitted = yield* this.#admission.admit(key, refusal => this.#refuse(refusal, requestId))
    if (!admitted) return
    const { identity, broker, quota, limits } = admitted
    if (before && before.keyId !== identity.keyId) {
      // What one key took is not another's, which may read less and counts what it holds by itself.
      this.#releaseAll()
      this.#ration.renew()
    }
    this.#pace.narrow(quota?.messagesPerSecond)
    this.#hearing.recheck(identity, { isTold: false })
    if (features) this.#outbox.features = features
    this.#say(replies.authReply(broker, identity.userId, requestId, features, limits))
    if (this.subscriptions > 0) yield* this.#trim()
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
        const { size } = this.#holdings
        const results = yield* this.#holdings.unsubscribe({ symbols, mode, feeds, instruments })
        if (this.#holdings.size < size) this.#pace.excuse()
        this.#ration.settle()
        this.#say(replies.unsubscribeReply(results, broker, requestId))
        break
      }
      case 'unsubscribe_all':
        this.#say(replies.unsubscribeReply(this.#holdings.releaseAll(), broker, requestId))
        this.#ration.settle()
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
    const { hub, states } = this.#rooms
    // A habit of libraries that the client with that quirk has not: it names one instrument in a message.
    if (request.symbols[0]?.form !== 'single') this.#outbox.oneFramePerWrite = false
    const parts = { holdings: this.#holdings, ration: this.#ration, rooms: this.#rooms }
    const { results, fresh, broker } = yield* takeHold(request, identity, parts)
    if (fresh.length > 0) this.#pace.excuse()
    this.#say(replies.subscribeReply(results, broker, requestId))
    states.greet(fresh.map(({ hold }) => hold))
    giveFirst(hub, fresh, this.#outbox.features)
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
    this.#endLost(identity)
  }

  *#requota(): Job {
    yield* this.#admission.renew()
    yield* this.#trim()
  }

  *#trim(): Job {
    const reached = yield* this.#ration.trim()
    if (reached) this.#refuse(refusalOf(reached), undefined)
  }

  /** Lets go at once of what its key does not read any more. */
  #endLost(identity: Identity): void {
    const { access } = this.#rooms
    const isLost = ({ exchange, symbol, mode }: TopicParts) => !access.permits(identity, exchange, symbol, mode)
    const lost = this.#holdings.release(isLost).length
    this.#ration.settle()
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
type Greeting = Pick<Extract<Request, { action: 'authenticate' }>, 'features'> & { key: string | Identity | undefined }
type SubscribeRequest = Extract<Request, { action: 'subscribe' }>
