import { z } from 'zod'
import { FEED_LABELS } from '../../../shared/control.ts'
import { DATA_FIELDS } from '../../../shared/market/frame.ts'
import { orderFrame } from '../../../shared/market/order.ts'
import { INSTRUMENT_STATES } from '../../../shared/states.ts'
import { broker, count, exchange, type MessageKind, millis, modeNumber, symbol, text } from './message.ts'

const side = z.array(z.object({ price: z.number(), quantity: z.number(), orders: z.number().optional() }))
const OF_DATA: Readonly<Record<string, z.ZodType>> = {
  ltt: millis.describe('Of the last trade, milliseconds since 1970.'),
  timestamp: millis,
  depth: z.object({ buy: side, sell: side }),
  polled: z.boolean(),
}
const fields = Object.fromEntries(DATA_FIELDS.map(name => [name, (OF_DATA[name] ?? z.number()).optional()]))
const data = z.object({ symbol, exchange, mode: modeNumber, ...fields }).describe('What is not known is left out.')
const stamps = z
  .object({ adapter: millis, published: millis.optional(), proxy: millis })
  .describe('When it passed each hop, with three digits behind the point. With the feature stamps.')
const ofSymbol = { symbol, exchange, mode: modeNumber }
const RELIANCE = { symbol: 'RELIANCE', exchange: 'NSE', mode: 1 }
const feed = text.describe('The feed as its owner named it.')

/** What comes by itself. Other features than those named with a message change nothing in it. */
export const FRAMES: readonly MessageKind[] = [
  {
    name: 'market_data',
    summary: 'A price of something that is held.',
    schema: z.object({
      type: z.literal('market_data'),
      ...ofSymbol,
      data,
      broker,
      stamps: stamps.optional(),
      seq: count.optional().describe('The number of the publication in its topic. With the feature seq.'),
      epoch: millis.optional().describe('The start of its publisher. With the feature seq.'),
      snapshot: z.literal(true).optional().describe('It was published before. With the features seq and state.'),
      stale: z.literal(true).optional().describe('It is not of now. With the feature state.'),
      recent: z.literal(true).optional().describe('It came before the last value. With the feature recent.'),
      count: count.optional().describe('How many publications it stands for. With the feature count.'),
    }),
    examples: [
      {
        type: 'market_data',
        ...RELIANCE,
        data: { ...RELIANCE, ltp: 2885.3, ltt: 1795220416000, timestamp: 1795220416120 },
        broker: 'demo',
      },
      {
        type: 'market_data',
        ...RELIANCE,
        data: { ...RELIANCE, ltp: 2885.3 },
        broker: 'demo',
        stamps: { adapter: 1795220416131.402, published: 1795220416131.779, proxy: 1795220416132.25 },
        seq: 41,
        epoch: 1795220400000,
        count: 1,
      },
    ],
  },
  {
    name: 'order_update',
    summary: 'What became of an order.',
    schema: orderFrame,
    examples: [
      {
        type: 'order_update',
        user_id: 'alice',
        mode: 'live',
        broker: 'demo',
        orderid: '240401000000123',
        symbol: 'RELIANCE',
        exchange: 'NSE',
        action: 'BUY',
        quantity: 10,
        price: 2885.3,
        trigger_price: 0,
        pricetype: 'LIMIT',
        product: 'MIS',
        order_status: 'complete',
        filled_quantity: 10,
        pending_quantity: 0,
        average_price: 2885.25,
        rejection_reason: '',
      },
    ],
  },
  {
    name: 'gap',
    summary: 'Publications of a topic will not come. With the feature gap.',
    schema: z.object({
      type: z.literal('gap'),
      ...ofSymbol,
      epoch: millis,
      from: count,
      to: count.optional(),
      lost: count.optional(),
      broker,
    }),
    examples: [{ type: 'gap', ...RELIANCE, epoch: 1795220400000, from: 43, to: 45, lost: 3, broker: 'demo' }],
  },
  {
    name: 'slow',
    summary: 'This client is folded, has caught up, or is closed. With the feature slow.',
    schema: z.object({
      type: z.literal('slow'),
      state: z.enum(['folding', 'recovered', 'closing']),
      waiting_bytes: count.optional(),
      folded: count.optional(),
      reason: text.optional(),
    }),
    examples: [
      { type: 'slow', state: 'folding', waiting_bytes: 262301 },
      { type: 'slow', state: 'recovered', folded: 1204 },
    ],
  },
  {
    name: 'state',
    summary: 'How an instrument, or everything that is held of a feed, stands. With the feature state.',
    schema: z.object({
      type: z.literal('state'),
      symbol: symbol.optional(),
      exchange: exchange.optional(),
      symbols: z.literal('*').optional().describe('All that is held of the feed.'),
      state: z.enum(INSTRUMENT_STATES),
      code: text.optional(),
      reason: text.optional().describe('One line for a person.'),
      since: millis,
      last_tick_at: millis.optional(),
      age_ms: z.number().optional(),
      label: z.enum(FEED_LABELS).optional(),
      broker: broker.optional(),
      feed,
    }),
    examples: [
      {
        type: 'state',
        symbols: '*',
        state: 'down',
        reason: 'the broker closed the connection',
        since: 1795220450000,
        label: 'simulated',
        broker: 'demo',
        feed: 'TESTFEED',
      },
    ],
  },
  {
    name: 'source',
    summary: 'Another feed serves it from now on. With the feature source.',
    schema: z.object({ type: z.literal('source'), ...ofSymbol, broker, feed, was: text, reason: text }),
    examples: [
      { type: 'source', ...RELIANCE, broker: 'second', feed: 'SECOND', was: 'FIRST', reason: 'FIRST is healthy again' },
    ],
  },
  {
    name: 'disagreement',
    summary: 'Two live feeds differ, or no longer do. With the feature source.',
    schema: z.object({
      type: z.literal('disagreement'),
      symbol,
      exchange,
      state: z.enum(['begun', 'over']),
      percent: z.number(),
      prices: z.array(z.object({ feed, broker, ltp: z.number() })),
    }),
    examples: [
      {
        type: 'disagreement',
        symbol: 'RELIANCE',
        exchange: 'NSE',
        state: 'begun',
        percent: 0.5,
        prices: [
          { feed: 'FIRST', broker: 'first', ltp: 2885.3 },
          { feed: 'SECOND', broker: 'second', ltp: 2911.05 },
        ],
      },
    ],
  },
  {
    name: 'server_shutdown',
    summary: 'The server goes. With the feature shutdown.',
    schema: z.object({
      type: z.literal('server_shutdown'),
      reason: z.enum(['restart', 'stop']),
      reconnect_after_ms: count,
    }),
    examples: [{ type: 'server_shutdown', reason: 'restart', reconnect_after_ms: 7301 }],
  },
]
