import type { IncomingMessage, ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { Orders } from './order.ts'
import type { Controlled } from './orders.ts'

/** The path under which orders are taken from outside; no broker knows one like it. */
export const CONTROL_PATH = '/emulator'

export const isControl = (request: IncomingMessage): boolean =>
  request.url === CONTROL_PATH || request.url?.startsWith(`${CONTROL_PATH}/`) === true

/** Answers a call under the control path: an order, or what there is to see. */
export async function control<Emulator extends Controlled>(
  emulator: Emulator,
  orders: Orders<Emulator>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const say = (status: number, content: object) => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(`${JSON.stringify(content)}\n`)
  }
  const { pathname } = new URL(request.url ?? '/', 'http://broker')
  const name = pathname.slice(CONTROL_PATH.length + 1)
  if (name === '') return say(200, facts(emulator, orders))
  const one = Object.hasOwn(orders, name) ? orders[name] : undefined
  if (!one) return say(404, { error: `No order ${name}`, orders: Object.keys(orders) })
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
const facts = <Emulator extends Controlled>(emulator: Emulator, orders: Orders<Emulator>): object => ({
  orders: Object.fromEntries(Object.entries(orders).map(([name, { about }]) => [name, about])),
  instruments: emulator.market.contracts.length,
  handshakes: emulator.streams.flatMap(({ name, handshakes }) => handshakes.map(one => ({ stream: name, ...one }))),
  calls: emulator.rest.calls,
  connections: emulator.streams.flatMap(({ name, connections }) =>
    connections.map(one => ({
      stream: name,
      open: one.isOpen,
      halfOpen: one.isFrozen,
      subscribed: one.subscriptions,
      requests: one.requests.length,
      sent: one.sent,
    })),
  ),
})
