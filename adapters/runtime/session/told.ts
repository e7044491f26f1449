import type { TopicMode } from '../../../shared/market/mode.ts'
import type { Limits } from '../../contract.ts'
import { type Modes, nextOrder, type Order, type Speech } from './orders.ts'

/**
 * What one connection was told. Of what was unwanted in between, or belongs to another instrument now, the values are
 * forgotten, and brokers say everything at the beginning of a subscription only: it is ended and begun again, also where
 * it was never ended because the wish came back in time.
 */
export class Told {
  readonly #modes = new Map<string, TopicMode>()
  /** Told, and to be told again from the beginning. */
  readonly #spent = new Set<string>()

  has(token: string): boolean {
    return this.#modes.has(token)
  }

  /** What is known of it is forgotten. */
  spend(token: string): void {
    if (this.#modes.has(token)) this.#spent.add(token)
  }

  /** The next batch that brings it nearer to what is wanted, which counts as told from here on; nothing when they agree. */
  next(wanted: Modes, speech: Speech, limits: Limits): Order | undefined {
    const order = nextOrder(this.#modes, this.#without(wanted), speech, limits)
    for (const token of order?.tokens ?? []) this.#note(token, order?.mode)
    return order
  }

  #without(wanted: Modes): Modes {
    return this.#spent.size === 0 ? wanted : new Map([...wanted].filter(([token]) => !this.#spent.has(token)))
  }

  #note(token: string, mode: TopicMode | undefined): void {
    if (mode !== undefined) this.#modes.set(token, mode)
    else {
      this.#modes.delete(token)
      this.#spent.delete(token)
    }
  }
}
