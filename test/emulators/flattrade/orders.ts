import { z } from 'zod'
import { aimed, type Orders, order } from '../kit/order.ts'
import { ORDERS as COMMON, type Controlled } from '../kit/orders.ts'
import type { FlattradeFaults } from './faults.ts'

interface FlattradeControlled extends Controlled {
  readonly faults: FlattradeFaults
  push(frames: readonly string[]): number
}

/** What `POST /emulator/<name>` does at this broker. */
export const ORDERS: Orders<FlattradeControlled> = {
  ...COMMON,
  evict: order('another program takes the one connection: a close with 1000', aimed, (e: FlattradeControlled, o) =>
    e.faults.evict(o),
  ),
  refuseLogin: order(
    'the next logins are refused, on sockets that stay open',
    z.strictObject({ times: z.int().positive().optional() }),
    (e: FlattradeControlled, o) => e.faults.refuseLogin(o),
    '{"times":2}',
  ),
  unanswered: order(
    'no word about these scrips',
    z.strictObject({ keys: z.array(z.string()).min(1) }),
    (e: FlattradeControlled, o) => e.faults.unanswered(o),
    '{"keys":["NSE|3045"]}',
  ),
  order: order(
    'an order message',
    z.looseObject({}),
    (e: FlattradeControlled, o) => e.faults.order(o),
    '{"status":"CANCELED"}',
  ),
  push: order(
    'exactly these text frames, to everybody who has logged in',
    z.strictObject({ frames: z.array(z.string()).min(1) }),
    (e: FlattradeControlled, o) => ({ reached: e.push(o.frames) }),
    '{"frames":["{\\"t\\":\\"tf\\",\\"e\\":\\"NSE\\",\\"tk\\":\\"3045\\",\\"lp\\":\\"960.05\\"}"]}',
  ),
}
