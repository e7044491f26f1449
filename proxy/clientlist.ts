/** One client, for who runs the system. Times in milliseconds since 1970; counters since it connected. */
export interface ClientView {
  /** Unique among those of one process. */
  readonly id: string
  readonly kind: 'websocket' | 'events'
  readonly address: string
  /** Absent before it was let in, and for who came with a ticket of this machine. */
  readonly keyId?: string
  readonly since: number
  /** Whether it asked for more than the base protocol. */
  readonly isExtended: boolean
  /** Instruments times modes. */
  readonly subscriptions: number
  /** Bytes that wait for it. */
  readonly waitingBytes: number
  readonly delivered: number
  readonly folded: number
  readonly lost: number
  readonly messages: number
  /** From its last ping to the answer. */
  readonly lagMs?: number
}

/** What can be looked at without making anything. */
interface Looked {
  readonly waitingBytes: number
  view(): ClientView
}

/** So many of one process are told of; of more, those for whom most waits. */
export const MOST_LISTED = 100

/** Ten thousand clients are looked at twice a second: only those that are listed cost more than a look. */
export function listClients(clients: Iterable<Looked>, most = MOST_LISTED): ClientView[] {
  const chosen: Looked[] = []
  let least = -1
  for (const one of clients) {
    if (chosen.length === most && one.waitingBytes <= least) continue
    if (chosen.length === most) {
      const at = chosen.findIndex(({ waitingBytes }) => waitingBytes <= least)
      chosen.splice(at, 1)
    }
    chosen.push(one)
    if (chosen.length === most) least = Math.min(...chosen.map(({ waitingBytes }) => waitingBytes))
  }
  return chosen.map(one => one.view()).sort((one, other) => other.waitingBytes - one.waitingBytes)
}
