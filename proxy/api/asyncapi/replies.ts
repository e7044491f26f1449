import { z } from 'zod'
import { FEATURES } from '../../features.ts'
import type { ProtocolCode } from '../../protocol.ts'
import { broker, count, exchange, type MessageKind, millis, modeLabel, requestId, symbol, text } from './message.ts'

/** Every code of an error, and what it means. */
const CODES: Readonly<Record<ProtocolCode, string>> = {
  AUTHENTICATION_ERROR: 'the key is missing or no good',
  BROKER_ERROR: 'the user of the key has no feed that can be served',
  NOT_AUTHENTICATED: 'a key comes first',
  NOT_PERMITTED: 'the key does not read this, or reads less than before',
  LIMIT_REACHED: 'a limit is reached: limit, max and used say which',
  INVALID_PARAMETERS: 'the message says what cannot be done; it names it',
  INVALID_MODE: 'no mode of this name',
  INVALID_ACTION: 'no action of this name',
  INVALID_JSON: 'the message is no JSON',
  SERVER_ERROR: 'the server cannot do this now',
}

const success = z.literal('success')
const item = { symbol, exchange, broker }
const refused = z.object({ ...item, status: z.literal('error'), message: text })
const taken = z.object({
  ...item,
  status: success,
  mode: modeLabel,
  depth: count.describe('Levels that are delivered.'),
  policy: z.enum(['every', 'latest']).optional(),
  interval_ms: count.optional(),
  fields: z.array(text).optional(),
  recovered: z.boolean().optional().describe('Whether everything since the place it named follows.'),
})
const codes = Object.keys(CODES) as ProtocolCode[]

/** What the server answers. Any object may have more fields than are told here. */
export const REPLIES: readonly MessageKind[] = [
  {
    name: 'auth',
    summary: 'The key is good.',
    schema: z.object({
      type: z.literal('auth'),
      status: success,
      message: text,
      broker,
      user_id: text,
      supported_features: z.object({ ltp: z.boolean(), quote: z.boolean(), depth: z.boolean() }),
      features: z.array(z.enum(FEATURES)).optional().describe('Those granted, for who asked for any.'),
      limits: z
        .record(text, z.object({ limit: z.number(), used: z.number().optional(), burst: z.number().optional() }))
        .optional(),
      request_id: requestId,
    }),
    examples: [
      {
        type: 'auth',
        status: 'success',
        message: 'Authentication successful',
        broker: 'demo',
        user_id: 'alice',
        supported_features: { ltp: true, quote: true, depth: true },
      },
    ],
  },
  {
    name: 'subscribe_reply',
    summary: 'What became of each item, in their order; `partial` when one of them failed.',
    schema: z.object({
      type: z.literal('subscribe'),
      status: z.enum(['success', 'partial']),
      subscriptions: z.array(z.union([taken, refused])),
      message: text,
      broker,
      request_id: requestId,
    }),
    examples: [
      {
        type: 'subscribe',
        status: 'success',
        subscriptions: [
          { symbol: 'RELIANCE', exchange: 'NSE', status: 'success', mode: 'LTP', depth: 5, broker: 'demo' },
        ],
        message: 'Subscription processing complete',
        broker: 'demo',
      },
    ],
  },
  {
    name: 'unsubscribe_reply',
    summary: 'What was let go.',
    schema: z.object({
      type: z.literal('unsubscribe'),
      status: z.enum(['success', 'partial', 'error']),
      message: text,
      successful: z.array(z.object({ ...item, status: success })),
      failed: z.array(refused),
      broker,
      request_id: requestId,
    }),
    examples: [
      {
        type: 'unsubscribe',
        status: 'success',
        message: 'Unsubscription processing complete',
        successful: [{ symbol: 'RELIANCE', exchange: 'NSE', status: 'success', broker: 'demo' }],
        failed: [],
        broker: 'demo',
      },
    ],
  },
  {
    name: 'orders_reply',
    summary: 'It hears of orders, or no longer.',
    schema: z.object({
      type: z.enum(['subscribe_orders', 'unsubscribe_orders']),
      status: success,
      message: text,
      request_id: requestId,
    }),
    examples: [{ type: 'subscribe_orders', status: 'success', message: 'Subscribed to order updates' }],
  },
  {
    name: 'broker_info',
    summary: 'How the broker is.',
    schema: z.object({
      type: z.literal('broker_info'),
      status: success,
      broker,
      adapter_status: z.enum(['connected', 'disconnected']),
      user_id: text,
      request_id: requestId,
    }),
    examples: [
      { type: 'broker_info', status: 'success', broker: 'demo', adapter_status: 'connected', user_id: 'alice' },
    ],
  },
  {
    name: 'supported_brokers',
    summary: 'Which brokers this installation can speak to.',
    schema: z.object({
      type: z.literal('supported_brokers'),
      status: success,
      brokers: z.array(text),
      count,
      request_id: requestId,
    }),
    examples: [{ type: 'supported_brokers', status: 'success', brokers: ['demo', 'second'], count: 2 }],
  },
  {
    name: 'pong',
    summary: 'The server is there.',
    schema: z.object({
      type: z.literal('pong'),
      status: success,
      server_timestamp: millis,
      client_timestamp: z.unknown().optional(),
      _pingId: z.unknown().optional(),
      request_id: requestId,
    }),
    examples: [{ type: 'pong', status: 'success', server_timestamp: 1795220416121, client_timestamp: 1795220416120 }],
  },
  {
    name: 'error',
    summary: 'A message was not done. It has no `type`.',
    schema: z.object({
      status: z.literal('error'),
      code: z.enum(codes).describe(codes.map(code => `${code}: ${CODES[code]}`).join('; ')),
      message: text,
      limit: text.optional(),
      max: z.number().optional(),
      used: z.number().optional(),
      request_id: requestId,
    }),
    examples: [{ status: 'error', code: 'NOT_AUTHENTICATED', message: 'You must authenticate first' }],
  },
]
