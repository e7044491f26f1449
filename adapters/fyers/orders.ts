import { oneLine, readJson } from '../../shared/words.ts'
import type { Decoder, Frame, Session, Sibling, Signal } from '../contract.ts'
import { readOrder } from './order.ts'
import { classifyFor } from './session.ts'
import type { Settings } from './settings.ts'
import { authorization, type Ticket } from './ticket.ts'

/** Not for trades and positions: an order says all that is told on. */
const SUBSCRIBE = JSON.stringify({ T: 'SUB_ORD', SLIST: ['orders'], SUB_T: 1 })
const PING = 'ping'
const PONG = 'pong'

const session: Session<Settings, Ticket> = {
  /** This socket wants the header that the price socket must not have. The ping is answered where the rest may not be. */
  dial: ({ orders_url }, ticket) => ({
    url: orders_url,
    headers: { Authorization: authorization(ticket) },
    hello: [SUBSCRIBE, PING],
  }),
  subscribe: () => [],
  change: () => [],
  unsubscribe: () => [],
  heartbeat: { send: { everyMs: 10_000, frame: PING }, suspectMs: 25_000, deadMs: 45_000 },
  classify: classifyFor('the order updates'),
  pauses: { afterEndMs: 2000 },
}

/** The account's orders, as JSON text (the vendor's libraries, order socket). Open as long as there is a login. */
export const orders: Sibling<Settings, Ticket> = {
  name: 'orders',
  isAlwaysOpen: true,
  limits: { connections: 1, instrumentsPerConnection: 1, instrumentsPerMessage: 1, messagePauseMs: 1000 },
  session,
  carries: () => undefined,
  createDecoder: createOrderDecoder,
}

/** Codes of an answer that says `error`: the token is not, or no longer, good. */
const TOKEN_CODES: ReadonlySet<unknown> = new Set([-8, -15, -16, -17, 401, 403])

function createOrderDecoder(): Decoder {
  let isReady = false
  return frame => {
    const signals = decode(frame)
    const lives = signals.some(({ kind }) => kind === 'heartbeat' || kind === 'order')
    if (isReady || !lives) return signals
    isReady = true
    return [{ kind: 'ready' }, ...signals]
  }
}

function decode(frame: Frame): readonly Signal[] {
  const text = typeof frame === 'string' ? frame : Buffer.from(frame).toString('utf8')
  if (text === PONG) return [{ kind: 'heartbeat' }]
  const message = readJson(text)
  if (typeof message !== 'object' || message === null) return [{ kind: 'malformed', what: 'text that is no message' }]
  if ('orders' in message) {
    const order = readOrder(message.orders)
    return [order ? { kind: 'order', order } : { kind: 'ignored', what: 'order of an unknown shape' }]
  }
  if (!('s' in message)) return [{ kind: 'ignored', what: 'text of an unknown type' }]
  if (message.s !== 'error') return [{ kind: 'heartbeat' }]
  const said = 'message' in message && typeof message.message === 'string' ? oneLine(message.message) : 'no text'
  if ('code' in message && TOKEN_CODES.has(message.code)) return [{ kind: 'refused', reason: said }]
  return [{ kind: 'notice', level: 'error', text: said }]
}
