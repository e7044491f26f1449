import type { Clock } from '../../../shared/clock.ts'
import type { TickwireError } from '../../../shared/errors.ts'
import type { Sibling } from '../../contract.ts'
import type { Union } from '../union.ts'
import { Links, type LinksParts, type Usage } from './links.ts'
import { Refusals } from './refusals.ts'
import { judgeLinks } from './standing.ts'

interface SideParts extends Omit<LinksParts, 'stream' | 'keepsOne' | 'listener'> {
  readonly sibling: Sibling<unknown, unknown>
  readonly listener: Omit<LinksParts['listener'], 'opened' | 'refused'>
}

/**
 * The sockets of one kind besides the main one. What becomes of them costs what only they bring: a broker that refuses
 * them is asked three times, and again when a main connection is opened anew, after a login above all.
 */
export class Side {
  readonly #name: string
  readonly #links: Links
  readonly #clock: Clock
  readonly #refusals = new Refusals()
  #refusal: TickwireError | undefined

  constructor({ sibling, ...parts }: SideParts) {
    this.#name = sibling.name
    this.#clock = parts.clock
    this.#links = new Links({
      ...parts,
      stream: sibling,
      keepsOne: sibling.isAlwaysOpen === true,
      listener: { ...parts.listener, opened: () => this.#opened(), refused: error => this.#refused(error) },
    })
  }

  carry(union: Union): void {
    this.#links.carry(union)
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
    this.#links.stop()
  }

  restart(): void {
    this.#links.restart()
  }

  /** What a person should know of it, in a line; nothing when all is well. */
  trouble(): string | undefined {
    const { state, reason } = judgeLinks(this.#links.views())
    const refused = this.#refusal && `${this.#refusal.code}: ${this.#refusal.message}`
    const why = refused ?? (state === 'live' || state === 'starting' ? undefined : reason)
    return why === undefined ? undefined : `no ${this.#name}: ${why}`
  }

  #opened(): void {
    this.#refusals.opened(this.#clock.monotonic())
    this.#refusal = undefined
  }

  /** The main connection may live all the same: the broker sells some streams apart. */
  #refused(error: TickwireError): void {
    this.#refusal = error
    this.#refusals.refused(this.#clock.monotonic())
    if (this.#refusals.areEnough) this.#links.stop()
  }
}
