import type { Clock } from '../../../shared/clock.ts'
import { type Contract, keyOf } from './contract.ts'
import { type Quote, Walk } from './walk.ts'

/** Hears what a contract was said to be worth, each time it is said to anybody. */
export type Witness = (contract: Contract, quote: Quote) => void

/** Today's list of contracts, and what each of them is worth. */
export class Market {
  /** Who hears of every quote. */
  witness: Witness | undefined
  readonly #clock: Clock
  readonly #seed: number
  #contracts: readonly Contract[] = []
  readonly #byKey = new Map<string, Contract>()
  /** By the contract's key, not by its token: a price stays with its contract when the list changes. */
  readonly #walks = new Map<string, Walk>()

  /** The same seed gives the same prices in the same order. */
  constructor(options: { contracts: readonly Contract[]; seed: number; clock: Clock }) {
    this.#clock = options.clock
    this.#seed = options.seed
    this.list(options.contracts)
  }

  get contracts(): readonly Contract[] {
    return this.#contracts
  }

  /** From now on this is the list. */
  list(contracts: readonly Contract[]): void {
    this.#contracts = contracts
    this.#byKey.clear()
    for (const one of contracts) this.#byKey.set(keyOf(one), one)
  }

  /** `NSE:SBIN` of today's list. */
  find(key: string): Contract | undefined {
    return this.#byKey.get(key)
  }

  /** One turn of these. */
  step(contracts: Iterable<Contract>): void {
    const now = this.#clock.now()
    for (const one of contracts) this.#walk(one).step(now)
  }

  /** What a contract is worth now, with so many levels a side. */
  quote(contract: Contract, levels?: number): Quote {
    this.#walk(contract).wake(this.#clock.now())
    const quote = this.peek(contract, levels)
    this.witness?.(contract, quote)
    return quote
  }

  /** What a contract was worth when it was last said or walked: says it to nobody, and nothing wakes by asking. */
  peek(contract: Contract, levels?: number): Quote {
    return this.#walk(contract).quote(this.#clock.now(), levels)
  }

  #walk(contract: Contract): Walk {
    const key = keyOf(contract)
    const known = this.#walks.get(key)
    if (known) return known
    const walk = new Walk(contract, this.#seed, this.#clock.now())
    this.#walks.set(key, walk)
    return walk
  }
}
