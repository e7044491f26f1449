import { z } from 'zod'
import { EXCHANGES } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { InstrumentBook } from '../../shared/store/instruments.ts'
import type { Access, Identity } from '../access.ts'
import type { FeedView } from '../feeds.ts'
import type { Reading } from '../reading.ts'
import type { Api } from './app.ts'
import type { Desk } from './desk.ts'
import { identityOf } from './identity.ts'
import { HttpRefusal, refusalSchema } from './refusal.ts'

export interface InstrumentParts {
  readonly instruments: Pick<InstrumentBook, 'searching' | 'find'>
  readonly access: Pick<Access, 'reading'>
  readonly feedsOf: (identity: Identity) => readonly FeedView[]
  readonly desk: Desk
}

const MOST = 100
/** What a search counts as among what a key asks for at once. */
const SEARCH_ITEMS = 200
const KINDS = ['EQ', 'INDEX', 'FUT', 'CE', 'PE'] as const
const exchange = z.enum(EXCHANGES, { error: `must be one of ${EXCHANGES.join(', ')}` })

const search = z.object({
  q: z
    .string()
    .max(200, { error: 'may have 200 characters' })
    .default('')
    .describe('Words in any order, each may be a beginning; of single letters the first three count.')
    .meta({ examples: ['NIFTY 24800 CE'] }),
  exchange: exchange.optional().describe('Only of this exchange.'),
  kind: z
    .enum(KINDS, { error: `must be one of ${KINDS.join(', ')}` })
    .optional()
    .describe('Only of this kind.'),
  limit: z.coerce
    .number({ error: `must be a whole number from 1 to ${MOST}` })
    .int({ error: `must be a whole number from 1 to ${MOST}` })
    .min(1, { error: `must be a whole number from 1 to ${MOST}` })
    .max(MOST, { error: `must be a whole number from 1 to ${MOST}` })
    .default(20)
    .describe('At most so many.'),
})

const instrumentSchema = z
  .object({
    exchange: z.string(),
    symbol: z.string().describe('By which clients subscribe.'),
    name: z.string(),
    kind: z.enum(KINDS),
    expiry: z.string().optional().describe('YYYY-MM-DD'),
    strike: z.number().optional(),
    underlying: z.string().optional(),
    lot: z.number().optional(),
    tickSize: z.number().optional(),
    feeds: z.array(z.string()).describe('Those that list it, the first in front.'),
  })
  .meta({ id: 'Instrument' })

type Listed = z.infer<typeof instrumentSchema>

/** The lists of the feeds of a key, as far as it may read. */
export function addInstruments(api: Api, { instruments, access, feedsOf, desk }: InstrumentParts): void {
  const feedNames = (identity: Identity) => feedsOf(identity).map(({ name }) => name)
  api.get(
    '/api/v1/instruments',
    {
      schema: {
        operationId: 'searchInstruments',
        summary: 'Instruments by words such as NIFTY 24800 CE, the best match in front',
        querystring: search,
        response: {
          200: z.object({ instruments: z.array(instrumentSchema) }),
          400: refusalSchema,
          401: refusalSchema,
          429: refusalSchema,
        },
      },
    },
    async request => {
      const identity = identityOf(request)
      const { q, exchange: on, kind, limit } = request.query
      const words = [q, on, kind].filter(Boolean).join(' ')
      if (words.trim() === '') throw new HttpRefusal(400, 'q: say what to look for, such as q=NIFTY 24800 CE')
      const reading = access.reading(identity)
      const isNarrow = !reading.isWide || on !== undefined || kind !== undefined
      const isMeant = (one: Instrument) =>
        (on === undefined || one.exchange === on) && (kind === undefined || one.kind === kind) && isRead(one, reading)
      const wish = { limit, isMeant: isNarrow ? isMeant : undefined }
      const found: (readonly [string, readonly Instrument[]])[] = []
      return desk.serve(request, SEARCH_ITEMS, async hand => {
        for (const feed of feedNames(identity))
          found.push([feed, await hand.do(instruments.searching(feed, words, wish))])
        return { instruments: merged(found).slice(0, limit) }
      })
    },
  )
  api.get(
    '/api/v1/instruments/:exchange/:symbol',
    {
      schema: {
        operationId: 'getInstrument',
        summary: 'One instrument',
        params: z.object({
          exchange: exchange.meta({ examples: ['NSE'] }),
          symbol: z
            .string()
            .max(64)
            .meta({ examples: ['RELIANCE'] }),
        }),
        response: { 200: instrumentSchema, 400: refusalSchema, 401: refusalSchema, 404: refusalSchema },
      },
    },
    async request => {
      const identity = identityOf(request)
      const { exchange: on, symbol } = request.params
      const reading = access.reading(identity)
      const found = feedNames(identity).map(feed => {
        const one = instruments.find(feed, on, symbol)
        return [feed, one && isRead(one, reading) ? [one] : []] as const
      })
      const [one] = merged(found)
      if (!one)
        throw new HttpRefusal(
          404,
          `no feed of this key lists ${on}:${symbol}; GET /api/v1/instruments?q=${symbol} searches`,
        )
      return one
    },
  )
}

const isRead = ({ exchange: on, symbol }: Instrument, reading: Reading): boolean =>
  reading.isWide || reading.permits(on, symbol)

/** Each instrument once, with all the feeds that list it; the best of each feed in front. */
function merged(found: readonly (readonly [feed: string, those: readonly Instrument[]])[]): Listed[] {
  const byName = new Map<string, Listed>()
  const longest = Math.max(0, ...found.map(([, those]) => those.length))
  for (let place = 0; place < longest; place++)
    for (const [feed, those] of found) {
      const one = those[place]
      if (!one) continue
      const name = `${one.exchange}:${one.symbol}`
      const listed = byName.get(name)
      if (listed) listed.feeds.push(feed)
      else byName.set(name, listedOf(one, feed))
    }
  return [...byName.values()]
}

const listedOf = (one: Instrument, feed: string): Listed => {
  const { exchange: on, symbol, name, kind, expiry, strike, underlying, lotSize: lot, tickSize } = one
  return {
    exchange: on,
    symbol,
    name,
    kind,
    ...(expiry !== undefined && { expiry }),
    ...(strike !== undefined && { strike }),
    ...(underlying !== undefined && { underlying }),
    ...(lot !== undefined && { lot }),
    ...(tickSize !== undefined && { tickSize }),
    feeds: [feed],
  }
}
