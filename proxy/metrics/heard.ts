import type { FeedStatus } from '../../shared/control.ts'
import { addCounts, type Counts } from './counts.ts'
import { addLengths, type Lengths } from './hops.ts'

/** What feeds of one broker have counted. */
export interface FeedTotals {
  readonly counts: Counts
  /** By exchange: from its stamp to the bus. */
  readonly delays: Lengths
  readonly hops: Lengths
}

interface Entry {
  broker: string
  epoch: number
  /** Of its processes that have ended. */
  before: FeedTotals
  /** Of the one that runs. */
  now: FeedTotals
}

export const NO_TOTALS: FeedTotals = { counts: {}, delays: {}, hops: {} }

/**
 * What feeds say that they have counted: each of their processes begins at zero, and these sums only grow. A feed that was
 * removed stays in them.
 */
export class Heard {
  readonly #entries = new Map<string, Entry>()
  /** By broker: how often one of its feeds came into a state. */
  readonly #entered = new Map<string, Record<string, number>>()

  take(status: FeedStatus, broker: string): void {
    const now = totalsOf(status)
    const entry = this.#entries.get(status.feed)
    if (!entry) {
      this.#entries.set(status.feed, { broker, epoch: status.epoch, before: NO_TOTALS, now })
      return
    }
    if (entry.epoch !== status.epoch) entry.before = addTotals([entry.before, entry.now])
    entry.broker = broker
    entry.epoch = status.epoch
    entry.now = now
  }

  enter(broker: string, state: string): void {
    const entered = this.#entered.get(broker) ?? {}
    entered[`entered ${state}`] = (entered[`entered ${state}`] ?? 0) + 1
    this.#entered.set(broker, entered)
  }

  /** By broker. */
  totals(): Record<string, FeedTotals> {
    const brokers = new Set([...this.#entered.keys(), ...[...this.#entries.values()].map(({ broker }) => broker)])
    const of = (broker: string) => {
      const feeds = [...this.#entries.values()].filter(entry => entry.broker === broker)
      const entered = { ...NO_TOTALS, counts: this.#entered.get(broker) ?? {} }
      return addTotals([entered, ...feeds.flatMap(({ before, now }) => [before, now])])
    }
    return Object.fromEntries([...brokers].map(broker => [broker, of(broker)]))
  }

  /** The stretches before the bus, of each feed by itself. */
  hops(): Map<string, Lengths> {
    return new Map([...this.#entries].map(([feed, { before, now }]) => [feed, addLengths([before.hops, now.hops])]))
  }
}

/** Of what several processes have heard alike, the fullest account: one that began later has missed some. */
export function fullest(all: readonly Readonly<Record<string, FeedTotals>>[]): Record<string, FeedTotals> {
  const kept: Record<string, FeedTotals> = {}
  for (const [broker, totals] of all.flatMap(one => Object.entries(one)))
    if (!kept[broker] || ticksOf(totals) > ticksOf(kept[broker])) kept[broker] = totals
  return kept
}

const ticksOf = ({ counts }: FeedTotals): number => counts.ticks ?? 0

function totalsOf({ ticks, dropped, delays }: FeedStatus): FeedTotals {
  const counts = { ticks, ...dropped }
  if (!delays) return { ...NO_TOTALS, counts }
  const { received, sent, exchanges } = delays
  return { counts, delays: exchanges as Lengths, hops: { exchange_adapter: received, adapter_bus: sent } }
}

const addTotals = (all: readonly FeedTotals[]): FeedTotals => ({
  counts: addCounts(all.map(({ counts }) => counts)),
  delays: addLengths(all.map(({ delays }) => delays)),
  hops: addLengths(all.map(({ hops }) => hops)),
})
