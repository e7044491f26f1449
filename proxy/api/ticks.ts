import { z } from 'zod'
import type { Tick } from '../fanout/frame.ts'
import { isWatched } from '../lookout/lookout.ts'
import { fieldsOf, receivedAtOf, stanceOf } from '../lookout/sight.ts'
import type { Watched } from '../lookout/vigil.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import type { PriceParts } from './priceparts.ts'
import { HttpRefusal, refusalSchema } from './refusal.ts'
import { fieldsSchema, stanceShape } from './snapshots.ts'
import { depthSchema, modeSchema, readWish } from './wish.ts'

const MOST = 1000
/** A book may be a hundred times as long as a price. */
const MOST_BOOKS = 200

const tickSchema = z.object({
  epoch: z.number().describe('Of its publisher.'),
  sequence: z.number().describe('Its place: without a hole, each is one more than the one before.'),
  receivedAt: z.number(),
  data: fieldsSchema,
})

const answerSchema = z.object({
  symbol: z.string(),
  exchange: z.string(),
  ...stanceShape,
  ticks: z
    .array(tickSchema)
    .describe('Oldest first. Kept from the first request for them on; behind a hole they begin anew.'),
})

/** The last ticks of one instrument. */
export function addTicks(api: Api, parts: PriceParts): void {
  const limit = z.coerce
    .number()
    .int()
    .min(1)
    .max(MOST)
    .default(50)
    .describe(`Most ticks of the answer; of books ${MOST_BOOKS}.`)
  api.get(
    '/api/v1/ticks/:exchange/:symbol',
    {
      schema: {
        operationId: 'ticks',
        summary: 'Recent ticks of an instrument',
        params: z.object({
          exchange: z.string().meta({ examples: ['NSE'] }),
          symbol: z.string().meta({ examples: ['RELIANCE'] }),
        }),
        querystring: z.object({ mode: modeSchema, depth: depthSchema, limit }),
        response: { 200: answerSchema, 400: refusalSchema, 401: refusalSchema, 404: refusalSchema, 429: refusalSchema },
      },
    },
    async (request, reply) => {
      const { params, query } = request
      const wish = readWish({ symbols: [params], ...query }, parts.limits)
      const most = wish.mode === 'DEPTH' ? Math.min(query.limit, MOST_BOOKS) : query.limit
      const text = await parts.desk.serve(request, most, async hand => {
        const [one] = await parts.ask(identityOf(request), wish, hand)
        if (!one || !isWatched(one)) throw refusalOf(one?.message, one?.details)
        const head = JSON.stringify({ ...params, ...stanceOf(one, parts) }).slice(0, -1)
        const ticks = await hand.eachOf(ticksOf(one, parts, most), textOf)
        return `${head},"ticks":[${ticks.filter(Boolean).join()}]}`
      })
      return reply.type('application/json').send(text as never)
    },
  )
}

/** What is kept of them; until there is any, the last value. */
function ticksOf({ channel }: Watched, { hub: { gallery } }: PriceParts, most: number): readonly Tick[] {
  const ring = gallery.record(channel)
  const last = gallery.look(channel)?.tick
  return ring.length > 0 ? ring.newest(most) : last ? [last] : []
}

/** None of a frame that is none. */
function textOf(tick: Tick): string {
  const { epoch, sequence } = tick.header
  const data = fieldsOf(tick)
  return data ? JSON.stringify({ epoch, sequence, receivedAt: receivedAtOf(tick), data }) : ''
}

const refusalOf = (message = '', details: object = {}): HttpRefusal =>
  'code' in details ? new HttpRefusal(429, message) : new HttpRefusal(404, message, { code: 'NOT_FOUND' })
