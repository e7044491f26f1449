import { type Cancel, pause } from '../../shared/clock.ts'
import { isSameQuota } from '../../shared/grant.ts'
import type { Mode } from '../../shared/market/mode.ts'
import type { Access, Identity } from '../access.ts'
import { Ration } from '../limits/ration.ts'
import type { Guest } from '../limits/seats.ts'
import { noteOf, type Reached } from '../limits/words.ts'
import { lookUpListed } from '../listing.ts'
import { lookUp, stillThere } from '../lookup.ts'
import type { Reading } from '../reading.ts'
import type { Rooms } from '../rooms.ts'
import { type Refused, type Route, refused } from '../routing.ts'
import type { SymbolRequest } from '../symbols.ts'
import type { Rest } from '../worklist.ts'
import { Errands } from './errands.ts'
import { Vigil, type Watched } from './vigil.ts'

type Used = 'clock' | 'hub' | 'shelf' | 'failover' | 'workshop' | 'instruments' | 'registry' | 'audit' | 'feedsOf'

export interface LookoutRooms extends Pick<Rooms, Used> {
  readonly access: Pick<Access, 'mayStay' | 'mayUse' | 'permits' | 'reading' | 'quotaOf'>
  readonly limits: { readonly symbolsPerConnection: number }
}

/** What a request wants to see. */
export interface Wish {
  readonly symbols: readonly SymbolRequest[]
  readonly mode: Mode
  readonly depth: number
}

interface Asked {
  readonly wish: Wish
  /** Monotonic milliseconds. */
  readonly endAt: number
  /** Nobody waits for it any more. */
  readonly isGone: () => boolean
}

/** One instrument of a request: what is looked at for it, or why nothing is. */
export type Looked = Watched | Refused

/** What one key looks at. */
interface Post {
  identity: Identity
  readonly seat: number
  readonly vigil: Vigil
  readonly ration: Ration
  /** Looking up and taking, one request after the other: they count together. */
  readonly errands: Errands
  reading: Reading
  quota: Guest['quota']
  /** Of the request that is being looked at. */
  reached: Reached | undefined
}

/** So long what was asked for stays wanted, so that who asks again finds a value of now. */
const KEPT_MS = 60_000
/** A key that is revoked or bound more narrowly lets go within this and a moment. */
const RECHECK_MS = 250
/** For the first values of all that a request names. */
const FIRST_MS = 1500
const LOOK_MS = 20

/**
 * Who asks for prices by requests: keeps what each key asked for wanted for a while, counted as its symbols, though it is
 * no client. Owner of what is looked at; nothing of it happens when a tick comes.
 */
export class Lookout {
  readonly #rooms: LookoutRooms
  readonly #posts = new Map<string, Post>()
  readonly #stopRecheck: Cancel
  /** No connection has such a number. */
  #seat = -1
  #isClosed = false

  constructor(rooms: LookoutRooms) {
    this.#rooms = rooms
    this.#stopRecheck = rooms.clock.every(RECHECK_MS, () => this.recheck())
  }

  /** Topics that are looked at. */
  get size(): number {
    return [...this.#posts.values()].reduce((sum, { vigil }) => sum + vigil.size, 0)
  }

  /**
   * Looks at what is wished for from now on, item by item, and waits until all of it has a value, for a while. `undefined`
   * when its key went meanwhile, or who asked.
   */
  async ask(identity: Identity, wish: Wish, isGone = () => false): Promise<readonly Looked[] | undefined> {
    const { clock, access } = this.#rooms
    const endAt = clock.monotonic() + FIRST_MS
    const post = this.#postOf(identity)
    const looked = await post.errands.do(this.#take(post, { wish, endAt, isGone }))
    if (!looked) return undefined
    await this.#settle(looked, { endAt, isGone })
    if (isGone() || !access.mayStay(identity)) return undefined
    return looked.map(one => (isWatched(one) && !this.#isPermitted(identity, one) ? unknown(one) : one))
  }

  /** Lets go of what keys may not have any more, and of what nobody asks for any more. Happens by itself. */
  recheck(): void {
    const { access, clock } = this.#rooms
    const before = clock.monotonic() - KEPT_MS
    for (const [name, post] of this.#posts) {
      const { identity, vigil, ration } = post
      if (!access.mayStay(sharedOf(identity))) {
        this.#end(name, post)
        continue
      }
      this.#endLost(post)
      vigil.expire(before)
      ration.settle()
      const quota = access.quotaOf(identity)
      if (vigil.size === 0 && !post.errands.isBusy) this.#end(name, post)
      else if (!isSameQuota(quota, post.quota)) this.#requota(post, quota)
    }
  }

  close(): void {
    this.#isClosed = true
    this.#stopRecheck()
    for (const [name, post] of this.#posts) this.#end(name, post)
  }

  #postOf(identity: Identity): Post {
    const { registry, hub, access, limits } = this.#rooms
    const name = `${identity.keyId} ${identity.ticket}`
    const known = this.#posts.get(name)
    if (known) {
      known.identity = identity
      return known
    }
    const seat = this.#seat--
    const vigil = new Vigil(hub)
    const { symbolsPerConnection } = limits
    const onReached = (reached: Reached) => {
      post.reached = reached
    }
    const ration = new Ration({ registry, seat, symbolsPerConnection, holdings: vigil, onReached })
    const quota = access.quotaOf(identity)
    const errands = new Errands(this.#rooms)
    const reading = access.reading(identity)
    const post: Post = { identity, seat, vigil, ration, errands, reading, quota, reached: undefined }
    this.#posts.set(name, post)
    registry.ask({ kind: 'look-out', seat, guest: guestOf(identity, quota) })
    return post
  }

  *#take(post: Post, asked: Asked): Generator<Rest | undefined, readonly Looked[] | undefined> {
    const { clock, feedsOf, access, audit } = this.#rooms
    const { identity, vigil, ration } = post
    const { wish } = asked
    const looked = yield* this.#lookUp(post, asked)
    if (!looked) return undefined
    post.reached = undefined
    let granted = yield* ration.grant(wish.symbols, looked)
    if (post.reached) {
      // What was asked for longest ago, and not by this request, makes room first.
      const at = clock.monotonic()
      vigil.touch(wish.symbols, wish.mode, at)
      vigil.expire(at, looked.filter((one, nth) => one.ok && !granted[nth]?.ok).length)
      ration.settle()
      post.reached = undefined
      granted = yield* ration.grant(wish.symbols, looked)
      const { keyId, address = '' } = identity
      if (post.reached) audit.record(noteOf('subscribe.refused', post.reached, keyId, address))
    }
    const now = clock.monotonic()
    const taken = stillThere(granted, feedsOf(identity)).map((route, nth) =>
      route.ok ? vigil.take(wish.symbols[nth] as SymbolRequest, wish.mode, route, now) : route,
    )
    ration.settle()
    // It may have become less while the register was asked.
    post.reading = access.reading(identity)
    return taken
  }

  /** A feed that starts for the first time has its list in a while: that is waited for, but not beyond `endAt`. */
  *#lookUp(
    { identity, vigil }: Post,
    { wish, endAt, isGone }: Asked,
  ): Generator<Rest | undefined, readonly Route[] | undefined> {
    const rooms = this.#rooms
    const feedsOf = () => rooms.feedsOf(identity)
    const look = () => lookUp(wish, feedsOf(), vigil, rooms, rooms.access.reading(identity))
    const looking = lookUpListed(look, feedsOf, rooms)
    // What is granted is taken: only until then is it of no use to anybody.
    while (!isGone()) {
      const { done, value } = looking.next()
      if (done) return value
      if (value !== undefined && rooms.clock.monotonic() >= endAt) return yield* look()
      yield value
    }
    return undefined
  }

  /** Waits for the first value of all that has none, until `endAt`; what was asked for before was waited for then. */
  async #settle(looked: readonly Looked[], { endAt, isGone }: Omit<Asked, 'wish'>): Promise<void> {
    const { clock, hub } = this.#rooms
    const watched = looked.filter(isWatched)
    const again = new Set(watched.filter(({ channel }) => hub.gallery.askAgain(channel)))
    const isDue = (one: Watched): boolean => {
      const { last, old, gone } = one.channel
      if (last !== undefined || gone) return false
      return again.has(one) || (old === undefined && one.since + FIRST_MS > clock.monotonic())
    }
    let waiting = watched.filter(isDue)
    while (waiting.length > 0 && clock.monotonic() < endAt && !this.#isClosed && !isGone()) {
      await pause(clock, LOOK_MS)
      waiting = waiting.filter(isDue)
    }
  }

  #isPermitted(identity: Identity, { found: { parts } }: Watched): boolean {
    return this.#rooms.access.permits(identity, parts.exchange, parts.symbol, parts.mode)
  }

  /** What its key does not read any more, or of feeds that belong to others by now. */
  #endLost(post: Post): void {
    const { access } = this.#rooms
    const { identity, vigil } = post
    const reading = access.reading(identity)
    if (reading !== post.reading && reading.grant !== post.reading.grant)
      vigil.release(({ exchange, symbol, mode }) => !access.permits(identity, exchange, symbol, mode))
    post.reading = reading
    const lost = new Set([...vigil.feeds()].filter(feed => !access.mayUse(identity, feed)))
    if (lost.size > 0) vigil.release(({ feed }) => lost.has(feed))
  }

  #requota(post: Post, quota: Guest['quota']): void {
    const { registry } = this.#rooms
    post.quota = quota
    const { seat, identity, ration, errands } = post
    registry.ask({ kind: 'look-out', seat, guest: guestOf(identity, quota) })
    void errands.do(ration.trim())
  }

  #end(name: string, { vigil, errands, seat }: Post): void {
    this.#posts.delete(name)
    errands.close()
    vigil.release(() => true)
    this.#rooms.registry.ask({ kind: 'leave', seat })
  }
}

export const isWatched = (one: Looked): one is Watched => 'channel' in one

/** Its key reads it no more, and is told what it is told of what there is not. */
const unknown = ({ exchange, symbol, found: { broker } }: Watched): Refused => ({
  ...refused(`Symbol ${symbol} not found for exchange ${exchange}`, broker),
  unlisted: [],
})

/** Whose its post is, whichever page of its key, from wherever, asked last: each of those is judged when it asks. */
const sharedOf = ({ userId, keyId, ticket, ...own }: Identity): Identity =>
  ticket ? { userId, keyId, ticket, ...own } : { userId, keyId, ticket }

const guestOf = ({ userId, keyId, label, address = '', ticket }: Identity, quota: Guest['quota']): Guest => ({
  keyId,
  userId: ticket ? keyId : userId,
  address,
  ...(label !== undefined && { label }),
  ...(quota && { quota }),
})
