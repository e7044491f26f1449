import { z } from 'zod'
import { aim, type Orders, order } from '../kit/order.ts'
import { ORDERS as COMMON, type Controlled } from '../kit/orders.ts'
import type { KiteFaults } from './faults.ts'

interface KiteControlled extends Controlled {
  readonly faults: KiteFaults
  push(packets: readonly Buffer[]): number
}

const worded = z.strictObject({ ...aim, text: z.string() })

/** What `POST /emulator/<name>` does at this broker. */
export const ORDERS: Orders<KiteControlled> = {
  ...COMMON,
  textError: order(
    'a text of type error',
    worded,
    (e: KiteControlled, o) => e.faults.textError(o),
    '{"text":"Something went wrong"}',
  ),
  textMessage: order(
    'a text of type message',
    worded,
    (e: KiteControlled, o) => e.faults.textMessage(o),
    '{"text":"Market holiday"}',
  ),
  order: order(
    'an order postback',
    z.looseObject({}),
    (e: KiteControlled, o) => e.faults.order(o),
    '{"status":"CANCELLED"}',
  ),
  push: order(
    'exactly these packets, in hex, to whoever subscribed their tokens',
    z.strictObject({ packets: z.array(z.hex()).min(1) }),
    (e: KiteControlled, o) => ({ reached: e.push(o.packets.map(hex => Buffer.from(hex, 'hex'))) }),
    '{"packets":["000d80010000997f"]}',
  ),
}
