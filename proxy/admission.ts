import type { Audit } from '../shared/audit.ts'
import type { Cancel, Clock } from '../shared/clock.ts'
import { type Grant, isSameQuota } from '../shared/grant.ts'
import type { Access, Identity } from './access.ts'
import { noteBadKey } from './badkey.ts'
import type { FeedView } from './feeds.ts'
import { asked } from './limits/asking.ts'
import type { Registry } from './limits/register.ts'
import type { Guest } from './limits/seats.ts'
import { type ToldLimits, toldLimits } from './limits/told.ts'
import { noteOf, type Reached, refusalOf } from './limits/words.ts'
import type { Refusal } from './protocol.ts'
import { BAD_KEY, NO_FEED, NO_KEY, unsupported } from './refusals.ts'
import type { Rest } from './worklist.ts'

export interface AdmissionRooms {
  readonly clock: Clock
  readonly access: Pick<Access, 'authenticate' | 'quotaOf'>
  readonly registry: Registry
  readonly audit: Audit
  /** Brokers this installation can speak to now, for `get_supported_brokers`; of adapters outside the tree, their users'. */
  brokers(identity: Identity | undefined): readonly string[]
  /** Feeds of a key, in the order they are to be used; the first is the broker its client is greeted with. */
  feedsOf(identity: Identity): readonly FeedView[]
}

export interface AdmissionLimits extends ToldLimits {
  /** Between the error that refuses a key and the close: closed at once, some clients retry every second. */
  readonly refusalDelayMs: number
}

/** The connection a client came through. */
export interface Door {
  /** Where it comes from. */
  readonly address: string
  /** Its number among the connections of this process. */
  readonly seat: number
  /** Ends it with a close frame. */
  close(code: number, reason: string): void
  /** Ends it because of a fault of this program. */
  fail(error: unknown): void
  /** While it is busy with earlier messages, nothing more is read from it. */
  busy(busy: boolean): void
}

interface Admitted {
  readonly identity: Identity
  readonly broker: string
  readonly quota: Grant['quota']
  /** All limits and what is used of them, as a client is told. */
  readonly limits: object
}

/** Close codes: the key was no good; too many connections, or too many bad keys; too many messages. */
const UNAUTHORISED = 4401
const TOO_MANY = 4429
const TOO_FAST = 4029

/** Whether one client is in: its key, its place among the connections of that key, and the time it has for both. */
export class Admission {
  readonly #rooms: AdmissionRooms
  readonly #limits: AdmissionLimits
  readonly #door: Door
  #identity: Identity | undefined
  /** Of its key, as far as it was followed. */
  #quota: Grant['quota']
  #deadline: Cancel
  #refused = false
  /** Keys it came in with. */
  readonly #told = new Set<string>()
  #hasAsked = false

  constructor(rooms: AdmissionRooms, limits: AdmissionLimits, door: Door) {
    this.#rooms = rooms
    this.#limits = limits
    this.#door = door
    this.#deadline = rooms.clock.after(limits.authDeadlineMs, () => door.close(UNAUTHORISED, 'auth timeout'))
  }

  get identity(): Identity | undefined {
    return this.#identity
  }

  /** Looks at a key, or who is known already; `undefined` when it does not get in, which `refuse` has been told. */
  *admit(
    key: string | Identity | undefined,
    refuse: (refusal: Refusal) => void,
  ): Generator<Rest, Admitted | undefined> {
    if (key === undefined) {
      refuse(NO_KEY)
      return undefined
    }
    const rooms = this.#rooms
    const { access, registry, audit } = rooms
    const identity = typeof key === 'string' ? access.authenticate(key, this.#door.address) : key
    if (!identity) {
      yield* this.#turnAway(refuse)
      return undefined
    }
    const primary = rooms.feedsOf(identity)[0]
    if (!primary || !rooms.brokers(identity).includes(primary.broker)) {
      refuse(primary ? unsupported(primary.broker) : NO_FEED)
      return undefined
    }
    const { keyId } = identity
    const { address, seat } = this.#door
    const quota = access.quotaOf(identity)
    this.#hasAsked = true
    const guest = this.#guestOf(identity, quota)
    const { reached, standing } = yield* asked(registry, { kind: 'admit', seat, guest })
    if (reached) {
      refuse(refusalOf(reached))
      audit.record(noteOf('limit.reached', reached, keyId, address))
      this.#dismiss(TOO_MANY, `limit reached: ${reached.limit}`)
      return undefined
    }
    this.#deadline()
    this.#refused = false
    this.#identity = identity
    this.#quota = quota
    // Who shows the same keys again and again would fill the audit.
    if (!this.#told.has(keyId)) audit.record({ action: 'auth.accepted', actor: `key:${keyId}`, address, result: 'ok' })
    this.#told.add(keyId)
    return { identity, broker: primary.broker, quota, limits: toldLimits(this.#limits, standing, quota) }
  }

  /** Whether the quota of its key is another than when this was last asked, or than at its admission. */
  hasNew(quota: Grant['quota']): boolean {
    const isNew = !isSameQuota(quota, this.#quota)
    this.#quota = quota
    return isNew
  }

  /** Lets what counts its key know of the quota as it is now. Its place it keeps. */
  *renew(): Generator<Rest, void> {
    if (!this.#identity) return
    const guest = this.#guestOf(this.#identity, this.#quota)
    yield* asked(this.#rooms.registry, { kind: 'admit', seat: this.#door.seat, guest })
  }

  /** It has talked too much for too long. */
  silence(max: number, refuse: (refusal: Refusal) => void): void {
    const reached = { limit: 'messages_per_second', max, used: max } as const
    refuse(refusalOf(reached))
    this.note('limit.reached', reached)
    this.#door.close(TOO_FAST, 'too many messages')
  }

  /** Tells the audit what was in its way. */
  note(action: 'limit.reached' | 'subscribe.refused', reached: Reached): void {
    this.#rooms.audit.record(noteOf(action, reached, this.#identity?.keyId, this.#door.address))
  }

  close(): void {
    this.#deadline()
    // Also while the answer is still to come: it is behind the question.
    if (this.#hasAsked) this.#rooms.registry.ask({ kind: 'leave', seat: this.#door.seat })
    this.#hasAsked = false
    this.#identity = undefined
  }

  #guestOf({ userId, keyId, label, ticket }: Identity, quota: Grant['quota']): Guest {
    return {
      keyId,
      // A command of the operator takes no place of the user's programs.
      userId: ticket ? keyId : userId,
      address: this.#door.address,
      ...(label !== undefined && { label }),
      ...(quota && { quota }),
    }
  }

  /** What becomes of a bad key costs the same whatever is wrong with it. */
  *#turnAway(refuse: (refusal: Refusal) => void): Generator<Rest, void> {
    const { address } = this.#door
    const { registry, audit } = this.#rooms
    const verdict = yield* asked(registry, { kind: 'fail', address })
    refuse(BAD_KEY)
    noteBadKey(audit, address, verdict)
    if (verdict.isLocked) this.#door.close(TOO_MANY, 'too many refused keys')
    else this.#dismiss(UNAUTHORISED, 'authentication failed')
  }

  /** The first refusal decides when the connection ends; only a good key changes that. */
  #dismiss(code: number, reason: string): void {
    if (this.#refused) return
    this.#refused = true
    this.#deadline()
    this.#deadline = this.#rooms.clock.after(this.#limits.refusalDelayMs, () => this.#door.close(code, reason))
  }
}
