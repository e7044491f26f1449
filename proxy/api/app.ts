import type { IncomingMessage, ServerResponse } from 'node:http'
import cors from '@fastify/cors'
import swagger from '@fastify/swagger'
import fastify, {
  type FastifyBaseLogger,
  type FastifyContextConfig,
  type FastifyInstance,
  type FastifyReply,
  type RawServerDefault,
} from 'fastify'
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod'
import type { Log } from '../../shared/log.ts'
import { type DoorRules, isWelcome } from '../handshake.ts'
import { BODY_LIMIT, readBody } from './body.ts'
import { refusalOf } from './failure.ts'
import type { Doorkeeper } from './identity.ts'
import { Missing } from './missing.ts'
import type { HttpRefusal } from './refusal.ts'

/** What resources are added to. */
export type Api = FastifyInstance<RawServerDefault, IncomingMessage, ServerResponse, FastifyBaseLogger, ZodTypeProvider>

export interface AppParts {
  readonly log: Log
  readonly doorkeeper: Doorkeeper
  /** Which pages of other sites may ask. */
  readonly rules: Pick<DoorRules, 'origins' | 'isNear'>
  /** Of the program. */
  readonly version: string
}

/** Nothing goes by cookies. */
const CORS = {
  methods: ['GET', 'HEAD', 'POST', 'DELETE'],
  allowedHeaders: ['authorization', 'content-type', 'x-api-key', 'last-event-id'],
  exposedHeaders: ['retry-after'],
  credentials: false,
  maxAge: 600,
}
const JSON_TYPE = 'application/json'

/** The HTTP side before it has any resource. Nothing listens here: the door hands requests over. */
export async function createApp({ log, doorkeeper, rules, version }: AppParts): Promise<Api> {
  const missing = new Missing()
  const app = fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    exposeHeadRoutes: true,
    // An address that cannot be decoded is one where nothing is.
    frameworkErrors: (_, request, reply: FastifyReply) => {
      try {
        missing.answer(request, reply)
      } catch (error) {
        tell(reply, refusalOf(error, request, log))
      }
    },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  // What is answered is made here, and has its shape from the compiler: looking again would hold up the prices.
  app.setSerializerCompiler(() => value => JSON.stringify(value))
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', readBody)
  app.setErrorHandler((error, request, reply) => tell(reply, refusalOf(error, request, log)))
  app.setNotFoundHandler(missing.answer)
  app.addHook('onRoute', ({ method, url }) => missing.add(method, url))
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Tickwire', version, description: 'Market data of your own broker accounts, over HTTP.' },
      components: { securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
    },
    transform: withSecurity,
    transformObject: jsonSchemaTransformObject,
  })
  // Before anybody is asked for a key: a browser asks first whether it may.
  await app.register(cors, {
    delegator: ({ headers: { origin, host = '' } }, answer) => {
      const isAllowed = origin !== undefined && isWelcome(origin, host, rules)
      answer(null, { ...CORS, origin: isAllowed })
    },
  })
  app.addHook('onRequest', doorkeeper.atHead)
  app.addHook('preValidation', doorkeeper.atBody)
  app.addHook('onSend', async (_, reply, payload) => {
    if (typeof payload !== 'string' || !String(reply.getHeader('content-type')).startsWith(JSON_TYPE)) return payload
    // One line for each answer, as a terminal shows it.
    reply.header('content-type', JSON_TYPE)
    return `${payload}\n`
  })
  return app
}

/** What a route says of who may ask, as the document says it. */
const withSecurity: typeof jsonSchemaTransform = input => {
  const { access = {} } = (input as { route?: { config?: FastifyContextConfig } }).route?.config ?? {}
  const { schema, url } = jsonSchemaTransform(input)
  return { schema: access.isOpen ? schema : { security: [{ key: [] }], ...schema }, url }
}

const tell = (reply: FastifyReply, { status, message, code, headers }: HttpRefusal): FastifyReply =>
  reply.code(status).headers(headers).send({ error: message, code })
