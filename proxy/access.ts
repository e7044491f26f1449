import type { Cancel, Clock } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import type { ControlStore } from '../shared/store/control.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'
import { KeyRing } from '../shared/store/keyring.ts'
import type { KeyRecord } from '../shared/store/keys.ts'

/** A client whose key was good. */
export interface Identity {
  readonly userId: string
  readonly keyId: string
  /** A ticket is good for the moment of authentication only; the connection it opened outlives it. */
  readonly ticket: boolean
}

/** A change of the database reaches every open socket within this and a moment. */
const POLL_MS = 250

/**
 * Who may come in, answered from memory. Watches the database for changes: other processes' messages can be lost, a
 * version number cannot.
 */
export class Access {
  readonly #store: ControlStore
  readonly #pepper: Buffer
  readonly #clock: Clock
  readonly #onChange: () => void
  readonly #stopPoll: Cancel
  #version: number
  #keys: KeyRing
  #feeds: readonly FeedRecord[]

  constructor(store: ControlStore, pepper: Buffer, clock: Clock, onChange: () => void) {
    this.#store = store
    this.#pepper = pepper
    this.#clock = clock
    this.#onChange = onChange
    this.#version = store.version()
    this.#keys = this.#readKeys()
    this.#feeds = this.#readFeeds()
    this.#stopPoll = clock.every(POLL_MS, () => this.refresh())
  }

  /** All enabled feeds, of all users. */
  get feeds(): readonly FeedRecord[] {
    return this.#feeds
  }

  /** `undefined` for a key that is unknown, revoked or expired: which of them is nobody's business. */
  authenticate(key: string): Identity | undefined {
    let record = this.#keys.find(key)
    // A key made a moment ago may not have been polled yet.
    if (!record && this.refresh()) record = this.#keys.find(key)
    if (!record || !this.#isGood(record)) return undefined
    return { userId: record.userId, keyId: record.id, ticket: record.origin === 'ticket' }
  }

  /** Whether a client that came in with this identity may stay. */
  mayStay({ keyId, ticket }: Identity): boolean {
    if (ticket) return true
    const record = this.#keys.get(keyId)
    return record !== undefined && this.#isGood(record)
  }

  /** Looks for changes now, which costs a few microseconds when there are none; whether there were. */
  refresh(): boolean {
    try {
      const version = this.#store.version()
      if (version === this.#version) return false
      this.#keys = this.#readKeys()
      this.#feeds = this.#readFeeds()
      // Last, so that a reading that failed is tried again.
      this.#version = version
    } catch (error) {
      if (error instanceof TickwireError && error.code === 'STORE_BUSY') return false
      throw error
    }
    this.#onChange()
    return true
  }

  close(): void {
    this.#stopPoll()
  }

  #isGood({ revokedAt, expiresAt }: KeyRecord): boolean {
    return revokedAt === undefined && (expiresAt === undefined || expiresAt > this.#clock.now())
  }

  #readKeys(): KeyRing {
    return new KeyRing(this.#store.keys.list({ tickets: true }), this.#pepper)
  }

  /** In the order they were registered: the first feed of a user is the one its clients are greeted with. */
  #readFeeds(): readonly FeedRecord[] {
    const enabled = this.#store.feeds.list().filter(feed => feed.enabled)
    return enabled.sort((a, b) => a.createdAt - b.createdAt)
  }
}
