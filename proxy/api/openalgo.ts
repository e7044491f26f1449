import type { FastifyReply, FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { Mode } from '../../shared/market/mode.ts'
import { isWatched } from '../lookout/lookout.ts'
import { type Fields, see } from '../lookout/sight.ts'
import type { Watched } from '../lookout/vigil.ts'
import type { Api } from './app.ts'
import type { Hand } from './desk.ts'
import { identityOf } from './identity.ts'
import { bookOf, bookSchema, quoteOf, quoteSchema } from './openalgoshapes.ts'
import type { PriceParts } from './priceparts.ts'
import { HttpRefusal } from './refusal.ts'
import { readWish } from './wish.ts'

/** What clients of OpenAlgo may ask for there, and is not served here. */
const ELSEWHERE = [
  'history intervals symbol search expiry ticker optionchain optionsymbol optiongreeks multioptiongreeks',
  'syntheticfuture funds orderbook tradebook positionbook holdings',
  'placeorder placesmartorder modifyorder cancelorder cancelallorder closeposition',
].flatMap(names => names.split(' '))
const NOT_HERE = 'is not served here: there are POST /api/v1/quotes, multiquotes and depth. No key can trade.'
const BAD_KEY = 'Invalid openalgo apikey'
const MISSING = ['Missing data for required field.']

const access = { takesBodyKey: true } as const
const apikey = z
  .string()
  .min(1)
  .max(256)
  .optional()
  .meta({ description: 'Unless it stands in the header.', examples: ['YOUR_KEY'] })
const symbol = z
  .string()
  .min(1)
  .max(100)
  .meta({ examples: ['RELIANCE'] })
const exchange = z
  .string()
  .min(1)
  .max(30)
  .meta({ examples: ['NSE'] })
const oneSchema = z.looseObject({ apikey, symbol, exchange })
const manySchema = z.looseObject({
  apikey,
  symbols: z
    .array(z.looseObject({ symbol, exchange }))
    .min(1)
    .meta({ examples: [[{ symbol: 'RELIANCE', exchange: 'NSE' }]] }),
})
const success = z.literal('success')
const resultSchema = z.object({ symbol, exchange, data: quoteSchema.optional(), error: z.string().optional() })
const errorSchema = z.object({
  status: z.literal('error'),
  message: z.union([z.string(), z.record(z.string(), z.array(z.string()))]).describe('By field, where one is wrong.'),
  invalid_symbols: z.array(resultSchema).optional(),
})
const errors = { 400: errorSchema, 403: errorSchema, 500: errorSchema }

/**
 * Quotes and depth as OpenAlgo serves them over HTTP, so that its libraries find them here. What a source does not say is 0
 * there, and here; a value that is not of now is an error, for there is no field that could say so.
 */
export function addOpenAlgo(api: Api, parts: PriceParts): void {
  api.register(async scope => {
    scope.setErrorHandler(tell)
    addRoutes(scope.withTypeProvider<ZodTypeProvider>() as unknown as Api, parts)
  })
}

function addRoutes(api: Api, parts: PriceParts): void {
  const config = { access }
  const about = (operationId: string, summary: string) => ({ operationId, summary, tags: ['OpenAlgo'] })
  const one = { ...about('openalgoQuotes', 'A quote'), body: oneSchema }
  api.post(
    '/api/v1/quotes',
    { config, schema: { ...one, response: { 200: z.object({ status: success, data: quoteSchema }), ...errors } } },
    async request => {
      const data = quoteOf(await fieldsFor(request, request.body, 'QUOTE', parts))
      return { status: 'success' as const, data }
    },
  )
  const book = { ...about('openalgoDepth', 'A book of 5 levels'), body: oneSchema }
  api.post(
    '/api/v1/depth',
    { config, schema: { ...book, response: { 200: z.object({ status: success, data: bookSchema }), ...errors } } },
    async request => {
      const data = bookOf(await fieldsFor(request, request.body, 'DEPTH', parts))
      return { status: 'success' as const, data }
    },
  )
  const many = { ...about('openalgoMultiquotes', 'Many quotes'), body: manySchema }
  const results = z.object({ status: success, results: z.array(resultSchema) })
  api.post(
    '/api/v1/multiquotes',
    { config, schema: { ...many, response: { 200: results, ...errors } } },
    async (request, reply) => {
      const { symbols } = request.body
      const { looked, found } = await parts.desk.serve(request, symbols.length, async hand => {
        const looked = await lookAt(request, { symbols, mode: 'QUOTE' }, parts, hand)
        const found = await hand.eachOf(looked, (one, nth): z.infer<typeof resultSchema> => {
          const { symbol = '', exchange = '' } = symbols[nth] ?? {}
          const fields = isWatched(one) ? goodFields(one, parts) : one.message
          return { symbol, exchange, ...(typeof fields === 'string' ? { error: fields } : { data: quoteOf(fields) }) }
        })
        return { looked, found }
      })
      if (looked.some(isWatched)) return { status: 'success' as const, results: found }
      const message = found[0]?.error ?? 'No valid symbols provided'
      return reply.code(400).send({ status: 'error', message, invalid_symbols: found })
    },
  )
  for (const name of ELSEWHERE)
    api.post(`/api/v1/${name}`, { config: { access: { isOpen: true } }, schema: { hide: true } }, (_, reply) =>
      reply.code(404).send({ status: 'error', message: `${name} ${NOT_HERE}` }),
    )
}

interface Named {
  readonly symbol: string
  readonly exchange: string
}

function lookAt(
  request: FastifyRequest,
  { symbols, mode }: { readonly symbols: readonly Named[]; readonly mode: Mode },
  parts: PriceParts,
  hand: Hand,
) {
  const named = symbols.map(({ symbol, exchange }) => ({ symbol, exchange: exchange.toUpperCase() }))
  const wish = readWish({ symbols: named, mode: mode.toLowerCase(), depth: 5 }, parts.limits)
  return parts.ask(identityOf(request), wish, hand)
}

async function fieldsFor(request: FastifyRequest, named: Named, mode: Mode, parts: PriceParts): Promise<Fields> {
  const look = (hand: Hand) => lookAt(request, { symbols: [named], mode }, parts, hand)
  const [one] = await parts.desk.serve(request, 1, look)
  if (!one || !isWatched(one)) throw new HttpRefusal(400, one?.message ?? '')
  const fields = goodFields(one, parts)
  if (typeof fields === 'string') throw new HttpRefusal(500, fields)
  return fields
}

/** A value that may be taken for one of now, or why there is none. */
function goodFields(one: Watched, parts: PriceParts): Fields | string {
  const { data, state, reason, ageMs } = see(one, parts, parts.clock.now())
  if (data && parts.hub.gallery.look(one.channel)?.isGood) return data
  const last = ageMs === undefined ? '' : `; the last value is ${Math.round(ageMs / 1000)} s old`
  const why = reason === undefined ? state : `${state}, ${reason}`
  return `${one.exchange}:${one.symbol} has no price of now: ${why}${last}`
}

/** Every refusal in the shape of OpenAlgo, with its numbers. */
function tell(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const say = (status: number, message: unknown) => reply.code(status).send({ status: 'error', message })
  if (hasZodFastifySchemaValidationErrors(error)) {
    const fields = error.validation.map(({ instancePath, message = '' }) => {
      const [, name = 'body'] = instancePath.split('/')
      const isMissing = !Object.hasOwn((request.body ?? {}) as object, name)
      return [name, isMissing ? MISSING : [message]] as const
    })
    return say(400, Object.fromEntries(fields))
  }
  if (error instanceof HttpRefusal) {
    reply.headers(error.headers)
    if (error.status !== 401) return say(error.status, error.message)
    const isShown =
      request.headers.authorization !== undefined || Object.hasOwn((request.body ?? {}) as object, 'apikey')
    return isShown ? say(403, BAD_KEY) : say(400, { apikey: MISSING })
  }
  throw error
}
