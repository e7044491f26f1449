import type { Mode } from '../shared/market/mode.ts'
import type { TopicParts } from '../shared/market/topic.ts'
import { EVERY } from './delivery.ts'
import type { Hold } from './fanout/hold.ts'
import type { Hub, Wish } from './fanout/hub.ts'
import type { Outbox } from './fanout/outbox.ts'
import { holdName } from './fanout/variant.ts'
import type { FeedView } from './feeds.ts'
import type { Place } from './place.ts'
import type { SubscribeResult, UnsubscribeResult } from './replies.ts'
import { commonSymbols, type Instruments, type Route } from './routing.ts'
import type { SymbolRequest } from './symbols.ts'
import { variationKey } from './variation/variant.ts'

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

/** What was not held before: its last value is due after the reply, or everything since a place. */
export interface Fresh {
  readonly hold: Hold
  readonly resume: Place | undefined
}

const MODES: readonly Mode[] = ['QUOTE', 'LTP', 'DEPTH']

/**
 * What one client holds, each spelling of a symbol by itself, as the client wrote it: so it is answered, and so it is
 * let go. Only a spelling that is not held stands for the others of its instrument.
 */
export class Holdings {
  readonly #hub: Hub
  readonly #outbox: Outbox
  /** By exchange, mode and symbol as spelled. */
  readonly #holds = new Map<string, Hold>()

  constructor(hub: Hub, outbox: Outbox) {
    this.#hub = hub
    this.#outbox = outbox
  }

  get size(): number {
    return this.#holds.size
  }

  /**
   * Takes hold of everything that can be had and says so item by item; `routes` are those of the symbols, in their order.
   * What is held already changes to how it is wanted now.
   */
  subscribe(
    symbols: readonly SymbolRequest[],
    mode: Mode,
    routes: readonly Route[],
  ): { results: SubscribeResult[]; fresh: Fresh[] } {
    const fresh: Fresh[] = []
    const results = routes.map((found, nth): SubscribeResult => {
      const request = symbols[nth] as SymbolRequest
      const { symbol, exchange, delivery, resume } = request
      const { broker } = found
      if (!found.ok) return { symbol, exchange, broker, outcome: { ok: false, message: found.message } }
      const taken = this.#take(request, mode, found)
      if (taken) fresh.push({ hold: taken, resume })
      const recovered = resume && { recovered: taken !== undefined && this.#hub.canResume(taken, resume) }
      const outcome = { ok: true, mode, depth: found.depth, ...(delivery && { delivery }), ...recovered } as const
      return { symbol, exchange, broker, outcome }
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
      const exact = this.#spelled(exchange, symbol)
      const held = exact.length > 0 ? [exact] : this.#otherSpellings(exchange, commonSymbols(item, feeds, instruments))
      const meant = held.flatMap(holds => choose(holds, item.mode ?? mode))
      for (const hold of meant) this.#release(hold)
      results.push({ symbol, exchange, broker: meant[0]?.variant.served.broker ?? primary })
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
    const those = [...this.#holds.values()].filter(({ variant }) => which(variant.served.parts))
    for (const hold of those) this.#release(hold)
    return those.map(({ variant: { symbol, served } }) => ({
      symbol,
      exchange: served.parts.exchange,
      broker: served.broker,
    }))
  }

  /** What was not held before. */
  #take(request: SymbolRequest, mode: Mode, found: Route & { ok: true }): Hold | undefined {
    const { symbol, exchange } = request
    const held = this.#holds.get(holdName(exchange, symbol, mode))
    // Who says nothing of it again, as libraries do after a reconnect of their own making, changes nothing.
    const delivery = request.delivery ?? held?.delivery ?? EVERY
    const wish = this.#wish(symbol, delivery.fields, found.parts.symbol, delivery)
    const isSame = held?.variant.served.topic === found.topic
    if (isSame && isEqual(held, wish)) return undefined
    // Joined before the old one is left: the topic must not be dropped in between.
    const hold = this.#hub.join(found, wish, this.#outbox)
    // The same wish may lead elsewhere now: another depth was asked for, or another feed serves it.
    if (held) this.#release(held, isSame ? hold : undefined)
    this.#holds.set(hold.variant.name, hold)
    return isSame ? undefined : hold
  }

  #wish(symbol: string, fields: readonly string[] | undefined, common: string, delivery: Wish['delivery']): Wish {
    const { seq, count } = this.#outbox.features
    return { variation: { symbol: symbol === common ? undefined : symbol, fields, seq, count }, delivery }
  }

  #release(hold: Hold, successor?: Hold): void {
    this.#holds.delete(hold.variant.name)
    this.#hub.leave(hold, successor)
  }

  /** Everything held of one spelling. */
  #spelled(exchange: string, symbol: string): readonly Hold[] {
    return MODES.flatMap(mode => this.#holds.get(holdName(exchange, symbol, mode)) ?? [])
  }

  /** Everything held of the instruments with these common symbols, each spelling by itself. */
  #otherSpellings(exchange: string, symbols: readonly string[]): readonly (readonly Hold[])[] {
    const spellings = new Map<string, Hold[]>()
    for (const hold of this.#holds.values()) {
      const { symbol, served } = hold.variant
      if (served.parts.exchange !== exchange || !symbols.includes(served.parts.symbol)) continue
      spellings.set(symbol, [...(spellings.get(symbol) ?? []), hold])
    }
    return [...spellings.values()]
  }
}

const isEqual = (held: Hold, { variation, delivery }: Wish): boolean =>
  held.variant.key === variationKey(variation) &&
  held.delivery.policy === delivery.policy &&
  held.delivery.intervalMs === delivery.intervalMs

/** The mode named; with none, Quote if held, else everything held of that instrument. */
function choose(holds: readonly Hold[], mode: Mode | undefined): readonly Hold[] {
  const one = holds.find(({ variant }) => variant.mode === (mode ?? 'QUOTE'))
  if (one) return [one]
  return mode ? [] : holds
}
