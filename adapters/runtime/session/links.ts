import type { Cancel } from '../../../shared/clock.ts'
import type { TickwireError } from '../../../shared/errors.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { isBookMode, TOPIC_MODES, type TopicMode } from '../../../shared/market/mode.ts'
import type { Dial } from '../../contract.ts'
import type { Union } from '../union.ts'
import { Copies } from './copies.ts'
import { Link, type LinkCapture, type LinkListener, type LinkParts, type LinkView } from './link.ts'
import { assignShards, NO_SHARDS, type Shards } from './shards.ts'

/** How much of what the account may have is used. */
export interface Usage {
  /** Of `limit`: instruments, those of some modes counted more than once. */
  readonly used: number
  readonly limit: number
  /** Wanted beyond it. */
  readonly refused: readonly Instrument[]
  /** Carried, and not in the mode wanted. */
  readonly lowered: readonly Instrument[]
  /** Of the books deeper than five levels that the account may have, where their number is limited. */
  readonly books: { readonly used: number; readonly limit: number }
}

interface LinksListener extends Pick<LinkListener, 'changed' | 'ticked' | 'ordered' | 'rejected' | 'told' | 'lost'> {
  /** Nobody wants these any more: their values are of the past from here on. */
  dropped(instruments: Iterable<Instrument>): void
  /** A connection is open, and was told to carry what it has to. */
  opened(): void
  /** The broker takes the session no more. */
  refused(error: TickwireError): void
}

export interface LinksParts extends Omit<LinkParts, 'number' | 'listener'> {
  /** Where to connect now; nothing while there is no session to connect with. */
  readonly dial: () => Dial | undefined
  readonly capture: LinkCapture | undefined
  /** The first connection is kept open for nothing, too. */
  readonly keepsOne: boolean
  readonly listener: LinksListener
}

/**
 * All connections of one account: spreads the wanted instruments over as few as hold them, and lets one dial at a time, so
 * that a broker that refuses the account is asked no more often than needed to know it.
 */
export class Links {
  readonly #parts: LinksParts
  readonly #links: readonly Link[]
  /** Those that want to dial, in their order. */
  readonly #queue: Link[] = []
  #dialling: Link | undefined
  /** When one dialled last, monotonic milliseconds. */
  #dialledAt = Number.NEGATIVE_INFINITY
  #cancelWait: Cancel = () => {}
  #shards: Shards = NO_SHARDS
  #running = false

  constructor(parts: LinksParts) {
    this.#parts = parts
    const { changed, ticked, ordered, rejected, told, lost } = parts.listener
    const copies = new Copies()
    const listener: Omit<LinkListener, 'ordered'> = {
      changed,
      ticked,
      rejected,
      told,
      lost,
      asks: link => this.#enqueue(link),
      answered: (link, error) => this.#answered(link, error),
    }
    this.#links = Array.from(
      { length: parts.stream.limits.connections },
      (_, place) =>
        new Link({
          ...parts,
          number: place + 1,
          listener: {
            ...listener,
            ordered(order) {
              if (copies.isNew(order, place, parts.clock.monotonic())) ordered(order)
            },
          },
        }),
    )
    parts.breaker.listen(() => this.#dialNext())
  }

  views(): LinkView[] {
    return this.#links.map(link => link.view())
  }

  usage(): Usage {
    const { connections, instrumentsPerConnection, instrumentsPerMode, weights } = this.#parts.stream.limits
    const { modes, refused, lowered } = this.#shards
    const books = { used: 0, limit: 0 }
    let used = 0
    for (const mode of modes.values()) {
      used += weights?.[mode] ?? 1
      if (isBookMode(mode)) books.used++
    }
    for (const mode of TOPIC_MODES) if (isBookMode(mode)) books.limit += instrumentsPerMode?.[mode] ?? 0
    return { used, limit: connections * instrumentsPerConnection, refused, lowered, books }
  }

  /** The mode the broker is asked for; `undefined` for what it is not asked for. */
  modeOf(instrument: Instrument): TopicMode | undefined {
    return this.#shards.modes.get(instrument)
  }

  /** Which of them carries it, from 0. */
  placeOf(instrument: Instrument): number | undefined {
    return this.#shards.places.get(instrument)
  }

  /** Whether the broker was asked for it on a connection that is open. */
  isTold(instrument: Instrument): boolean {
    return this.#linkOf(instrument)?.isTold(instrument) ?? false
  }

  /** Ends their subscriptions and begins them again. */
  askAgain(instruments: readonly Instrument[]): void {
    for (const [place, link] of this.#links.entries()) {
      const own = instruments.filter(instrument => this.#shards.places.get(instrument) === place)
      if (own.length > 0) link.askAgain(own)
    }
  }

  /** Cuts one that is open and connects it again; `place` from 0. */
  restartOne(place: number): void {
    const link = this.#links[place]
    if (link?.isOpen) link.restart()
  }

  /** Whether any of them is open. */
  get isOpen(): boolean {
    return this.#links.some(link => link.isOpen)
  }

  /** Replaces what has to be carried. True when something was added. */
  carry(union: Union): boolean {
    const before = this.#shards.places
    this.#shards = assignShards(this.#shards, union, this.#parts.stream.limits)
    const shares = this.#links.map(() => new Map<Instrument, TopicMode>())
    let isMore = false
    for (const [instrument, place] of this.#shards.places) {
      const mode = this.#shards.modes.get(instrument)
      if (mode !== undefined) shares[place]?.set(instrument, mode)
      isMore ||= !before.has(instrument)
    }
    // Nobody follows them any more: whoever comes back to one later shall not take its value of now for the present.
    this.#parts.listener.dropped([...before.keys()].filter(instrument => !this.#shards.places.has(instrument)))
    for (const [place, link] of this.#links.entries()) link.want(shares[place] ?? new Map())
    this.#connectNeeded()
    return isMore
  }

  start(): void {
    this.#running = true
    this.#connectNeeded()
  }

  stop(): void {
    this.#running = false
    this.#cancelWait()
    for (const link of this.#links) link.stop()
  }

  /**
   * Cuts what is connected and connects again at once: what is in the sockets is no longer trusted. What is not connected
   * keeps its pause: the broker may have asked for it.
   */
  restart(): void {
    for (const link of this.#links) if (link.isOpen || link.isDialling) link.restart()
  }

  #linkOf(instrument: Instrument): Link | undefined {
    const place = this.#shards.places.get(instrument)
    return place === undefined ? undefined : this.#links[place]
  }

  /** The first connection proves the session before others use it. */
  #connectNeeded(): void {
    if (!this.#running) return
    for (const [place, link] of this.#links.entries()) {
      const { state, instruments } = link.view()
      const isNeeded = instruments > 0 || (place === 0 && this.#isFirstNeeded())
      if (!isNeeded && state !== 'idle') link.stop()
      if (isNeeded && state === 'idle' && (place === 0 || this.#links[0]?.isOpen)) link.start()
    }
    // The one that was stopped may have had the turn.
    this.#dialNext()
  }

  /** The other ones wait for it. */
  #isFirstNeeded(): boolean {
    return this.#parts.keepsOne || this.#shards.places.size > 0
  }

  #enqueue(link: Link): void {
    if (!this.#queue.includes(link)) this.#queue.push(link)
    this.#dialNext()
  }

  #dialNext(): void {
    if (this.#dialling?.isDialling) return
    this.#dialling = undefined
    this.#cancelWait()
    if (this.#queue.length === 0) return
    const { clock, stream, breaker } = this.#parts
    const now = clock.monotonic()
    const betweenMs = stream.session.pauses?.betweenMs ?? 0
    const waitMs = Math.max(this.#dialledAt + betweenMs - now, breaker.restMs())
    if (waitMs > 0) {
      this.#cancelWait = clock.after(waitMs, () => this.#dialNext())
      return
    }
    for (let link = this.#queue.shift(); link; link = this.#queue.shift()) {
      const dial = link.view().state === 'connecting' ? this.#parts.dial() : undefined
      if (!dial) continue
      this.#dialling = link
      this.#dialledAt = now
      breaker.dialled()
      link.dial(dial, this.#parts.capture)
      return
    }
  }

  #answered(link: Link, error: TickwireError | undefined): void {
    if (this.#dialling === link) this.#dialling = undefined
    if (!error) {
      this.#connectNeeded()
      this.#parts.listener.opened()
    } else if (error.retry === 'after-login') this.#parts.listener.refused(error)
    this.#dialNext()
  }
}
