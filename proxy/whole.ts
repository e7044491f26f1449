import type { ClientView } from './clientlist.ts'

type Counts = Readonly<Record<string, number>>

/** What one process counts, in the groups of `/status`. Adding up is all that is done with them. */
export interface Sums {
  readonly clients: Counts
  readonly ticks: Counts
  readonly bus: Counts
  /** Of each key, now; absent where there are none. */
  readonly keys?: Counts
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
export const alone = (
  { clients, ticks, bus, keys, topics, busConnected, clientList }: Report,
  startedAt: number,
): Whole => ({
  startedAt,
  busConnected,
  topics,
  clients,
  ticks,
  bus,
  ...(keys && { keys }),
  clientList,
  workers: [{ id: 1, pid: process.pid, state: 'running', clients: clients.clients ?? 0 }],
  ...(busConnected ? {} : { missing: NO_BUS }),
  events: [],
})

/** Counts of what is there now; all others only grow. */
const MOMENTARY: ReadonlySet<string> = new Set([
  'clients',
  'authenticated',
  'subscriptions',
  'orderSubscriptions',
  'waitingBytes',
])

/** What remains of the counts of a process that has ended: what it did, not what it held. */
export const lasting = ({ clients, ticks, bus }: Sums): Sums => {
  const kept = Object.entries(clients).filter(([name]) => !MOMENTARY.has(name))
  return { clients: Object.fromEntries(kept), ticks, bus }
}

export function addUp(sums: readonly Sums[]): Sums {
  const keys = sums.flatMap(({ keys }) => (keys ? [keys] : []))
  return {
    clients: add(sums.map(({ clients }) => clients)),
    ticks: add(sums.map(({ ticks }) => ticks)),
    bus: add(sums.map(({ bus }) => bus)),
    ...(keys.length > 0 && { keys: add(keys) }),
  }
}

function add(all: readonly Counts[]): Counts {
  const sum: Record<string, number> = {}
  for (const counts of all) for (const [name, count] of Object.entries(counts)) sum[name] = (sum[name] ?? 0) + count
  return sum
}
