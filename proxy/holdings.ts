import type { Mode } from '../shared/market/mode.ts'
import type { TopicParts } from '../shared/market/topic.ts'
import { EVERY } from './delivery.ts'
import type { Frame } from './fanout/frame.ts'
import type { Hold } from './fanout/hold.ts'
import type { Hub, Wish } from './fanout/hub.ts'
import type { Outbox } from './fanout/outbox.ts'
import { holdName } from './fanout/variant.ts'
import { meaning, type Offer } from './meaning.ts'
import type { Left, Place } from './place.ts'
import type { SubscribeResult, UnsubscribeResult } from './replies.ts'
import type { Found, Route } from './routing.ts'
import type { SymbolRequest } from './symbols.ts'
import { variationKey } from './variation/variant.ts'

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

/** Another source serves something from now on. */
export interface Move {
  readonly to: Found
  /** The old one gives nothing at all. */
  readonly isUrgent: boolean
  /** What comes must be newer than what came. */
  readonly isGuarded: boolean
  /** What a client is told that wants to know. */
  tell(was: Hold, next: Hold): Frame
}

/** What a client had asked for besides the mode, where that is not the usual. */
interface Asked {
  /** Levels of the book. */
  readonly depth: number
  /** The broker or feed it named: then no other one. */
  readonly broker: string | undefined
}

const MODES: readonly Mode[] = ['LTP', 'QUOTE', 'DEPTH']
const USUAL: Asked = { depth: 5, broker: undefined }
/** So long nobody goes back to a source just left, unless the one that took over is dead. */
const SETTLE_MS = 5000

/** A change of source. */
interface Moved {
  /** Monotonic milliseconds. */
  readonly at: number
  readonly from: string
}

/**
 * What one client holds, each spelling of a symbol by itself, as the client wrote it: so it is answered, and so it is
 * let go. Only a spelling that is not held stands for the others of its instrument.
 */
export class Holdings {
  readonly #hub: Hub
  readonly #outbox: Outbox
  readonly #greet: (hold: Hold) => void
  /** By exchange, mode and symbol as spelled. */
  readonly #holds = new Map<string, Hold>()
  /** By the same names. */
  readonly #asked = new Map<string, Asked>()
  /** The last change of source, if it was lately, by the same names. */
  readonly #moved = new Map<string, Moved>()
  /** What has a guard, by the same names. */
  readonly #guarded = new Set<string>()
  #instruments = 0

  /** `greet`: tells the client how an instrument stands at its new source. */
  constructor(hub: Hub, outbox: Outbox, greet: (hold: Hold) => void = () => {}) {
    this.#hub = hub
    this.#outbox = outbox
    this.#greet = greet
  }

  get size(): number {
    return this.#holds.size
  }

  /** Symbols as they are spelled, whatever the modes. */
  get instruments(): number {
    return this.#instruments
  }

  /** Whether this symbol is held, in whatever mode. */
  holdsAny(exchange: string, symbol: string): boolean {
    return MODES.some(mode => this.#holds.has(holdName(exchange, symbol, mode)))
  }

  /**
   * Takes hold of everything that can be had and says so item by item; `routes` are those of the symbols, in their order.
   * What is held already changes to how it is wanted now. `depth`: what the message asks for.
   */
  subscribe(
    symbols: readonly SymbolRequest[],
    { mode, depth = USUAL.depth }: { readonly mode: Mode; readonly depth?: number },
    routes: readonly Route[],
  ): { results: SubscribeResult[]; fresh: Fresh[] } {
    const fresh: Fresh[] = []
    const results = routes.map((found, nth): SubscribeResult => {
      const request = symbols[nth] as SymbolRequest
      const { symbol, exchange, delivery, resume } = request
      const { broker } = found
      if (!found.ok) {
        const { message, details } = found
        return { symbol, exchange, broker, outcome: { ok: false, message, ...(details && { details }) } }
      }
      const taken = this.#take(request, mode, found)
      this.#note(holdName(exchange, symbol, mode), depth, request.broker)
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
      const meant = meaning(this.#holds, item, { mode: item.mode ?? mode, feeds, instruments })
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

  /** Lets go of all that `which` says, asked from the oldest on, by the symbol as spelled, too; one result per instrument and mode. */
  release(which: (parts: TopicParts, symbol: string) => boolean): UnsubscribeResult[] {
    const those = [...this.#holds.values()].filter(({ variant }) => which(variant.served.parts, variant.symbol))
    for (const hold of those) this.#release(hold)
    return those.map(({ variant: { symbol, served } }) => ({
      symbol,
      exchange: served.parts.exchange,
      broker: served.broker,
    }))
  }

  /** Who serves a subscription now, and whether only that one may; `undefined` for what is not held. */
  sourceOf({ symbol, exchange }: SymbolRequest, mode: Mode): { feed: string; broker: string | undefined } | undefined {
    const name = holdName(exchange, symbol, mode)
    const hold = this.#holds.get(name)
    return hold && { feed: hold.variant.served.parts.feed, broker: this.#asked.get(name)?.broker }
  }

  /**
   * Looks at everything held whether another source serves it now, and goes over to it; `move` decides. Gives whether
   * something has to be looked at again soon. Pauses between items. `now`: monotonic milliseconds.
   */
  *reroute(move: (hold: Hold, depth: number) => Move | undefined, now: () => number): Generator<undefined, boolean> {
    let isDue = false
    // What moves is put behind the others.
    const all = [...this.#holds]
    for (const [name, hold] of all) {
      if (this.#holds.get(name) !== hold) continue
      const { broker, depth } = this.#asked.get(name) ?? USUAL
      const to = broker === undefined ? move(hold, depth) : undefined
      if (to) {
        if (!to.isUrgent && this.#isFlapping(name, hold, to, now())) isDue = true
        else this.#move(name, hold, to, now())
      }
      yield
    }
    return isDue
  }

  /** Whether this feed serves all of it. */
  isOnlyOn(feed: string): boolean {
    for (const { variant } of this.#holds.values()) if (variant.served.parts.feed !== feed) return false
    return true
  }

  /** Guards of changes before this moment, monotonic milliseconds, have stood long enough. */
  endGuards(before: number): void {
    for (const name of this.#guarded) {
      const hold = this.#holds.get(name)
      if (hold?.guard && hold.guard.since > before) continue
      // What it held back, if that is still of now, is for who can see that it is no new one.
      if (hold && this.#hub.endGuard(hold) && this.#outbox.features.seq) this.#hub.snapshot(hold)
      this.#guarded.delete(name)
    }
    for (const [name, { at }] of this.#moved) if (at <= before) this.#moved.delete(name)
  }

  /** It would go back to the source it has just left, though it was given something of the one that took over. */
  #isFlapping(name: string, hold: Hold, { to }: Move, now: number): boolean {
    const moved = this.#moved.get(name)
    const isBack = moved !== undefined && moved.from === to.parts.feed && now - moved.at < SETTLE_MS
    return isBack && !isAt(to, this.#hub.leftAt(hold))
  }

  /** The new source is joined before the old one is left. */
  #move(name: string, hold: Hold, move: Move, now: number): void {
    const { to } = move
    const { variant, delivery } = hold
    const { symbol } = variant
    const variation = { ...variant.variation, symbol: symbol === to.parts.symbol ? undefined : symbol }
    const left = this.#hub.leftAt(hold)
    const isBack = isAt(to, left)
    const guard = move.isGuarded && !isBack ? this.#hub.guard(hold) : undefined
    const next = this.#hub.join(to, { variation, delivery, guard, left }, this.#outbox)
    this.#release(hold, undefined, false)
    this.#put(next)
    this.#moved.set(name, { at: now, from: variant.served.parts.feed })
    if (guard) this.#guarded.add(name)
    this.#accompany(to)
    if (this.#outbox.features.source) this.#outbox.offer(move.tell(hold, next))
    this.#greet(next)
    if (isBack) this.#hub.goOn(next, left)
    else this.#hub.snapshot(next)
  }

  #accompany({ topic, companions }: Found): void {
    for (const companion of companions) this.#hub.accompany(topic, companion)
  }

  #note(name: string, depth: number, broker: string | undefined): void {
    // Who names no broker the second time, as libraries do after a reconnect of their own making, changes nothing.
    const kept = broker ?? this.#asked.get(name)?.broker
    if (depth === USUAL.depth && kept === undefined) this.#asked.delete(name)
    else this.#asked.set(name, { depth, broker: kept })
  }

  /** What was not held before. */
  #take(request: SymbolRequest, mode: Mode, found: Found): Hold | undefined {
    const { symbol, exchange } = request
    const held = this.#holds.get(holdName(exchange, symbol, mode))
    // Who says nothing of it again, as libraries do after a reconnect of their own making, changes nothing.
    const delivery = request.delivery ?? held?.delivery ?? EVERY
    const wish = this.#wish(symbol, delivery.fields, found.parts.symbol, delivery)
    const isSame = held?.variant.served.topic === found.topic
    if (isSame && isEqual(held, wish)) return undefined
    const isOther = held && held.variant.served.parts.feed !== found.parts.feed
    const guard = isOther ? this.#hub.guard(held) : isSame ? held.guard : undefined
    const left = held && this.#hub.leftAt(held)
    // Joined before the old one is left: the topic must not be dropped in between.
    const hold = this.#hub.join(found, { ...wish, guard, left }, this.#outbox)
    this.#accompany(found)
    // The same wish may lead elsewhere now: another depth was asked for, or another feed serves it.
    if (held) this.#release(held, isSame ? hold : undefined, false)
    if (guard) this.#guarded.add(hold.variant.name)
    this.#put(hold)
    return isSame ? undefined : hold
  }

  #wish(symbol: string, fields: readonly string[] | undefined, common: string, delivery: Wish['delivery']): Wish {
    const { seq, count, state, stamps } = this.#outbox.features
    const variation = { symbol: symbol === common ? undefined : symbol, fields, seq, count, state, stamps }
    return { variation, delivery }
  }

  #put(hold: Hold): void {
    const { name, symbol, served } = hold.variant
    if (!this.holdsAny(served.parts.exchange, symbol)) this.#instruments++
    this.#holds.set(name, hold)
  }

  /** `isEnd`: the client wants it no more. */
  #release(hold: Hold, successor?: Hold, isEnd = true): void {
    const { name, symbol, served } = hold.variant
    if (this.#holds.delete(name) && !this.holdsAny(served.parts.exchange, symbol)) this.#instruments--
    if (isEnd) {
      this.#asked.delete(name)
      this.#moved.delete(name)
      this.#guarded.delete(name)
    }
    this.#hub.leave(hold, successor)
  }
}

/** Its client is where it was before anything came of another source: a hole like any other. */
const isAt = ({ topic }: Found, left: Left | undefined): left is Left =>
  left !== undefined && (left.topic ?? topic) === topic

const isEqual = (held: Hold, { variation, delivery }: Wish): boolean =>
  held.variant.key === variationKey(variation) &&
  held.delivery.policy === delivery.policy &&
  held.delivery.intervalMs === delivery.intervalMs
