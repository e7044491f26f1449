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

const MOST = 200
/** What it counts as to look through all topics. */
const SCAN_ITEMS = 1000

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
    recordedBytes: z
      .number()
      .optional()
      .describe('Ticks kept for who comes back, and for who asks for recent ones; of all, for who may administer.'),
    expired: z.number().optional().describe('Values that the limits took; of all, for who may administer.'),
    limits: z
      .object({ maxAgeSeconds: z.number(), maxBytes: z.number(), recordedBytes: z.number() })
      .describe('0: none.'),
  })
  .meta({ id: 'CacheFigures' })

/**
 * The last values as the process that answers has them: of the feeds of the own user, and of all feeds for who may
 * administer; of both what the key may read.
 */
export function addCache(api: Api, parts: PriceParts): void {
  const { access, cache, desk } = parts
  const isAdmin = (identity: Identity) => access.allows(identity, 'admin')
  const maySeeOf = (identity: Identity): MaySee => {
    // Which topics there are of a feed tells what its clients look at: those of a shared one are its user's to know.
    const isOwn = isAdmin(identity)
      ? () => true
      : (feed: string) => access.mayUse(identity, feed) && access.owns(identity, feed)
    return ({ feed, exchange, symbol, mode }) => isOwn(feed) && access.permits(identity, exchange, symbol, mode)
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
          429: refusalSchema,
        },
      },
    },
    async (request, reply) => {
      const { q, page, size, ...rest } = request.query
      const span = { from: (page - 1) * size, most: size }
      const text = await desk.serve(request, SCAN_ITEMS + size, async hand => {
        const work = cache.search({ text: q, ...rest }, maySeeOf(identityOf(request)), span)
        const { total, entries } = await hand.do(work)
        const pieces = await hand.eachOf(entries, entry => JSON.stringify(entry))
        const head = `"total":${total},"page":${page},"pages":${Math.ceil(total / size)}`
        return `{${head},"entries":[${pieces.join()}]}`
      })
      return reply.type('application/json').send(text as never)
    },
  )
  api.get(
    '/api/v1/cache/figures',
    {
      schema: {
        operationId: 'cacheFigures',
        summary: 'Size, age and limits of the last values',
        response: { 200: figuresSchema, 401: refusalSchema, 429: refusalSchema },
      },
    },
    request =>
      desk.serve(request, SCAN_ITEMS, hand => {
        const identity = identityOf(request)
        return hand.do(cache.figures(maySeeOf(identity), isAdmin(identity)))
      }),
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
