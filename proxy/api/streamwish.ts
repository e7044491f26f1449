import { z } from 'zod'
import { type Features, readFeatures } from '../features.ts'
import { parseMessage } from '../protocol.ts'
import { HttpRefusal } from './refusal.ts'

/** Where events are read. */
export const STREAM_PATH = '/api/v1/stream'

const text = z.string()

/** The query of a stream: one subscribe message in pieces, or whole messages. */
export const streamQuery = z.strictObject({
  symbols: text.optional().describe('What to subscribe, EXCHANGE:SYMBOL with commas between.'),
  mode: text.optional().describe('ltp, quote or depth; quote without it.'),
  depth: text
    .regex(/^[1-9]\d{0,2}$/, { error: 'give a number of levels, e.g. depth=20' })
    .optional()
    .describe('Levels of the book.'),
  policy: text.optional().describe('every or latest.'),
  interval_ms: text
    .regex(/^\d{1,6}$/, { error: 'give whole milliseconds, e.g. interval_ms=250' })
    .optional()
    .describe('One frame of each topic in so many milliseconds.'),
  fields: text.optional().describe('Names of data, with commas between; all without it.'),
  broker: text.optional().describe('This broker or feed, and no other one.'),
  message: z
    .union([text, z.array(text)])
    .optional()
    .describe('A subscribe or subscribe_orders message of the WebSocket, as JSON; may come several times.'),
  features: text.optional().describe('Features of the extended protocol, with commas between.'),
  ticket: text.optional().describe('A ticket, for who can send no header. It is used up.'),
})

export type StreamQuery = z.infer<typeof streamQuery>

const MOST_MESSAGES = 20
const ACTIONS: ReadonlySet<string> = new Set(['subscribe', 'subscribe_orders'])
const PIECES = ['mode', 'depth', 'policy', 'interval_ms', 'fields', 'broker'] as const

/** What is to be said for the reader; throws what is wrong with it. Items that cannot be served are answered in the stream. */
export function messagesOf(query: StreamQuery, maxSymbols: number): string[] {
  const { symbols, message = [] } = query
  const messages = [message].flat()
  const piece = PIECES.find(name => query[name] !== undefined)
  if (symbols !== undefined) messages.unshift(subscribeOf(query, symbols))
  else if (piece) throw new HttpRefusal(400, `${piece} needs symbols beside it: symbols=NSE:RELIANCE,NSE:TCS`)
  if (messages.length === 0)
    throw new HttpRefusal(400, 'name what to read: symbols=NSE:RELIANCE,NSE:TCS, or message={"action":"subscribe",…}')
  if (messages.length > MOST_MESSAGES)
    throw new HttpRefusal(
      400,
      `${messages.length} messages are more than ${MOST_MESSAGES}: open another stream for the rest`,
    )
  for (const one of messages) check(one, maxSymbols)
  return messages
}

/** What of the extended protocol is asked for; names that are not known are left out, as everywhere. */
export const featuresOf = ({ features }: StreamQuery): Features | undefined => {
  const found = readFeatures(features?.split(',').map(name => name.trim()))
  return typeof found === 'string' ? undefined : found
}

function subscribeOf({ mode, depth, policy, interval_ms, fields, broker }: StreamQuery, symbols: string): string {
  return JSON.stringify({
    action: 'subscribe',
    symbols,
    mode,
    ...(depth !== undefined && { depth: Number(depth) }),
    policy,
    ...(interval_ms !== undefined && { interval_ms: Number(interval_ms) }),
    fields: fields?.split(',').map(name => name.trim()),
    broker,
  })
}

function check(message: string, maxSymbols: number): void {
  const parsed = parseMessage(message, { authenticated: true, maxSymbols })
  if (parsed.kind === 'refusal') throw new HttpRefusal(400, parsed.refusal.message, { code: parsed.refusal.code })
  if (parsed.kind === 'habit' || !ACTIONS.has(parsed.request.action))
    throw new HttpRefusal(
      400,
      'a stream says subscribe and subscribe_orders only; for anything else there is the WebSocket',
    )
}
