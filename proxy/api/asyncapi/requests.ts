import { z } from 'zod'
import { DATA_FIELDS } from '../../../shared/market/frame.ts'
import { FEATURES } from '../../features.ts'
import { broker, count, exchange, modeLabel, modeNumber, type RequestKind, requestId, text } from './message.ts'

const mode = z.union([modeNumber, modeLabel, text]).optional().describe('Quote where none is named.')
const depth = z.int().positive().optional().describe('Levels of the book; 5 where none is named.')
const delivery = {
  policy: z.enum(['every', 'latest']).optional(),
  interval_ms: z.int().min(1).max(60_000).optional().describe('One frame of each topic in so many milliseconds.'),
  fields: z.array(z.enum(DATA_FIELDS)).min(1).optional().describe('Only these names of data.'),
  broker: broker.optional().describe('This broker or feed, and no other one.'),
}
const place = z.object({ epoch: count, seq: count }).describe('The last one this client has.')
const item = z.object({ symbol: text, exchange, mode, ...delivery, resume: place.optional() })
const symbols = z
  .union([text, z.array(z.union([item, text]))])
  .optional()
  .describe('Objects, texts EXCHANGE:SYMBOL, or one text of several with commas between.')
const named = { symbols, symbol: text.optional(), exchange: exchange.optional() }

const bare = (action: string, summary: string, reply: string): RequestKind => ({
  name: action,
  summary,
  schema: z.object({ action: z.literal(action), request_id: requestId }),
  examples: [{ action }, { action, request_id: 'a-1' }],
  replies: [reply, 'error'],
})

/** What a client may say. */
export const REQUESTS: readonly RequestKind[] = [
  {
    name: 'authenticate',
    summary: 'Shows a key or a ticket, and asks for features of the extended protocol. Everything else needs it first.',
    schema: z.object({
      action: z.literal('authenticate'),
      api_key: text,
      features: z.array(z.enum(FEATURES)).optional().describe('Names the server does not know are left out.'),
      request_id: requestId,
    }),
    examples: [
      { action: 'authenticate', api_key: 'YOUR_KEY' },
      { action: 'authenticate', api_key: 'YOUR_KEY', features: [...FEATURES], request_id: 1 },
    ],
    replies: ['auth', 'error'],
  },
  {
    name: 'subscribe',
    summary: 'Takes hold of instruments. The last known price follows the reply, then each new one.',
    schema: z.object({ action: z.literal('subscribe'), ...named, mode, depth, ...delivery, request_id: requestId }),
    examples: [
      { action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 1 },
      { action: 'subscribe', symbols: 'NSE:RELIANCE,NSE:TCS', mode: 'LTP' },
      {
        action: 'subscribe',
        symbols: [
          { symbol: 'RELIANCE', exchange: 'NSE', fields: ['ltp', 'volume'], interval_ms: 250 },
          { symbol: 'TCS', exchange: 'NSE', resume: { epoch: 1795220400000, seq: 41 } },
          { symbol: 'NO_SUCH', exchange: 'NSE' },
        ],
        mode: 'Quote',
        request_id: 'watchlist',
      },
      { action: 'subscribe', symbols: ['NSE:TCS'], mode: 3, depth: 5, policy: 'latest' },
    ],
    replies: ['subscribe_reply', 'error'],
  },
  {
    name: 'unsubscribe',
    summary: 'Lets go of instruments.',
    schema: z.object({ action: z.literal('unsubscribe'), ...named, mode, request_id: requestId }),
    examples: [
      { action: 'unsubscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 1 },
      { action: 'unsubscribe', symbols: [{ symbol: 'TCS', exchange: 'NSE', mode: 3 }], request_id: 2 },
    ],
    replies: ['unsubscribe_reply', 'error'],
  },
  bare('unsubscribe_all', 'Lets go of everything.', 'unsubscribe_reply'),
  bare('subscribe_orders', 'Hears from now on what becomes of the orders of its user.', 'orders_reply'),
  bare('unsubscribe_orders', 'Hears no more of orders.', 'orders_reply'),
  bare('get_broker_info', 'Asks how the broker is.', 'broker_info'),
  bare('get_supported_brokers', 'Asks which brokers this installation can speak to.', 'supported_brokers'),
  {
    name: 'ping',
    summary: 'Asks whether the server is there; for clients that cannot see the pings of the WebSocket.',
    schema: z.object({
      action: z.literal('ping'),
      timestamp: z.unknown().optional(),
      _pingId: z.unknown().optional(),
      request_id: requestId,
    }),
    examples: [{ action: 'ping', timestamp: 1795220416120, _pingId: 'p-1' }],
    replies: ['pong', 'error'],
  },
]
