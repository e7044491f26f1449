import { z } from 'zod'
import { aim, aimed, nothing, type Orders, order } from '../kit/order.ts'
import { ORDERS as COMMON, type Controlled } from '../kit/orders.ts'
import type { AngelFaults } from './faults.ts'

interface AngelControlled extends Controlled {
  readonly faults: AngelFaults
  push(packets: readonly Buffer[]): number
}

const times = { times: z.int().positive().optional() }
const which = z.enum(['Auth token', 'Client Code', 'API Key', 'Feed Token']).optional()

/** What `POST /emulator/<name>` does at this broker. */
export const ORDERS: Orders<AngelControlled> = {
  ...COMMON,
  textError: order(
    'a text that says that a request was refused',
    z.strictObject({ ...aim, code: z.string().optional(), text: z.string().optional() }),
    (e: AngelControlled, o) => e.faults.textError(o),
    '{"code":"E1001","text":"Invalid Request Payload."}',
  ),
  strayByte: order('one byte 0', aimed, (e: AngelControlled, o) => e.faults.strayByte(o)),
  badHeader: order(
    'the next handshakes of the stream are answered 401 with the words for a header',
    z.strictObject({ ...times, which }),
    (e: AngelControlled, o) => e.faults.badHeader(o),
    '{"which":"Feed Token"}',
  ),
  cutHandshakes: order(
    'the next handshakes of the stream are cut without an answer',
    z.strictObject(times),
    (e: AngelControlled, o) => e.faults.cutHandshakes(o),
    '{"times":2}',
  ),
  endRefresh: order('tokens cannot be renewed without a code', nothing, (e: AngelControlled) => e.faults.endRefresh()),
  order: order(
    'something became of an order',
    z.looseObject({}),
    (e: AngelControlled, o) => e.faults.order(o),
    '{"orderstatus":"cancelled"}',
  ),
  push: order(
    'exactly these packets, in hex, to whoever subscribed them',
    z.strictObject({ packets: z.array(z.hex()).min(1) }),
    (e: AngelControlled, o) => ({ reached: e.push(o.packets.map(hex => Buffer.from(hex, 'hex'))) }),
    '{"packets":["01013238383500000000000000000000000000000000000000000017209a00000000009067ea8f96010000102a020000000000"]}',
  ),
}
