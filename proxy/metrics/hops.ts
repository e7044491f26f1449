import { type Counted, countOf, merge, quantile } from '../../shared/histogram.ts'

/** The stretches of a tick's way, in their order. */
export const HOPS = ['exchange_adapter', 'adapter_bus', 'bus_proxy', 'proxy_kernel'] as const

type Hop = (typeof HOPS)[number]

/** How long each of several things took. */
export type Lengths = Readonly<Record<string, Counted>>

/** How long one stretch takes, milliseconds; absent where nothing took it. */
interface Figures {
  readonly count: number
  readonly p50Ms?: number
  readonly p95Ms?: number
  readonly p99Ms?: number
}

/** Of the last minute, and since the start. */
export interface HopFigures extends Figures {
  readonly hop: Hop
  readonly sinceStart: Figures
}

export function addLengths(all: readonly Lengths[]): Lengths {
  const names = new Set(all.flatMap(lengths => Object.keys(lengths)))
  const one = (name: string) => merge(all.map(lengths => lengths[name] ?? []))
  return Object.fromEntries([...names].map(name => [name, one(name)]))
}

export const figuresOf = (recent: Lengths, sinceStart: Lengths): HopFigures[] =>
  HOPS.map(hop => ({ hop, ...figures(recent[hop]), sinceStart: figures(sinceStart[hop]) }))

function figures(counted: Counted = []): Figures {
  const count = countOf(counted)
  const ms = (part: number) => Math.round(quantile(counted, part) ?? 0) / 1000
  return count === 0 ? { count } : { count, p50Ms: ms(0.5), p95Ms: ms(0.95), p99Ms: ms(0.99) }
}
