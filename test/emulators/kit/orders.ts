import { z } from 'zod'
import { systemClock } from '../../../shared/clock.ts'
import type { Faults } from './faults.ts'
import type { Market } from './market.ts'
import { aim, aimed, lasting, nothing, type Orders, order, seconds } from './order.ts'
import type { Rest } from './rest.ts'
import type { Stream } from './stream.ts'

/** What an order can reach of any emulator. */
export interface Controlled {
  readonly faults: Faults
  readonly market: Market
  readonly streams: readonly Stream[]
  readonly rest: Rest
  /** What a person brings back from a login that went well (an address, a code); nothing where nothing is asked. */
  answer(): string | undefined
}

const times = { times: z.int().positive().optional(), retryAfterS: z.int().positive().optional() }

/** Everybody's orders. Every broker adds `push` (bytes of its own) and `order` (something became of an order). */
export const ORDERS: Orders<Controlled> = {
  drop: order('FIN on every connection', aimed, (e, o) => e.faults.drop(o)),
  reset: order('RST on every connection', aimed, (e, o) => e.faults.reset(o)),
  closeFrame: order(
    'a WebSocket close frame',
    z.strictObject({ ...aim, code: z.int().optional(), reason: z.string().optional() }),
    (e, o) => e.faults.closeFrame(o),
    '{"code":1001}',
  ),
  halfOpen: order(
    'connections stand and are dead; newToo: new ones wait for ever',
    z.strictObject({ ...aim, newToo: z.boolean().optional() }),
    (e, o) => e.faults.halfOpen(o),
    '{"newToo":true}',
  ),
  garbage: order(
    'binary frames that mean nothing',
    z.strictObject({ ...aim, frames: z.int().positive().max(100_000).optional() }),
    (e, o) => e.faults.garbage(o),
    '{"frames":10}',
  ),
  truncated: order('a message that ends inside what it holds', aimed, (e, o) => e.faults.truncated(o)),
  refuse429: order(
    'the next handshakes are answered 429',
    z.strictObject(times),
    (e, o) => e.faults.refuse429(o),
    '{"times":2,"retryAfterS":5}',
  ),
  refuse: order(
    'the next handshakes are answered with a status',
    z.strictObject({ ...times, status: z.int().min(400).max(599) }),
    (e, o) => e.faults.refuse(o),
    '{"status":503,"times":2}',
  ),
  expireToken: order(
    'the login is over; keepSockets: only for new ones',
    z.strictObject({ keepSockets: z.boolean().optional() }),
    (e, o) => e.faults.expireToken(o),
  ),
  loginElsewhere: order('the user logs in from another program', nothing, e => {
    e.faults.loginElsewhere()
  }),
  silence: order('heartbeats and no ticks', lasting, (e, o) => e.faults.silence(o), '{"seconds":30}'),
  mute: order('nothing at all', lasting, (e, o) => e.faults.mute(o), '{"seconds":30}'),
  tooManyConnections: order(
    'another program holds connections of the account (all, or so many)',
    z.strictObject({ held: z.int().min(0).optional() }),
    (e, o) => e.faults.tooManyConnections(o),
    '{"held":3}',
  ),
  slowHandshake: order(
    'handshakes take so long',
    z.strictObject({ seconds }),
    (e, o) => e.faults.slowHandshake(o),
    '{"seconds":10}',
  ),
  restDown: order('REST calls are not answered', nothing, e => e.faults.restDown()),
  restStatus: order(
    'REST calls are answered with a status',
    z.strictObject({ status: z.int().min(400).max(599) }),
    (e, o) => e.faults.restStatus(o),
    '{"status":503}',
  ),
  instrumentsCut: order(
    'the list ends inside a row (body), or its transfer breaks (transfer)',
    z.strictObject({ how: z.enum(['body', 'transfer']).optional() }),
    (e, o) => e.faults.instrumentsCut(o),
    '{"how":"transfer"}',
  ),
  instrumentsChanged: order('the list of another day', nothing, e => e.faults.instrumentsChanged()),
  outage: order(
    'nobody listens at the port',
    z.strictObject({ seconds }),
    (e, o) => {
      // The answer goes out first.
      systemClock.after(50, () => e.faults.outage(o))
    },
    '{"seconds":10}',
  ),
  heal: order('whatever lasts is over', nothing, e => e.faults.heal()),
  answer: order('what a person brings back from a login', nothing, e => ({ answer: e.answer() })),
  quote: order(
    'what an instrument is worth now, in rupees',
    z.strictObject({ exchange: z.string(), symbol: z.string(), levels: z.int().min(1).max(50).optional() }),
    (e, o) => {
      const contract = e.market.find(`${o.exchange}:${o.symbol}`)
      return contract ? { contract, quote: e.market.quote(contract, o.levels) } : { contract: null }
    },
    '{"exchange":"NSE","symbol":"SBIN"}',
  ),
}
