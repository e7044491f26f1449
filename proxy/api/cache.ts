import { z } from 'zod'
import { EXCHANGES } from '../../shared/market/exchange.ts'
import { TOPIC_MODES } from '../../shared/market/mode.ts'
import type { Identity } from '../access.ts'
import type { MaySee } from '../lookout/cache.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import type { PriceParts } from './priceparts.ts'
import { refusalSchema } from './refusal.ts'
import { fieldsSchema } from './snapshots.ts'

const MOST = 1000

const wish = {
  feed: z.string().optional().describe('Name of a feed.'),
  exchange: z.enum(EXCHANGES).optional(),
  mode: z
    .string()
    .transform(text => text.toUpperCase())
    .pipe(z.enum(TOPIC_MODES))
    .optional()
    .describe('ltp, quote, depth, or that of a deeper book.'),
}

const entrySchema = z.object({
  feed: z.string(),
  exchange: z.string(),
  symbol: z.string().describe('The common one.'),
  mode: z.enum(TOPIC_MODES),
  data: fieldsSchema.optional(),
  receivedAt: z.number().optional(),
  ageMs: z.number().optional(),
  stale: z.literal(true).optional().describe('It is not of now.'),
  bytes: z.number(),
})

const figuresSchema = z
  .object({
    topics: z.number(),
    values: z.number(),
    stale: z.number().describe('Of the values, not of now.'),
    bytes: z.number(),
    oldestAgeMs: z.number().optional(),
    recordedBytes: z.number().describe('Ticks kept for who comes back, and for who asks for recent ones.'),
    expired: z.number().describe('Values that the limits took.'),
    limits: z
      .object({ maxAgeSeconds: z.number(), maxBytes: z.number(), recordedBytes: z.number() })
      .describe('0: none.'),
  })
  .meta({ id: 'CacheFigures' })

/** The last values as the process that answers has them. Who may administer sees those of all feeds. */
export function addCache(api: Api, parts: PriceParts): void {
  const { access, cache } = parts
  const maySeeOf = (identity: Identity): MaySee => {
    if (access.allows(identity, 'admin')) return () => true
    return ({ feed, exchange, symbol, mode }) =>
      access.mayUse(identity, feed) && access.permits(identity, exchange, symbol, mode)
  }
  const page = z.coerce.number().int().min(1).max(100_000).default(1)
  const size = z.coerce.number().int().min(1).max(MOST).default(100).describe('Entries of a page.')
  api.get(
    '/api/v1/cache',
    {
      schema: {
        operationId: 'cache',
        summary: 'Search the last values',
        querystring: z.object({ q: z.string().optional().describe('A part of the symbol.'), ...wish, page, size }),
        response: {
          200: z.object({ total: z.number(), page: z.number(), pages: z.number(), entries: z.array(entrySchema) }),
          401: refusalSchema,
        },
      },
    },
    async request => {
      const { q, page, size, ...rest } = request.query
      const from = (page - 1) * size
      const found = await cache.search({ text: q, ...rest }, maySeeOf(identityOf(request)), { from, most: size })
      return { total: found.total, page, pages: Math.ceil(found.total / size), entries: found.entries }
    },
  )
  api.get(
    '/api/v1/cache/figures',
    {
      schema: {
        operationId: 'cacheFigures',
        summary: 'Size, age and limits of the last values',
        response: { 200: figuresSchema, 401: refusalSchema },
      },
    },
    request => cache.figures(maySeeOf(identityOf(request))),
  )
  api.delete(
    '/api/v1/cache',
    {
      config: { access: { scope: 'admin' } },
      schema: {
        operationId: 'clearCache',
        summary: 'Forget last values, and ask their feeds to say them again',
        querystring: z.object({ symbol: z.string().optional().describe('A part of the symbol.'), ...wish }),
        response: { 200: z.object({ cleared: z.number() }), 401: refusalSchema, 403: refusalSchema },
      },
    },
    async request => {
      const { symbol, ...rest } = request.query
      return { cleared: await cache.clear({ text: symbol, ...rest }, () => true) }
    },
  )
}
