import type { Cancel, Clock } from '../../../shared/clock.ts'
import type { TickwireError } from '../../../shared/errors.ts'
import type { Exchange } from '../../../shared/market/exchange.ts'
import type { Sibling } from '../../contract.ts'
import type { Union } from '../union.ts'
import { Links, type LinksParts, type Usage } from './links.ts'
import { Refusals } from './refusals.ts'
import { judgeLinks } from './standing.ts'

export interface SideParts extends Omit<LinksParts, 'stream' | 'keepsOne' | 'listener'> {
  readonly sibling: Sibling<unknown, unknown>
  readonly listener: Omit<LinksParts['listener'], 'opened' | 'refused'>
  /** Whether the market of an exchange trades now. */
  readonly isTrading: (exchange: Exchange) => boolean
}

/** A broker says the first of what it is asked for at once; of a closed market it may have nothing to say. */
const PATIENCE_MS = 5000

/**
 * The sockets of one kind besides the main one. What becomes of them costs what only they bring: a broker that refuses
 * them is asked three times, and again when a main connection is opened anew, after a login above all. A broker may also
 * take them and never say a thing.
 */
export class Side {
  readonly #name: string
  readonly #ifSilent: string | undefined
  readonly #links: Links
  readonly #clock: Clock
  readonly #isTrading: (exchange: Exchange) => boolean
  readonly #refusals = new Refusals()
  #refusal: TickwireError | undefined
  #wanted: Union = new Map()
  /** It was asked for something of a market that trades, and has said nothing since it was opened. */
  #isMute = false
  #cancelPatience: Cancel = () => {}

  constructor({ sibling, isTrading, ...parts }: SideParts) {
    this.#name = sibling.name
    this.#ifSilent = sibling.ifSilent
    this.#clock = parts.clock
    this.#isTrading = isTrading
    this.#links = new Links({
      ...parts,
      stream: sibling,
      keepsOne: sibling.isAlwaysOpen === true,
      listener: {
        ...parts.listener,
        ticked: (...said) => {
          this.#speaks()
          parts.listener.ticked(...said)
        },
        // One that answers, and be it with a refusal of one instrument, is not mute.
        rejected: () => this.#speaks(),
        opened: () => this.#opened(),
        refused: error => this.#refused(error),
      },
    })
  }

  carry(union: Union): void {
    this.#wanted = union
    this.#links.carry(union)
    // With the next wish it is asked again: nobody knows what was bought meanwhile.
    if (union.size === 0) this.#speaks()
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
    this.#speaks()
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
    this.#refusals.opened(this.#clock.monotonic())
    this.#refusal = undefined
    this.#awaitWord()
  }

  #awaitWord(): void {
    this.#cancelPatience()
    this.#cancelPatience = this.#clock.after(PATIENCE_MS, () => {
      const isAsked = this.#links.views().some(({ state, instruments }) => state === 'open' && instruments > 0)
      const isDue = [...this.#wanted.keys()].some(({ exchange }) => this.#isTrading(exchange))
      this.#isMute = isAsked && isDue
      if (isAsked && !isDue) this.#awaitWord()
    })
  }

  #speaks(): void {
    this.#cancelPatience()
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
