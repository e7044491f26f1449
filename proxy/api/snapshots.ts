import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { FEED_LABELS } from '../../shared/control.ts'
import { INSTRUMENT_STATES } from '../../shared/states.ts'
import { isWatched, type Wish } from '../lookout/lookout.ts'
import { levelsIn, type Seen, see } from '../lookout/sight.ts'
import type { Watched } from '../lookout/vigil.ts'
import type { Refused } from '../routing.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import type { PriceParts } from './priceparts.ts'
import { refusalSchema } from './refusal.ts'
import { depthSchema, modeSchema, readWish } from './wish.ts'

const ms = (what: string) => z.number().describe(`${what}, milliseconds`)

export const fieldsSchema = z
  .looseObject({ ltp: z.number().optional(), timestamp: z.number().optional() })
  .describe('The fields of `data` as the WebSocket sends them; what its source does not say is absent.')

/** How an instrument stands. */
export const stanceShape = {
  state: z.enum(INSTRUMENT_STATES).optional().describe('How the instrument stands; absent where there is an error.'),
  code: z.string().optional().describe('Of a refusal, for programs.'),
  reason: z.string().optional(),
  label: z.enum(FEED_LABELS).optional().describe('What kind of prices these are.'),
  since: ms('When it began to stand so, since 1970').optional(),
  source: z.object({ feed: z.string(), broker: z.string() }).optional().describe('Who serves it.'),
}

const snapshotSchema = z
  .object({
    symbol: z.string().describe('As it was asked for.'),
    exchange: z.string(),
    data: fieldsSchema.optional(),
    depth: z.int().optional().describe('Levels the book really has; only with mode depth.'),
    receivedAt: ms('When it came from the broker, since 1970').optional(),
    ageMs: ms('Since then').optional(),
    stale: z.literal(true).optional().describe('The value is not one of now.'),
    ...stanceShape,
    error: z.string().optional().describe('Why nothing is known of it.'),
  })
  .meta({ id: 'Snapshot' })

const answerSchema = z.object({ now: ms('Time of this answer, since 1970'), snapshots: z.array(snapshotSchema) })

const itemSchema = z.union([z.string(), z.looseObject({ symbol: z.string(), exchange: z.string() })])

const bodySchema = z.object({
  symbols: z.union([z.string(), z.array(itemSchema)]).meta({
    description: '`EXCHANGE:SYMBOL`, or objects with both.',
    examples: [['NSE:RELIANCE', 'NSE:TCS']],
  }),
  mode: modeSchema,
  depth: depthSchema,
})

const responses = {
  200: answerSchema,
  400: refusalSchema,
  401: refusalSchema,
  413: refusalSchema,
  429: refusalSchema,
} as const

/** The last values of one or many instruments. */
export function addSnapshots(api: Api, parts: PriceParts): void {
  const query = z.object({
    symbols: z.string().meta({ description: 'With commas between.', examples: ['NSE:RELIANCE,NSE:TCS'] }),
    mode: modeSchema,
    depth: depthSchema,
  })
  api.get(
    '/api/v1/snapshot',
    { schema: { operationId: 'snapshot', summary: 'Last values', querystring: query, response: responses } },
    async (request, reply) => {
      const text = await snapshotsFor(request, readWish(request.query, parts.limits), parts)
      return reply.type('application/json').send(text as never)
    },
  )
  api.post(
    '/api/v1/snapshot',
    { schema: { operationId: 'snapshots', summary: 'Last values of many', body: bodySchema, response: responses } },
    async (request, reply) => {
      const text = await snapshotsFor(request, readWish(request.body, parts.limits), parts)
      return reply.type('application/json').send(text as never)
    },
  )
}

/** The text of an answer, made in the turns of all clients: thousands are not read in one. */
function snapshotsFor(request: FastifyRequest, wish: Wish, parts: PriceParts): Promise<string> {
  const { clock, desk } = parts
  return desk.serve(request, wish.symbols.length, async hand => {
    const looked = await parts.ask(identityOf(request), wish, hand)
    const pieces = await hand.eachOf(looked, (one, nth) => {
      if (isWatched(one)) return JSON.stringify(snapshotOf(one, see(one, parts, clock.now()), wish))
      const { symbol, exchange } = wish.symbols[nth] ?? { symbol: '', exchange: '' }
      return JSON.stringify({ symbol, exchange, error: one.message, code: codeOf(one) })
    })
    return `{"now":${clock.now()},"snapshots":[${pieces.join()}]}`
  })
}

function snapshotOf({ symbol, exchange }: Watched, { data, ...seen }: Seen, wish: Wish) {
  const depth = data && wish.mode === 'DEPTH' && { depth: levelsIn(data) }
  return { symbol, exchange, ...(data && { data }), ...depth, ...seen }
}

/** Not found is only what every list that could have it was looked for in. */
const codeOf = ({ details, unlisted }: Refused): unknown =>
  details && 'code' in details ? details.code : unlisted?.length === 0 ? 'NOT_FOUND' : undefined
