import type { Mode } from '../shared/market/mode.ts'
import { formatTopic } from '../shared/market/topic.ts'
import type { FeedView } from './feeds.ts'
import type { Hub, Subscription } from './hub.ts'
import { MODE_LABELS } from './mode.ts'
import type { Outbox } from './outbox.ts'
import type { SubscribeResult, UnsubscribeResult } from './replies.ts'
import { type Instruments, type Route, route } from './routing.ts'
import type { SymbolRequest } from './symbols.ts'

/** One thing a client holds: one instrument, as it spelled it, in one mode. */
interface Holding {
  readonly exchange: string
  readonly symbol: string
  readonly mode: Mode
  readonly broker: string
  readonly subscription: Subscription
}

/** What a subscribe message asks for, and of whom. */
export interface SubscribeWish {
  readonly symbols: readonly SymbolRequest[]
  readonly mode: Mode
  readonly depth: number
  readonly feeds: readonly FeedView[]
  readonly instruments: Instruments
}

/** What one client holds. Exchange and symbol are compared exactly as the client wrote them. */
export class Holdings {
  readonly #hub: Hub
  readonly #outbox: Outbox
  readonly #byInstrument = new Map<string, Map<Mode, Holding>>()
  #size = 0

  constructor(hub: Hub, outbox: Outbox) {
    this.#hub = hub
    this.#outbox = outbox
  }

  get size(): number {
    return this.#size
  }

  /**
   * Takes hold of everything that can be had and says so item by item. `fresh` is what was not held before: its last
   * values are due after the reply, never before it.
   */
  subscribe(wish: SubscribeWish): { results: SubscribeResult[]; fresh: Subscription[] } {
    const fresh: Subscription[] = []
    const primary = wish.feeds[0]?.broker ?? ''
    const results = wish.symbols.map(({ symbol, exchange, problem }): SubscribeResult => {
      const found: Route =
        problem === undefined
          ? route({ exchange, symbol, mode: wish.mode, depth: wish.depth }, wish.feeds, wish.instruments)
          : { ok: false, message: problem, broker: primary }
      if (!found.ok) return { symbol, exchange, broker: found.broker, outcome: { ok: false, message: found.message } }
      const taken = this.#take(exchange, symbol, wish.mode, found)
      if (taken) fresh.push(taken)
      return { symbol, exchange, broker: found.broker, outcome: { ok: true, mode: wish.mode, depth: found.depth } }
    })
    return { results, fresh }
  }

  /** `mode` is the one of the whole message; an item's own goes before it. Not holding it is a success. */
  unsubscribe(symbols: readonly SymbolRequest[], mode: Mode | undefined, primary: string): UnsubscribeResult[] {
    return symbols.map(item => {
      const { symbol, exchange } = item
      if (item.problem !== undefined) return { symbol, exchange, broker: primary, failure: item.problem }
      if (item.mode === 'bad') return { symbol, exchange, broker: primary, failure: BAD_MODE }
      const meant = this.#meant(exchange, symbol, item.mode ?? mode)
      for (const holding of meant) this.#release(holding)
      return { symbol, exchange, broker: meant[0]?.broker ?? primary }
    })
  }

  /** Lets go of everything; one result per instrument and mode. */
  releaseAll(): UnsubscribeResult[] {
    const all = [...this.#byInstrument.values()].flatMap(modes => [...modes.values()])
    for (const holding of all) this.#release(holding)
    return all.map(({ symbol, exchange, broker }) => ({ symbol, exchange, broker }))
  }

  #take(exchange: string, symbol: string, mode: Mode, found: Route & { ok: true }): Subscription | undefined {
    const key = keyOf(exchange, symbol)
    const modes = this.#byInstrument.get(key) ?? new Map<Mode, Holding>()
    const held = modes.get(mode)
    if (held?.subscription.topic === formatTopic(found.parts)) return undefined
    // The same wish leads elsewhere now: another depth was asked for, or another feed serves it.
    if (held) this.#release(held)
    const subscription = this.#hub.join(found.parts, symbol, this.#outbox)
    modes.set(mode, { exchange, symbol, mode, broker: found.broker, subscription })
    this.#byInstrument.set(key, modes)
    this.#size++
    return subscription
  }

  #release(holding: Holding): void {
    const key = keyOf(holding.exchange, holding.symbol)
    const modes = this.#byInstrument.get(key)
    if (!modes?.delete(holding.mode)) return
    if (modes.size === 0) this.#byInstrument.delete(key)
    this.#size--
    this.#hub.leave(holding.subscription, this.#outbox)
  }

  /** The mode named; with none, Quote if held, else everything held of that instrument. */
  #meant(exchange: string, symbol: string, mode: Mode | undefined): readonly Holding[] {
    const modes = this.#byInstrument.get(keyOf(exchange, symbol))
    const one = modes?.get(mode ?? 'QUOTE')
    if (one) return [one]
    return mode || !modes ? [] : [...modes.values()]
  }
}

const BAD_MODE = `Invalid mode; expected 1 (${MODE_LABELS.LTP}), 2 (${MODE_LABELS.QUOTE}), or 3 (${MODE_LABELS.DEPTH})`

/** No exchange code holds a colon. */
const keyOf = (exchange: string, symbol: string): string => `${exchange}:${symbol}`
