import type { TopicParts } from '../../shared/market/topic.ts'
import type { Holdings } from '../holdings.ts'
import { type Route, refused } from '../routing.ts'
import type { SymbolRequest } from '../symbols.ts'
import type { Rest } from '../worklist.ts'
import { asked } from './asking.ts'
import type { Registry } from './register.ts'
import { detailsOf, explain, type Reached } from './words.ts'

/** What is counted. */
interface Held extends Pick<Holdings, 'instruments' | 'holdsAny'> {
  release(which: (parts: TopicParts, symbol: string) => boolean): unknown
}

interface RationParts {
  readonly registry: Registry
  readonly seat: number
  readonly symbolsPerConnection: number
  readonly holdings: Held
  /** Hears of each message that wanted too much. */
  readonly onReached: (reached: Reached) => void
}

/** How many symbols one client may hold, by the limit of its connection and by what its key has left. */
export class Ration {
  readonly #parts: RationParts
  /** What the register counts for it. */
  #counted = 0

  constructor(parts: RationParts) {
    this.#parts = parts
  }

  /** The routes of a message, those refused for which there is no room: the last ones. */
  *grant(symbols: readonly SymbolRequest[], routes: readonly Route[]): Generator<Rest, readonly Route[]> {
    const { registry, seat, symbolsPerConnection, holdings, onReached } = this.#parts
    const isFresh = (nth: number) => {
      const { exchange, symbol } = symbols[nth] as SymbolRequest
      return routes[nth]?.ok === true && !holdings.holdsAny(exchange, symbol)
    }
    const fresh = new Set(symbols.flatMap((one, nth) => (isFresh(nth) ? nameOf(one) : [])))
    if (fresh.size === 0) return routes
    const wanted = holdings.instruments + fresh.size
    const allowed = Math.min(wanted, Math.max(symbolsPerConnection, holdings.instruments))
    const verdict = yield* asked(registry, { kind: 'hold', seat, symbols: allowed })
    const granted = verdict.symbols ?? allowed
    this.#counted = granted
    if (granted >= wanted) return routes
    const reached: Reached = (granted < allowed && verdict.reached) || {
      limit: 'symbols_per_connection',
      max: symbolsPerConnection,
      used: allowed,
    }
    onReached(reached)
    const room = new Set([...fresh].slice(0, Math.max(0, granted - holdings.instruments)))
    const { heldBy: _, ...brief } = reached
    // Who holds the rest is said once: a message may have thousands of items.
    let told: Reached = reached
    return routes.map((one, nth) => {
      if (!isFresh(nth) || room.has(nameOf(symbols[nth] as SymbolRequest))) return one
      const details = { code: 'LIMIT_REACHED', ...detailsOf(told) }
      told = brief
      return { ...refused(explain(reached), one.broker), details }
    })
  }

  /** Lets go of what came last, down to what its key may hold by now, and gives the limit where there was something. */
  *trim(): Generator<Rest, Reached | undefined> {
    const { registry, seat, holdings, onReached } = this.#parts
    const { symbols = 0, reached } = yield* asked(registry, { kind: 'trim', seat })
    if (!reached) return undefined
    const kept = new Set<string>()
    holdings.release(({ exchange }, symbol) => {
      const name = `${exchange} ${symbol}`
      if (kept.size < symbols) kept.add(name)
      return !kept.has(name)
    })
    this.settle()
    onReached(reached)
    return reached
  }

  /** Another key counts from here on. */
  renew(): void {
    this.#counted = 0
    this.settle()
  }

  /** What is held has changed. */
  settle(): void {
    const { registry, seat, holdings } = this.#parts
    const { instruments } = holdings
    if (instruments === this.#counted) return
    this.#counted = instruments
    registry.ask({ kind: 'hold', seat, symbols: instruments })
  }
}

const nameOf = ({ exchange, symbol }: SymbolRequest): string => `${exchange} ${symbol}`
