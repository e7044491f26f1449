import type { IncomingMessage } from 'node:http'
import { canonicalAddress, insideOf } from '../shared/network.ts'

/** What of a request says who sent it. */
export interface Visit {
  readonly socket: { readonly remoteAddress?: string | undefined }
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** The reverse proxies that are believed. */
export interface Forwarders {
  readonly isForwarder: (address: string) => boolean
  /**
   * Whom a request comes from: the last address of X-Forwarded-For that is none of ours, if the one that sent it is. What
   * a stranger wrote before that is never read. Where that place holds no address, the sender itself is all that is known.
   */
  readonly visitor: (visit: Visit) => string
}

/** IPv4 with a port, IPv6 in brackets, perhaps with one. */
const WITH_PORT = /^(?:(\d+\.\d+\.\d+\.\d+):\d{1,5}|\[([^\]]+)\](?::\d{1,5})?)$/

function hopOf(text: string): string | undefined {
  const [, v4, v6] = WITH_PORT.exec(text) ?? []
  return canonicalAddress(v4 ?? v6 ?? text)
}

/** An address in the one way it is written here; what is none stays as it is. */
export const plainAddress = (address: string): string => canonicalAddress(address) ?? address

const peerOf = ({ socket: { remoteAddress = '' } }: Visit): string => plainAddress(remoteAddress)

/** Those in `blocks`: addresses, or blocks of them. */
export function forwarders(blocks: readonly string[]): Forwarders {
  const isForwarder = insideOf(blocks)
  const visitor = (visit: Visit): string => {
    const peer = peerOf(visit)
    if (!isForwarder(peer)) return peer
    const said = visit.headers['x-forwarded-for'] ?? ''
    const hops = String(said).split(',')
    let last = peer
    for (const text of hops.reverse()) {
      const hop = hopOf(text.trim())
      if (hop === undefined) return peer
      if (!isForwarder(hop)) return hop
      last = hop
    }
    return last
  }
  return { isForwarder, visitor }
}

const known = new WeakMap<Visit, string>()

/** Who a request is from is settled once, at the door, before anybody asks. */
export const settle = (request: IncomingMessage, { visitor }: Forwarders): void => {
  known.set(request, visitor(request))
}

/** Who stands at the door: the address that limits and lists count. */
export const addressOf = (request: IncomingMessage): string => known.get(request) ?? peerOf(request)
