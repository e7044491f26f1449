import type { OutboxCounts } from './fanout/outbox.ts'
import type { Peer } from './peer.ts'

export interface ServerCounts extends OutboxCounts {
  clients: number
  authenticated: number
  subscriptions: number
  /** Clients that hear of their user's orders. */
  orderSubscriptions: number
  waitingBytes: number
  /** Clients cut off because they did not keep up. */
  slowClosed: number
}

/** `past`: of clients that have gone. */
export function countPeers(peers: ReadonlySet<Peer>, past: OutboxCounts, slowClosed: number): ServerCounts {
  const sum: ServerCounts = {
    ...past,
    clients: peers.size,
    authenticated: 0,
    subscriptions: 0,
    orderSubscriptions: 0,
    waitingBytes: 0,
    slowClosed,
  }
  for (const peer of peers) {
    if (peer.authenticated) sum.authenticated++
    sum.subscriptions += peer.subscriptions
    if (peer.hearsOrders) sum.orderSubscriptions++
    sum.waitingBytes += peer.waitingBytes
    addCounts(sum, peer.counts)
  }
  return sum
}

export function addCounts(sum: OutboxCounts, counts: OutboxCounts): void {
  sum.delivered += counts.delivered
  sum.folded += counts.folded
  sum.lost += counts.lost
  sum.abandoned += counts.abandoned
}
