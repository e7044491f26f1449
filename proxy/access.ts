import type { Cancel, Clock } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import type { KeyScope } from '../shared/key.ts'
import type { Log } from '../shared/log.ts'
import type { ControlStore } from '../shared/store/control.ts'
import { type FeedRecord, isBrokerValid } from '../shared/store/feeds.ts'
import type { KeyRing } from '../shared/store/keyring.ts'
import type { KeyRecord } from '../shared/store/keys.ts'
import { Trouble } from '../shared/trouble.ts'

/** A client whose key was good. */
export interface Identity {
  readonly userId: string
  readonly keyId: string
  /** A ticket is good for the moment of authentication only; the connection it opened outlives it. */
  readonly ticket: boolean
  /** Of the key. */
  readonly label?: string
}

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
  #version: number
  #keys: KeyRing
  #feeds: readonly FeedRecord[]
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
    this.#keys = store.keyRing()
    this.#feeds = this.#readFeeds()
    this.#stopPoll = clock.every(POLL_MS, () => this.refresh())
  }

  /** All feeds that may run, of all users; the first of a user is the one its clients are greeted with. */
  get feeds(): readonly FeedRecord[] {
    return this.#feeds
  }

  /** `undefined` for a key that is unknown, revoked or expired: which of them is nobody's business. */
  authenticate(key: string): Identity | undefined {
    let record = this.#keys.find(key)
    // A key made a moment ago may not have been polled yet.
    if (!record && this.refresh()) record = this.#keys.find(key)
    if (!record || !this.#isGood(record)) return undefined
    return { userId: record.userId, keyId: record.id, ticket: record.origin === 'ticket', label: record.label }
  }

  /** Whether a client that came in with this identity may stay. */
  mayStay({ keyId, ticket }: Identity): boolean {
    if (ticket) return true
    const record = this.#keys.get(keyId)
    return record !== undefined && this.#isGood(record)
  }

  /** Whether the key of this identity may read this, now. */
  allows({ keyId, ticket }: Identity, scope: KeyScope): boolean {
    const isAllowed = () => this.#keys.get(keyId)?.scopes.includes(scope) ?? false
    // What was allowed a moment ago may not have been polled yet.
    return ticket || isAllowed() || (this.refresh() && isAllowed())
  }

  /** The feeds a key takes its prices from, the first in front: those it names, else all of its user. */
  feedsOf({ userId, keyId }: Pick<Identity, 'userId' | 'keyId'>): readonly FeedRecord[] {
    const own = this.#feeds.filter(feed => feed.userId === userId)
    const named = this.#keys.get(keyId)?.feeds
    return named ? named.flatMap(name => own.find(feed => feed.name === name) ?? []) : own
  }

  /** Whether the key of this identity may have prices of a feed of its user. */
  mayUse({ keyId }: Identity, feed: string): boolean {
    return this.#keys.get(keyId)?.feeds?.includes(feed) ?? true
  }

  /** Changes when there are other feeds, or some key names others. */
  get layout(): string {
    return `${this.#feeds.map(({ name, userId }) => `${name} ${userId}`).join('\n')}\n${this.#keys.choices}`
  }

  /**
   * Looks for changes now, which costs a few microseconds when there are none; whether there were. A database that
   * cannot be read leaves everything as it was: those who are in stay in.
   */
  refresh(): boolean {
    const { store, onChange } = this.#parts
    try {
      const version = store.version()
      if (version === this.#version) {
        this.#trouble.over()
        return false
      }
      this.#keys = store.keyRing()
      this.#feeds = this.#readFeeds()
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
  }

  #isGood({ revokedAt, expiresAt }: KeyRecord): boolean {
    return revokedAt === undefined && (expiresAt === undefined || expiresAt > this.#parts.clock.now())
  }

  #readFeeds(): readonly FeedRecord[] {
    const { store, validBrokers } = this.#parts
    return store.feeds
      .list()
      .filter(feed => feed.enabled && isBrokerValid(feed, validBrokers))
      .sort((a, b) => a.createdAt - b.createdAt)
  }
}
