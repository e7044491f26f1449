import type { Market } from '../kit/market.ts'
import { type Scrip, scripOf } from './list.ts'
import { constants, type Kind, type Record, values } from './record.ts'
import type { Recorded } from './recorded.ts'

/** The market in the broker's words: what was recorded is played, everything else walks. */
export class Board {
  readonly #market: Market
  readonly #recorded: Recorded
  #contracts: Market['contracts'] = []
  #scrips: readonly Scrip[] = []
  readonly #byKey = new Map<string, Scrip>()

  constructor(options: { market: Market; recorded: Recorded }) {
    this.#market = options.market
    this.#recorded = options.recorded
  }

  /** Today's list. */
  get scrips(): readonly Scrip[] {
    this.#refresh()
    return this.#scrips
  }

  /** `NSE|22` of today's list. */
  scrip(key: string): Scrip | undefined {
    this.#refresh()
    return this.#byKey.get(key)
  }

  /** Whether there is anything to say of it: it is in the list, or was recorded. */
  isKnown(key: string): boolean {
    return this.#recorded.has(key) || this.scrip(key) !== undefined
  }

  /** Frames that were recorded of it, to be sent one after the other. */
  played(key: string, kind: Kind): readonly Record[] | undefined {
    return kind === 'touchline' ? this.#recorded.get(key) : undefined
  }

  /** One turn of these. */
  step(keys: Iterable<string>): void {
    const meant = [...keys].map(key => this.scrip(key)?.contract)
    this.#market.step(meant.filter(one => one !== undefined))
  }

  constants(scrip: Scrip): Record {
    return constants(scrip)
  }

  values(scrip: Scrip, kind: Kind): Record {
    return values(scrip, this.#market.quote(scrip.contract), kind)
  }

  /** After another day's list. */
  #refresh(): void {
    const { contracts } = this.#market
    if (contracts === this.#contracts) return
    this.#contracts = contracts
    this.#scrips = contracts.flatMap(one => scripOf(one) ?? [])
    this.#byKey.clear()
    for (const one of this.#scrips) this.#byKey.set(one.key, one)
  }
}
