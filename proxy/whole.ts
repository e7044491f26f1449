import type { ClientView } from './clientlist.ts'
import { addCounts, type Counts } from './metrics/counts.ts'
import { type FeedTotals, fullest } from './metrics/heard.ts'
import { addLengths, type Lengths } from './metrics/hops.ts'

/** What one process counts, in the groups of `/status`. Adding up is all that is done with them. */
export interface Sums {
  readonly clients: Counts
  readonly ticks: Counts
  readonly bus: Counts
  /** Of each key, now; absent where there are none. */
  readonly keys?: Counts
  /** Who was turned away, by the limit that was reached; `bad_key`: by a key that is not good. */
  readonly refusals?: Counts
  /** Processor time and memory. */
  readonly usage?: Counts
  /** How long the ways of ticks through the proxy took, since the start and in the last minute. */
  readonly lengths?: Lengths
  readonly recent?: Lengths
  /** By broker: what all processes of the proxy hear alike. */
  readonly feeds?: Readonly<Record<string, FeedTotals>>
}

/** What one process of the proxy says of itself. */
export interface Report extends Sums {
  readonly topics: number
  readonly busConnected: boolean
  /** Some of its clients, those for whom most waits. */
  readonly clientList: readonly ClientView[]
}

/** One process of the proxy, as `/status` shows it. */
export interface WorkerView {
  readonly id: number
  /** Absent while it has no process. */
  readonly pid?: number
  /** `silent`: it does not answer its parent at the moment. */
  readonly state: 'running' | 'starting' | 'silent'
  readonly clients: number
}

/** The whole proxy at one moment: the sums over all its processes. */
export interface Whole extends Sums {
  readonly startedAt: number
  readonly busConnected: boolean
  readonly topics: number
  readonly workers: readonly WorkerView[]
  /** Of each process some, those for whom most waits; only for who runs the system. */
  readonly clientList: readonly ClientView[]
  /** What is missing for it to serve all its clients; absent when nothing is. */
  readonly missing?: string
  /** What became of its processes lately, oldest first. */
  readonly events: readonly { readonly at: number; readonly name: string; readonly text: string }[]
}

export const NO_BUS = 'the bus is not connected'

/** A proxy that is one process. */
export const alone = (report: Report, startedAt: number): Whole => ({
  ...report,
  startedAt,
  workers: [{ id: 1, pid: process.pid, state: 'running', clients: report.clients.clients ?? 0 }],
  ...(report.busConnected ? {} : { missing: NO_BUS }),
  events: [],
})

/** Counts of what is there now; all others only grow. */
const MOMENTARY: ReadonlySet<string> = new Set([
  'clients',
  'authenticated',
  'subscriptions',
  'orderSubscriptions',
  'waitingBytes',
  'residentBytes',
  'heapBytes',
])

/** What remains of the counts of a process that has ended: what it did, not what it held. */
export const lasting = ({ clients, ticks, bus, refusals, usage, lengths }: Sums): Sums => ({
  clients: growing(clients),
  ticks,
  bus,
  ...(refusals && { refusals }),
  ...(usage && { usage: growing(usage) }),
  ...(lengths && { lengths }),
})

const growing = (counts: Counts): Counts =>
  Object.fromEntries(Object.entries(counts).filter(([name]) => !MOMENTARY.has(name)))

export function addUp(sums: readonly Sums[]): Sums {
  const all = <Part extends keyof Sums>(part: Part) =>
    sums.flatMap(one => (one[part] === undefined ? [] : [one[part] as NonNullable<Sums[Part]>]))
  const add = <Part extends 'keys' | 'refusals' | 'usage'>(part: Part) => {
    const counts = all(part)
    return counts.length > 0 && { [part]: addCounts(counts) }
  }
  return {
    clients: addCounts(all('clients')),
    ticks: addCounts(all('ticks')),
    bus: addCounts(all('bus')),
    ...add('keys'),
    ...add('refusals'),
    ...add('usage'),
    lengths: addLengths(all('lengths')),
    recent: addLengths(all('recent')),
    feeds: fullest(all('feeds')),
  }
}
