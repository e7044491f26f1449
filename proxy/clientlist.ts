import type { Peer, PeerFacts } from './peer.ts'

/** One client, for who runs the system. Counters since it connected. */
export interface ClientView extends Omit<PeerFacts, 'lagMs'> {
  readonly lagMs?: number
  /** Absent before it was let in, and for who came with a ticket of this machine. */
  readonly keyId?: string
  /** Instruments times modes. */
  readonly subscriptions: number
  /** Bytes that wait for it. */
  readonly waitingBytes: number
  readonly delivered: number
  readonly folded: number
  readonly lost: number
  readonly messages: number
}

type Looked = Pick<Peer, 'facts' | 'waitingBytes' | 'keyId' | 'counts' | 'subscriptions' | 'messages'>

/** So many of one process are told of; of more, those for whom most waits. */
const MOST_LISTED = 100

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
  return chosen.map(viewOf).sort((one, other) => other.waitingBytes - one.waitingBytes)
}

function viewOf({ facts, keyId, counts, subscriptions, waitingBytes, messages }: Looked): ClientView {
  const { lagMs, ...lasting } = facts
  const { delivered, folded, lost } = counts
  return {
    ...lasting,
    ...(lagMs !== undefined && { lagMs }),
    ...(keyId !== undefined && { keyId }),
    subscriptions,
    waitingBytes,
    delivered,
    folded,
    lost,
    messages,
  }
}
