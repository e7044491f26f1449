import type { Bounds } from '../shared/bounds.ts'
import type { Cancel, Clock } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import type { Quota } from '../shared/grant.ts'
import { KEY_SCOPES, type KeyScope } from '../shared/key.ts'
import type { Log } from '../shared/log.ts'
import type { TopicMode } from '../shared/market/mode.ts'
import type { ControlStore } from '../shared/store/control.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'
import type { KeyRing } from '../shared/store/keyring.ts'
import type { KeyRecord } from '../shared/store/keys.ts'
import type { Minted } from '../shared/store/tickets.ts'
import { Trouble } from '../shared/trouble.ts'
import type { Identity, SessionWish, StartedSession } from './identity.ts'
import { LastUse } from './lastuse.ts'
import { Ownership } from './ownership.ts'
import { EVERYTHING, type Reading } from './reading.ts'

export type { Identity } from './identity.ts'

export interface AccessParts {
  readonly store: ControlStore
  readonly clock: Clock
  readonly log: Log
  /** Lower-case broker names; without it, feeds of any broker count. */
  readonly validBrokers: readonly string[] | undefined
  /** Called after each change of the database. */
  readonly onChange: () => void
}

/** A change of the database reaches every open socket within this and a moment. */
const POLL_MS = 250

/**
 * Who may come in, and what for, answered from memory. Watches the database for changes: other processes' messages can
 * be lost, a version number cannot.
 */
export class Access {
  readonly #parts: AccessParts
  readonly #stopPoll: Cancel
  readonly #lastUse: LastUse
  /** Damaged keys that were told of. */
  readonly #told = new Set<string>()
  #version: number
  #keys: KeyRing
  #ownership: Ownership
  /** It looks four times a second. */
  readonly #trouble: Trouble

  constructor(parts: AccessParts) {
    const { store, clock, log } = parts
    this.#parts = parts
    this.#trouble = new Trouble(log, {
      fails: 'keys and feeds cannot be read; the last known ones go on',
      over: 'keys and feeds can be read again',
    })
    this.#version = store.version()
    this.#keys = this.#readKeys()
    this.#ownership = new Ownership(store, parts.validBrokers)
    this.#lastUse = new LastUse(clock, (id, at) => store.keys.saveUse(id, at))
    this.#stopPoll = clock.every(POLL_MS, () => this.refresh())
  }

  /** All feeds that may run, of all users; the first of a user is the one its clients are greeted with. */
  get feeds(): readonly FeedRecord[] {
    return this.#ownership.feeds
  }

  /**
   * Who may open a connection. `undefined` for a key that is unknown, revoked, expired, damaged or at a wrong address:
   * which of them is nobody's business, and none takes another way. A browser's ticket is used up. Throws STORE_BUSY when
   * that cannot be written now; it is good the next time.
   */
  authenticate(text: string, address?: string): Identity | undefined {
    const record = this.#find(text, address)
    if (!record || record.origin === 'session') return undefined
    const { id, origin, parentId } = record
    if (origin !== 'ticket' || parentId === undefined) return this.#identity(record, address)
    const { store, clock } = this.#parts
    const isFirst = store.tickets.take(id, clock.now())
    this.#keys.forget(id)
    const parent = this.#keys.get(parentId)
    return isFirst && parent ? this.#identity(parent, address) : undefined
  }

  /** The same for what stands in an address, which others see: only what is used up by it. `lasting`: it is good for longer. */
  redeem(text: string, address: string): Identity | 'lasting' | undefined {
    const record = this.#find(text, address)
    if (!record) return undefined
    return record.origin === 'ticket' && record.parentId !== undefined ? this.authenticate(text, address) : 'lasting'
  }

  /** The same for a request, which opens nothing: a browser's ticket is not for that, and stays as it is. */
  identify(text: string, address?: string): Identity | undefined {
    const record = this.#find(text, address)
    if (!record || (record.parentId !== undefined && record.origin === 'ticket')) return undefined
    return this.#identity(record, address)
  }

  /**
   * A session for a page, by a key or by a ticket, which is used up. `renewal`: that ticket is of a session, which must
   * not go on beyond its hours. Throws STORE_BUSY.
   */
  startSession(text: string, address: string, { ttlMs, most, mayStart }: SessionWish): StartedSession {
    const record = this.#find(text, address)
    if (!record || record.origin === 'session') return undefined
    const { id, userId, origin, parentId } = record
    const keyId = origin === 'ticket' ? parentId : id
    if (keyId !== undefined && this.#keys.get(keyId)?.origin === 'session') return 'renewal'
    if (!mayStart(keyId ?? userId)) return undefined
    const { store, clock } = this.#parts
    const ticketId = origin === 'ticket' ? id : undefined
    const started = store.sessions.start({ userId, keyId, ticketId, ttlMs, most, now: clock.now() })
    if (!started) return undefined
    // A change by this process does not show as one.
    for (const gone of [...started.gone, ...(ticketId === undefined ? [] : [ticketId])]) this.#keys.forget(gone)
    this.#keys.remember(started.record)
    return { session: started.session, identity: this.#identity(started.record, address) }
  }

  /** Throws STORE_BUSY. */
  endSession(id: string): void {
    this.#parts.store.sessions.end(id)
    this.#keys.forget(id)
  }

  /** A ticket that opens one connection as this identity, or how long to wait for one. Throws STORE_BUSY. */
  mint({ keyId, userId, session }: Identity, { ttlMs, most }: { ttlMs: number; most: number }): Minted {
    const { store, clock } = this.#parts
    const minted = store.tickets.mint({ id: keyId, userId, session }, { ttlMs, most, now: clock.now() })
    // A change by this process does not show as one.
    if ('record' in minted) this.#keys.remember(minted.record)
    return minted
  }

  /** Whether who came in with this identity may stay; without an address: who was looked at elsewhere, from wherever. */
  mayStay({ keyId, ticket, address, session }: Identity): boolean {
    const page = session === undefined ? undefined : this.#keys.get(session)
    // Whatever a page has opened by its session ends with it.
    if (session !== undefined && !(page && this.#isGood(page, address))) return false
    if (ticket) return true
    const record = this.#keys.get(keyId)
    if (!record || !this.#isGood(record, address ?? null)) return false
    this.#lastUse.note(record)
    return true
  }

  /** Whether it may have this, by its common symbol. Of its feeds, see `mayUse`. */
  permits(identity: Identity, exchange: string, symbol: string, mode: TopicMode): boolean {
    const bounds = this.#boundsOf(identity)
    return !bounds || (bounds.permits(exchange, symbol) && bounds.reads(mode))
  }

  /** Whose key this is; `undefined` when it is gone. */
  ownerOf(keyId: string): string | undefined {
    return this.#keys.get(keyId)?.userId
  }

  /** What it may read now. */
  reading(identity: Identity): Reading {
    return this.#boundsOf(identity) ?? EVERYTHING
  }

  /** What is told of its key; a local command's ticket may do everything. */
  describe({ keyId, ticket }: Identity): Pick<KeyRecord, 'label' | 'scopes' | 'bounds' | 'expiresAt'> {
    const record = ticket ? undefined : this.#keys.get(keyId)
    return record ?? { label: 'local ticket', scopes: KEY_SCOPES }
  }

  /** How much it may take, where it has limits of its own. */
  quotaOf({ keyId, ticket }: Identity): Quota | undefined {
    return ticket ? undefined : this.#keys.get(keyId)?.bounds?.quota
  }

  /** Whether the key of this identity may read this, now. */
  allows({ keyId, ticket }: Identity, scope: KeyScope): boolean {
    const isAllowed = () => this.#keys.get(keyId)?.scopes.includes(scope) ?? false
    // What was allowed a moment ago may not have been polled yet.
    return ticket || isAllowed() || (this.refresh() && isAllowed())
  }

  /** The feeds a key takes its prices from, the first in front: those it names, else all of its user, then those shared with it. */
  feedsOf({ userId, keyId }: Pick<Identity, 'userId' | 'keyId'>): readonly FeedRecord[] {
    const all = this.#ownership.of(userId)
    const named = this.#keys.get(keyId)?.feeds
    return named ? named.flatMap(name => all.find(feed => feed.name === name) ?? []) : all
  }

  /** Whether the key of this identity may have prices of a feed. */
  mayUse({ keyId, userId }: Identity, feed: string): boolean {
    return this.mayHear(userId, feed) && (this.#keys.get(keyId)?.feeds?.includes(feed) ?? true)
  }

  /** Whether a feed is this user's, or shared with them; of one that is gone nothing comes any more. */
  mayHear(userId: string, feed: string): boolean {
    return this.#ownership.mayHear(userId, feed)
  }

  /** Whether a feed is of the user of this identity, and not only shared with them. */
  owns({ userId }: Pick<Identity, 'userId'>, feed: string): boolean {
    return this.#ownership.owns(userId, feed)
  }

  /** Changes when there are other feeds, or some key names others. */
  get layout(): string {
    return `${this.feeds.map(({ name, userId }) => `${name} ${userId}`).join('\n')}\n${this.ownership}\n${this.#keys.choices}`
  }

  /** Changes when a feed is another user's, or is shared with others. */
  get ownership(): string {
    return this.#ownership.text
  }

  /**
   * Looks for changes now, which costs a few microseconds when there are none; whether there were. A database that
   * cannot be read leaves everything as it was: those who are in stay in.
   */
  refresh(): boolean {
    const { store, validBrokers, onChange } = this.#parts
    try {
      const version = store.version()
      if (version === this.#version) {
        this.#trouble.over()
        return false
      }
      this.#keys = this.#readKeys()
      this.#ownership = new Ownership(store, validBrokers)
      // Last, so that a reading that failed is tried again.
      this.#version = version
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      if (error.code !== 'STORE_BUSY') this.#trouble.met(error)
      return false
    }
    this.#trouble.over()
    onChange()
    return true
  }

  close(): void {
    this.#stopPoll()
    this.#lastUse.close()
  }

  /** A key or ticket that is good here and now. Whatever is wrong with one, it is looked for in the same way. */
  #find(text: string, address: string | undefined): KeyRecord | undefined {
    const look = () => {
      const record = this.#keys.find(text)
      return record && this.#isGood(record, address) ? record : undefined
    }
    // A key made or changed a moment ago may not have been polled yet.
    return look() ?? (this.refresh() ? look() : undefined)
  }

  /** A page's session is its key, as long as it is good; without one, whoever can read the data folder. */
  #identity(record: KeyRecord, address: string | undefined): Identity {
    const { id, origin, parentId, userId } = record
    const key = (origin === 'session' && parentId !== undefined && this.#keys.get(parentId)) || record
    const ticket = key.origin === 'ticket' || key.origin === 'session'
    if (!ticket) this.#lastUse.note(key)
    const session = origin === 'session' ? { session: id } : {}
    return { userId, keyId: key.id, ticket, address, label: key.label, ...session }
  }

  /** A browser's ticket and a page's session are as good as what is behind them: a session, or a key. */
  #isGood(record: KeyRecord, address: string | undefined | null): boolean {
    const { id, origin, parentId, fault, revokedAt, expiresAt } = record
    if (fault || revokedAt !== undefined) return false
    if (expiresAt !== undefined && expiresAt <= this.#parts.clock.now()) return false
    if (origin === 'ticket' || origin === 'session') {
      const parent = parentId === undefined ? undefined : this.#keys.get(parentId)
      return parentId === undefined || (parent !== undefined && this.#isGood(parent, address))
    }
    return address === null || (this.#keys.boundsOf(id)?.admits(address) ?? true)
  }

  #boundsOf({ keyId, ticket }: Identity): Bounds | undefined {
    return ticket ? undefined : this.#keys.boundsOf(keyId)
  }

  #readKeys(): KeyRing {
    const { store, log } = this.#parts
    const keys = store.keyRing()
    for (const { id, fault } of keys.faulty) {
      if (!this.#told.has(id))
        log.error({ err: fault, next: fault?.next }, 'a key is refused: what bounds it is damaged')
      this.#told.add(id)
    }
    return keys
  }
}
