import type { Cancel, Clock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { type Identity, type LastHead, type LastValue, readLast, writeLast } from '../../shared/store/last.ts'
import { Trouble } from '../../shared/trouble.ts'
import type { Past, Value } from '../runtime/board.ts'
import { withinBounds } from '../runtime/bounds.ts'
import type { Publisher } from '../runtime/publisher.ts'

interface KeptParts {
  readonly path: string
  /** Whose values they are. */
  readonly head: LastHead
  /** Whether a value after which nothing came until `until`, milliseconds since 1970, is the last of a market that is closed. */
  readonly isLast: (instrument: Instrument, until: number) => boolean
  /** False once the feed was removed, with all that is its own: what ends after that leaves nothing behind. */
  readonly isThere: () => boolean
  readonly clock: Clock
  readonly log: Log
}

const WRITE_MS = 30_000
/** A process that is killed at night knew that nothing came since the close. */
const RENEW_MS = 600_000
/** A week of holidays; what is older explains nothing. */
const OLDEST_MS = 7 * 86_400_000
/** The account wants a few thousand at a time. */
const MOST = 20_000

/**
 * Last values of one feed that outlive their connection and their process, so that a closed market still shows its last
 * prices. Written every 30 s when something has changed, every 10 min when nothing has, and at the end; a disk that fails
 * costs the memory of the next run, nothing else.
 */
export class KeptValues implements Past {
  readonly #parts: KeptParts
  readonly #writing: Trouble
  readonly #stop: Cancel
  /** By exchange and symbol, the newest last. */
  readonly #values = new Map<string, LastValue>()
  #publisher: Pick<Publisher, 'entries' | 'counts'> | undefined
  /** Changes here, and the ticks of the publisher, as they were written last. */
  #changes = 0
  #written = ''
  /** Monotonic milliseconds. */
  #writtenAt: number
  #running: Promise<void> | undefined

  constructor(parts: KeptParts) {
    this.#parts = parts
    this.#writing = new Trouble(parts.log, {
      fails: 'last values cannot be kept for the next start; the feed goes on',
      over: 'last values are kept for the next start again',
    })
    this.#read()
    this.#written = this.#mark()
    this.#writtenAt = parts.clock.monotonic()
    this.#stop = parts.clock.every(WRITE_MS, () => void this.#write())
  }

  /** Whose values are of the present. */
  follow(publisher: Pick<Publisher, 'entries' | 'counts'>): void {
    this.#publisher = publisher
    this.#written = this.#mark()
  }

  keep(instrument: Instrument, { tick, receivedAt }: Value): void {
    const key = keyOf(instrument)
    this.#values.delete(key)
    this.#values.set(key, { instrument, tick, receivedAt, knownUntil: this.#parts.clock.now() })
    this.#changes++
    for (const oldest of this.#values.keys()) {
      if (this.#values.size <= MOST) return
      this.#values.delete(oldest)
    }
  }

  recall(instrument: Instrument): Value | undefined {
    const { isLast } = this.#parts
    const value = this.#values.get(keyOf(instrument))
    if (!value || !isSame(value.instrument, instrument) || !this.#isFresh(value)) return undefined
    const { tick, receivedAt, knownUntil } = value
    const mayBe = withinBounds({ instrument, tick, receivedAt })
    return mayBe && isLast(instrument, knownUntil) ? { tick, receivedAt } : undefined
  }

  /** Resolves when what is known is on the disk, or cannot be. */
  async close(): Promise<void> {
    this.#stop()
    await this.#running
    await this.#write()
  }

  #read(): void {
    const { path, head, log } = this.#parts
    try {
      for (const value of readLast(path, head))
        if (this.#isFresh(value)) this.#values.set(keyOf(value.instrument), value)
    } catch (err) {
      if (!(err instanceof TickwireError)) throw err
      log.warn({ err }, 'the last values of the run before are ignored')
    }
  }

  #write(): Promise<void> {
    this.#running ??= this.#writeOnce().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #writeOnce(): Promise<void> {
    const mark = this.#mark()
    const { path, head, isThere, clock } = this.#parts
    const now = clock.monotonic()
    const isKnown = mark === this.#written && now - this.#writtenAt < RENEW_MS
    if (isKnown || !isThere()) return
    try {
      await writeLast(path, head, this.#all(), clock)
      this.#written = mark
      this.#writtenAt = now
      this.#writing.over()
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      this.#writing.met(error)
    }
  }

  #mark(): string {
    return `${this.#changes} ${this.#publisher?.counts().ticks ?? 0}`
  }

  *#all(): Iterable<LastValue> {
    const present = new Set<string>()
    const knownUntil = this.#parts.clock.now()
    for (const { instrument, last, receivedAt } of this.#publisher?.entries() ?? []) {
      if (!last) continue
      present.add(keyOf(instrument))
      yield { instrument, tick: last, receivedAt, knownUntil }
    }
    for (const [key, value] of this.#values) if (!present.has(key) && this.#isFresh(value)) yield value
  }

  /** Not older than it may be, and not of the future either: a clock was wrong. */
  #isFresh({ receivedAt }: LastValue): boolean {
    const ageMs = this.#parts.clock.now() - receivedAt / 1000
    return ageMs >= 0 && ageMs <= OLDEST_MS
  }
}

const keyOf = ({ exchange, symbol }: Pick<Instrument, 'exchange' | 'symbol'>): string => `${exchange}:${symbol}`

/** A symbol that became another contract must never show the old price. */
const isSame = (one: Identity, other: Identity): boolean =>
  one.token === other.token &&
  one.kind === other.kind &&
  one.expiry === other.expiry &&
  one.strike === other.strike &&
  one.underlying === other.underlying
