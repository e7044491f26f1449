import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { systemClock } from '../../../shared/clock.ts'
import type { Connection } from './connection.ts'
import type { Faults } from './faults.ts'
import type { KiteRow } from './list.ts'
import type { Call } from './rest.ts'
import type { Handshake } from './stream.ts'

/** The path under which orders are taken from outside; the broker knows none like it. */
export const CONTROL_PATH = '/emulator'

/** What an order can reach of an emulator. */
interface Controlled {
  readonly faults: Faults
  readonly rows: readonly KiteRow[]
  readonly handshakes: readonly Handshake[]
  readonly calls: readonly Call[]
  readonly connections: readonly Connection[]
  push(packets: readonly Buffer[]): number
}

interface Order {
  readonly about: string
  /** A body to show, where an order needs one or may have one. */
  readonly example?: string
  run(emulator: Controlled, body: unknown): unknown
}

const order = <Shape extends z.ZodType>(
  about: string,
  shape: Shape,
  run: (emulator: Controlled, options: z.infer<Shape>) => unknown,
  example?: string,
): Order => ({
  about,
  ...(example === undefined ? {} : { example }),
  run: (emulator, body) => run(emulator, shape.parse(body)),
})

const aim = { connection: z.int().min(0).optional() }
const seconds = z.number().positive()
const lasting = z.strictObject({ seconds: seconds.optional() })
const nothing = z.strictObject({})
const aimed = z.strictObject(aim)
const worded = z.strictObject({ ...aim, text: z.string() })
const times = { times: z.int().positive().optional(), retryAfterS: z.int().positive().optional() }

/** What `POST /emulator/<name>` does. */
export const ORDERS: Readonly<Record<string, Order>> = {
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
  truncated: order('a message that ends inside a packet', aimed, (e, o) => e.faults.truncated(o)),
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
    'the access token is over; keepSockets: only for new ones',
    z.strictObject({ keepSockets: z.boolean().optional() }),
    (e, o) => e.faults.expireToken(o),
  ),
  loginElsewhere: order('the user logs in from another program', nothing, e => {
    e.faults.loginElsewhere()
  }),
  silence: order('heartbeats and no ticks', lasting, (e, o) => e.faults.silence(o), '{"seconds":30}'),
  mute: order('nothing at all', lasting, (e, o) => e.faults.mute(o), '{"seconds":30}'),
  textError: order('a text of type error', worded, (e, o) => e.faults.textError(o), '{"text":"Something went wrong"}'),
  textMessage: order('a text of type message', worded, (e, o) => e.faults.textMessage(o), '{"text":"Market holiday"}'),
  order: order('an order postback', z.looseObject({}), (e, o) => e.faults.order(o), '{"status":"CANCELLED"}'),
  tooManyConnections: order(
    'another program holds connections of the api_key (all, or so many)',
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
  push: order(
    'exactly these packets, in hex, to whoever subscribed their tokens',
    z.strictObject({ packets: z.array(z.hex()).min(1) }),
    (e, o) => ({ reached: e.push(o.packets.map(hex => Buffer.from(hex, 'hex'))) }),
    '{"packets":["000d80010000997f"]}',
  ),
  heal: order('whatever lasts is over', nothing, e => e.faults.heal()),
}

/** Answers a call under the control path: an order, or what there is to see. */
export async function control(emulator: Controlled, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const say = (status: number, content: object) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify(content)}\n`)
  }
  const { pathname } = new URL(request.url ?? '/', 'http://kite')
  const name = pathname.slice(CONTROL_PATH.length + 1)
  if (name === '') return say(200, facts(emulator))
  const one = Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined
  if (!one) return say(404, { error: `No order ${name}`, orders: Object.keys(ORDERS) })
  if (request.method !== 'POST') return say(405, { error: 'Orders are POSTed' })
  try {
    const body = await text(request)
    const result: unknown = await one.run(emulator, body === '' ? {} : JSON.parse(body))
    say(200, { done: name, ...(typeof result === 'object' ? result : {}) })
  } catch (error) {
    if (error instanceof z.ZodError) return say(400, { error: z.prettifyError(error) })
    if (error instanceof SyntaxError) return say(400, { error: 'The body is no JSON' })
    throw error
  }
}

/** Counts, no tokens of logins. */
const facts = (emulator: Controlled): object => ({
  orders: Object.fromEntries(Object.entries(ORDERS).map(([name, { about }]) => [name, about])),
  instruments: emulator.rows.length,
  handshakes: emulator.handshakes,
  calls: emulator.calls,
  connections: emulator.connections.map(one => ({
    open: one.isOpen,
    halfOpen: one.isFrozen,
    subscribed: one.subscribed.size,
    requests: one.requests.length,
    sent: one.sent,
  })),
})
