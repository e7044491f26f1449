import { z } from 'zod'

const count = (max: number, what: string) => {
  const error = `must be a whole number of ${what} from 1 to ${max}`
  return z.int({ error }).min(1, { error }).max(max, { error })
}

/** What `[proxy]` allows at its door: to a key, to a user, to an address, and to everybody together. */
export const limits = {
  connectionsPerKey: count(1_000_000, 'connections').default(5).describe('Most connections of one key.'),
  connectionsPerUser: count(1_000_000, 'connections').default(10).describe('Most connections of all keys of one user.'),
  connectionsPerAddress: count(1_000_000, 'connections')
    .default(100)
    .describe('Most connections from one address; of IPv6, from one network of 64 bits.'),
  connectsPerAddressPerSecond: count(1_000_000, 'connections')
    .default(10)
    .describe('New connections a second from one address, in the long run.'),
  connectsPerAddressBurst: count(1_000_000, 'connections')
    .default(30)
    .describe('New connections from one address that may come at once.'),
  handshakesPerSecond: count(1_000_000, 'connections')
    .default(500)
    .describe('New connections a second from everywhere; some wait their turn, more are sent away for a while.'),
  maxUnauthenticated: count(1_000_000, 'connections')
    .default(1000)
    .describe('Most connections that have shown no key yet.'),
  unauthenticatedPerAddress: count(1_000_000, 'connections').default(100).describe('The same, from one address.'),
  messagesPerSecond: count(1_000_000, 'messages')
    .default(10)
    .describe(
      'Messages a second of one client, in the long run; those that take hold of symbols or let go do not count.',
    ),
  messagesBurst: count(1_000_000, 'messages').default(50).describe('Messages of one client that may come at once.'),
  requestsPerSecond: count(1_000_000, 'requests')
    .default(20)
    .describe('Requests a second over HTTP of one key, in the long run.'),
  requestsBurst: count(1_000_000, 'requests').default(60).describe('Requests of one key that may come at once.'),
  symbolsPerConnection: count(1_000_000, 'symbols').default(3000).describe('Most symbols held on one connection.'),
  symbolsPerKey: count(10_000_000, 'symbols').default(5000).describe('Most symbols held on all connections of a key.'),
  badKeysPerMinute: count(1_000_000, 'keys')
    .default(5)
    .describe('Refused keys a minute from one address, after which it is locked: good keys still get in.'),
  lockSeconds: count(86_400, 'seconds')
    .default(60)
    .describe('How long the first lock lasts; each next one twice as long.'),
  lockMaxSeconds: count(86_400, 'seconds').default(900).describe('How long a lock lasts at most.'),
  badKeysPerSecond: count(1_000_000, 'keys')
    .default(100)
    .describe('Refused keys a second from everywhere; more are closed at once.'),
}
