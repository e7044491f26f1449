import type { Mode } from '../shared/market/mode.ts'
import type { TopicParts } from '../shared/market/topic.ts'
import type { FeedView } from './feeds.ts'
import type { Hub, Subscription } from './hub.ts'
import type { Outbox } from './outbox.ts'
import type { SubscribeResult, UnsubscribeResult } from './replies.ts'
import { commonSymbols, type Instruments, type Route } from './routing.ts'
import type { SymbolRequest } from './symbols.ts'

/** One thing a client holds: one instrument, as it spelled it, in one mode. */
interface Holding {
  readonly exchange: string
  readonly symbol: string
  readonly mode: Mode
  readonly broker: string
  readonly subscription: Subscription
}

/** What is held of one instrument under one spelling. */
type Modes = Map<Mode, Holding>

/** Whom a client may ask. */
interface Offer {
  readonly feeds: readonly FeedView[]
  readonly instruments: Instruments
}

/** What an unsubscribe message lets go of. `mode` is the one of the whole message; an item's own goes before it. */
export interface UnsubscribeWish extends Offer {
  readonly symbols: readonly SymbolRequest[]
  readonly mode: Mode | undefined
}

/**
 * What one client holds, each spelling of a symbol by itself, as the client wrote it: so it is answered, and so it is
 * let go. Only a spelling that is not held stands for the others of its instrument.
 */
export class Holdings {
  readonly #hub: Hub
  readonly #outbox: Outbox
  readonly #byInstrument = new Map<string, Modes>()
  /** From an instrument by its common symbol to the keys it is held under. */
  readonly #spellings = new Map<string, Set<string>>()
  #size = 0

  constructor(hub: Hub, outbox: Outbox) {
    this.#hub = hub
    this.#outbox = outbox
  }

  get size(): number {
    return this.#size
  }

  /**
   * Takes hold of everything that can be had and says so item by item; `routes` are those of the symbols, in their order.
   * `fresh` is what was not held before: its last values are due after the reply, never before it.
   */
  subscribe(
    symbols: readonly SymbolRequest[],
    mode: Mode,
    routes: readonly Route[],
  ): { results: SubscribeResult[]; fresh: Subscription[] } {
    const fresh: Subscription[] = []
    const results = routes.map((found, nth): SubscribeResult => {
      const { symbol, exchange } = symbols[nth] as SymbolRequest
      const { broker } = found
      if (!found.ok) return { symbol, exchange, broker, outcome: { ok: false, message: found.message } }
      const taken = this.#take(exchange, symbol, mode, found)
      if (taken) fresh.push(taken)
      return { symbol, exchange, broker, outcome: { ok: true, mode, depth: found.depth } }
    })
    return { results, fresh }
  }

  /** Not holding it is a success. Pauses between items. */
  *unsubscribe({ symbols, mode, feeds, instruments }: UnsubscribeWish): Generator<undefined, UnsubscribeResult[]> {
    const primary = feeds[0]?.broker ?? ''
    const results: UnsubscribeResult[] = []
    for (const item of symbols) {
      const { symbol, exchange } = item
      const failure = item.problem ?? item.badMode
      if (failure !== undefined) {
        results.push({ symbol, exchange, broker: primary, failure })
        continue
      }
      const exact = this.#byInstrument.get(keyOf(exchange, symbol))
      const held = exact ? [exact] : this.#otherSpellings(exchange, commonSymbols(item, feeds, instruments))
      const meant = held.flatMap(modes => choose(modes, item.mode ?? mode))
      for (const holding of meant) this.#release(holding)
      results.push({ symbol, exchange, broker: meant[0]?.broker ?? primary })
      yield
    }
    return results
  }

  /** Lets go of everything; one result per instrument and mode. */
  releaseAll(): UnsubscribeResult[] {
    return this.release(() => true)
  }

  /** Lets go of everything that `which` says; one result per instrument and mode. */
  release(which: (parts: TopicParts) => boolean): UnsubscribeResult[] {
    const all = [...this.#byInstrument.values()].flatMap(modes => [...modes.values()])
    const those = all.filter(({ subscription }) => which(subscription.parts))
    for (const holding of those) this.#release(holding)
    return those.map(({ symbol, exchange, broker }) => ({ symbol, exchange, broker }))
  }

  #take(exchange: string, symbol: string, mode: Mode, found: Route & { ok: true }): Subscription | undefined {
    const key = keyOf(exchange, symbol)
    const modes: Modes = this.#byInstrument.get(key) ?? new Map()
    const held = modes.get(mode)
    if (held?.subscription.topic === found.topic) return undefined
    // The same wish leads elsewhere now: another depth was asked for, or another feed serves it.
    if (held) this.#release(held)
    const subscription = this.#hub.join(found, symbol, this.#outbox)
    modes.set(mode, { exchange, symbol, mode, broker: found.broker, subscription })
    this.#byInstrument.set(key, modes)
    const common = commonKey(subscription)
    this.#spellings.set(common, (this.#spellings.get(common) ?? new Set()).add(key))
    this.#size++
    return subscription
  }

  #release(holding: Holding): void {
    const key = keyOf(holding.exchange, holding.symbol)
    const modes = this.#byInstrument.get(key)
    if (!modes?.delete(holding.mode)) return
    if (modes.size === 0) this.#byInstrument.delete(key)
    const common = commonKey(holding.subscription)
    if (![...modes.values()].some(other => commonKey(other.subscription) === common)) {
      const spellings = this.#spellings.get(common)
      spellings?.delete(key)
      if (spellings?.size === 0) this.#spellings.delete(common)
    }
    this.#size--
    this.#hub.leave(holding.subscription, this.#outbox)
  }

  #otherSpellings(exchange: string, symbols: readonly string[]): readonly Modes[] {
    const keys = symbols.flatMap(symbol => [...(this.#spellings.get(keyOf(exchange, symbol)) ?? [])])
    return keys.flatMap(key => this.#byInstrument.get(key) ?? [])
  }
}

/** The mode named; with none, Quote if held, else everything held of that instrument. */
function choose(modes: Modes, mode: Mode | undefined): readonly Holding[] {
  const one = modes.get(mode ?? 'QUOTE')
  if (one) return [one]
  return mode ? [] : [...modes.values()]
}

const commonKey = ({ parts }: Subscription): string => keyOf(parts.exchange, parts.symbol)

/** No exchange code holds a colon. */
const keyOf = (exchange: string, symbol: string): string => `${exchange}:${symbol}`
