import type { Cancel, Clock } from '../../../shared/clock.ts'
import type { TickwireError } from '../../../shared/errors.ts'
import type { PhaseAt } from '../../../shared/market/phase.ts'
import type { Sibling } from '../../contract.ts'
import type { Union } from '../union.ts'
import { Links, type LinksParts, type Usage } from './links.ts'
import { Pace } from './pace.ts'
import { Refusals } from './refusals.ts'
import { judgeLinks } from './standing.ts'
import { hasTraded, isHushed, SILENCE_LIMIT_MS } from './verdict.ts'

export interface SideParts extends Omit<LinksParts, 'stream' | 'keepsOne' | 'listener'> {
  readonly sibling: Sibling<unknown, unknown>
  readonly listener: Omit<LinksParts['listener'], 'opened' | 'refused'>
  readonly phaseAt: PhaseAt
}

/** A broker says the first of what it is asked for at once; of a closed market it may have nothing to say. */
const PATIENCE_MS = 5000
/** What is mute is made anew so seldom at most, and half as often each time that it did not help. */
const AGAIN_MS = 60_000
const LONGEST_AGAIN_MS = 900_000
const NEVER = Number.NEGATIVE_INFINITY

/**
 * The sockets of one kind besides the main one. What becomes of them costs what only they bring: a broker that refuses
 * them is asked three times, and again when a main connection is opened anew, after a login above all. A broker may also
 * take them and never say a thing, or fall silent later: they are made anew.
 */
export class Side {
  readonly #name: string
  readonly #ifSilent: string | undefined
  readonly #links: Links
  readonly #clock: Clock
  readonly #phaseAt: PhaseAt
  readonly #refusals = new Refusals()
  #refusal: TickwireError | undefined
  #wanted: Union = new Map()
  /** It was asked for something of a market that trades, and says nothing. */
  #isMute = false
  readonly #pace = new Pace()
  /** Monotonic milliseconds, as all of these. */
  #openedAt = NEVER
  /** Before that nothing was wanted of it. */
  #wishedAt = NEVER
  #saidAt = NEVER
  #renewedAt = NEVER
  #againMs = AGAIN_MS
  #cancelPatience: Cancel = () => {}

  constructor({ sibling, phaseAt, ...parts }: SideParts) {
    this.#name = sibling.name
    this.#ifSilent = sibling.ifSilent
    this.#clock = parts.clock
    this.#phaseAt = phaseAt
    this.#links = new Links({
      ...parts,
      stream: sibling,
      keepsOne: sibling.isAlwaysOpen === true,
      listener: {
        ...parts.listener,
        ticked: (...said) => {
          this.#speaks()
          this.#pace.ticked(this.#saidAt)
          parts.listener.ticked(...said)
        },
        // One that answers, and be it with a refusal of one instrument, is not mute.
        rejected: (...said) => {
          this.#speaks()
          parts.listener.rejected(...said)
        },
        opened: () => this.#opened(),
        refused: error => this.#refused(error),
      },
    })
  }

  get links(): Links {
    return this.#links
  }

  carry(union: Union): void {
    if (this.#wanted.size === 0) this.#wishedAt = this.#clock.monotonic()
    this.#wanted = union
    this.#links.carry(union)
    // With the next wish it is asked again: nobody knows what was bought meanwhile.
    if (union.size === 0) this.#forgive()
  }

  usage(): Usage {
    return this.#links.usage()
  }

  /** There is a session to connect with. */
  start(): void {
    if (!this.#refusals.areEnough) this.#links.start()
  }

  /** The next start is with another session, or after the main one was in doubt: what was refused is asked for again. */
  stop(): void {
    this.#refusals.reset()
    this.#refusal = undefined
    this.#forgive()
    this.#cancelPatience()
    this.#links.stop()
  }

  restart(): void {
    this.#links.restart()
  }

  /** It will not bring what it is asked for, whoever asks: not for now, as when the network fails, but for this login. */
  get isVain(): boolean {
    return this.#isMute || this.#refusals.areEnough
  }

  /** What a person should know of it, in a line; nothing when all is well. */
  trouble(): string | undefined {
    const { state, reason } = judgeLinks(this.#links.views())
    const why = this.#refusal
      ? explain(this.#refusal)
      : state === 'live' || state === 'starting'
        ? this.#mute()
        : reason
    return why === undefined ? undefined : `no ${this.#name}: ${why}`
  }

  #mute(): string | undefined {
    const next = this.#ifSilent === undefined ? '' : `; next: ${this.#ifSilent}`
    return this.#isMute ? `the broker takes the connection and sends nothing that was asked for${next}` : undefined
  }

  #opened(): void {
    const isAgain = this.#openedAt > NEVER
    this.#openedAt = this.#clock.monotonic()
    // Whoever made it anew: it has its time.
    if (isAgain) this.#renewedAt = this.#openedAt
    this.#pace.resume(this.#openedAt)
    this.#refusals.opened(this.#openedAt)
    this.#refusal = undefined
    this.#awaitWord()
  }

  #awaitWord(): void {
    this.#cancelPatience()
    this.#cancelPatience = this.#clock.after(PATIENCE_MS, () => {
      if (!this.#links.isOpen) return
      this.#awaitWord()
      this.#listen(this.#clock.monotonic())
    })
  }

  /** What its silence means. */
  #listen(now: number): void {
    const since = Math.max(this.#openedAt, this.#wishedAt)
    const isAsked = this.#links.views().some(({ state, instruments }) => state === 'open' && instruments > 0)
    const trading = [...this.#wanted.keys()].filter(one => hasTraded(this.#phaseAt, one, this.#clock.now()))
    if (!isAsked || trading.length === 0) this.#isMute = false
    else if (this.#saidAt < since) this.#isMute = now - since >= PATIENCE_MS
    // Of those whose market is over nobody knows how much of the rhythm was theirs.
    else if (trading.length === this.#wanted.size) this.#isMute ||= isHushed(this.#pace, since, now)
    if (this.#isMute && now - Math.max(since, this.#saidAt) >= SILENCE_LIMIT_MS) this.#renew(now)
  }

  #renew(now: number): void {
    if (now - this.#renewedAt < this.#againMs) return
    if (this.#renewedAt > this.#saidAt) this.#againMs = Math.min(2 * this.#againMs, LONGEST_AGAIN_MS)
    this.#renewedAt = now
    this.#links.restart()
  }

  #speaks(): void {
    this.#saidAt = this.#clock.monotonic()
    this.#againMs = AGAIN_MS
    this.#isMute = false
  }

  #forgive(): void {
    this.#renewedAt = NEVER
    this.#againMs = AGAIN_MS
    this.#isMute = false
  }

  /** The main connection may live all the same: the broker sells some streams apart. */
  #refused(error: TickwireError): void {
    this.#refusal = error
    this.#refusals.refused(this.#clock.monotonic())
    if (this.#refusals.areEnough) this.#links.stop()
  }
}

const explain = ({ code, message, next }: TickwireError): string =>
  `${code}: ${message}${next === undefined ? '' : `; next: ${next}`}`
