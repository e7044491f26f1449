import { z } from 'zod'
import { nothing, type Orders, order } from '../kit/order.ts'
import { ORDERS as COMMON, type Controlled } from '../kit/orders.ts'
import type { FyersFaults } from './faults.ts'

interface FyersControlled extends Controlled {
  readonly faults: FyersFaults
}

const times = z.strictObject({ times: z.int().positive().optional() })

/** What `POST /emulator/<name>` does at this broker. */
export const ORDERS: Orders<FyersControlled> = {
  ...COMMON,
  endRefresh: order('refresh tokens are good no more', nothing, (e: FyersControlled) => e.faults.endRefresh()),
  unanswered: order('requests on the price socket are done and not answered', nothing, (e: FyersControlled) =>
    e.faults.unanswered(),
  ),
  refuseLogins: order(
    'the next logins on the price socket are refused, on a socket that stays open',
    times,
    (e: FyersControlled, o) => e.faults.refuseLogins(o),
    '{"times":3}',
  ),
  refuseRequests: order(
    'the next other requests on the price socket are refused',
    times,
    (e: FyersControlled, o) => e.faults.refuseRequests(o),
    '{"times":2}',
  ),
  acknowledgements: order(
    'logins from now on ask for an acknowledgement every so many frames (0: none); patience: cut off after so many missing',
    z.strictObject({ interval: z.int().min(0).max(65_535).optional(), patience: z.int().min(0).optional() }),
    (e: FyersControlled, o) => e.faults.acknowledgements(o),
    '{"interval":10,"patience":5}',
  ),
  unknownTopic: order(
    'a change of a topic nobody was told of',
    z.strictObject({ id: z.int().min(0).max(65_535).optional() }),
    (e: FyersControlled, o) => e.faults.unknownTopic(o),
  ),
  unknownItem: order('an item nobody knows the length of', nothing, (e: FyersControlled) => e.faults.unknownItem()),
  uselessFrames: order('frames of no use: master data, an unknown type', nothing, (e: FyersControlled) =>
    e.faults.uselessFrames(),
  ),
  precision: order(
    'prices of an instrument are written with other decimals, as a new snapshot says',
    z.strictObject({
      ticker: z.string(),
      precision: z.int().min(0).max(6),
      multiplier: z.int().positive().max(65_535).default(1),
    }),
    (e: FyersControlled, o) => e.faults.precision(o),
    '{"ticker":"NSE:TCS-EQ","precision":4}',
  ),
  renumber: order('topics get other ids, as new snapshots say', nothing, (e: FyersControlled) => e.faults.renumber()),
  noEntitlement: order('the account has no deep books: their socket is silent', nothing, (e: FyersControlled) =>
    e.faults.noEntitlement(),
  ),
  bookGap: order('a message of each deep book is lost', nothing, (e: FyersControlled) => e.faults.bookGap()),
  sparseBooks: order('differences of deep books hold only what changed', nothing, (e: FyersControlled) =>
    e.faults.sparseBooks(),
  ),
  booksError: order(
    'an error on the socket of deep books',
    z.strictObject({ text: z.string() }),
    (e: FyersControlled, o) => e.faults.booksError(o),
    '{"text":"invalid symbol NSE:SBIN-EQ"}',
  ),
  order: order(
    'an order update',
    z.looseObject({}),
    (e: FyersControlled, o) => e.faults.order(o),
    '{"ord_status":92,"oms_msg":"RED:margin"}',
  ),
  push: order(
    'exactly this frame, in hex, on every connection of a kind',
    z.strictObject({ frame: z.hex(), stream: z.enum(['prices', 'books']).default('prices') }),
    (e: FyersControlled, o) => ({ reached: e.faults.pushFrame(o.stream, Buffer.from(o.frame, 'hex')) }),
    '{"frame":"0016060000000500014c00000002eb2b0016ddc3646323c0"}',
  ),
}
