import { z } from 'zod'
import { SESSIONS_PER_MINUTE, type Sessions } from '../sessions.ts'
import { addressOf } from '../visitor.ts'
import type { Api } from './app.ts'
import { bearerOf, type Doorkeeper, identityOf, NO_KEY } from './identity.ts'
import { HttpRefusal, refusalSchema, retryAfter } from './refusal.ts'

interface SessionParts {
  readonly sessions: Sessions
  readonly doorkeeper: Doorkeeper
}

const PATH = '/api/v1/session'

const RENEWAL =
  'this ticket came from a session: it opens a connection or a stream, and starts no other session; send a key or a ticket of a key'

const sessionSchema = z
  .object({
    session: z.string().describe('Send it as "Authorization: Bearer SESSION".'),
    expiresIn: z.number().describe('Seconds.'),
    admin: z.boolean().describe('Whether it may see and tend the whole proxy.'),
    userId: z.string(),
    keyId: z.string().optional().describe('The key it follows; absent: it is that of whoever runs this proxy.'),
  })
  .meta({ id: 'Session' })

/** Pages trade a key or a ticket for something that may stand in the storage of one tab. */
export function addSession(api: Api, { sessions, doorkeeper }: SessionParts): void {
  api.post(
    PATH,
    {
      // By itself: a ticket, which no other request takes, is good here.
      config: { access: { isOpen: true } },
      schema: {
        operationId: 'startSession',
        summary: 'A session for a page, by a key or by a ticket, which is used up',
        security: [{ key: [] }],
        response: {
          201: sessionSchema,
          401: refusalSchema,
          403: refusalSchema,
          429: refusalSchema,
          503: refusalSchema,
        },
      },
    },
    async (request, reply) => {
      const key = bearerOf(request)
      if (key === undefined) throw new HttpRefusal(401, NO_KEY)
      const address = addressOf(request.raw)
      const started = sessions.start(key, address)
      if (!started) throw await doorkeeper.badKey(address)
      if (started === 'renewal') throw new HttpRefusal(403, RENEWAL)
      if ('waitMs' in started)
        throw new HttpRefusal(429, `more than ${SESSIONS_PER_MINUTE} sessions a minute of one key`, {
          headers: retryAfter(started.waitMs),
        })
      const { session, expiresIn, isAdmin, identity } = started
      const { userId, keyId, ticket } = identity
      const named = { session: session.reveal(), expiresIn, admin: isAdmin, userId }
      return reply.code(201).send({ ...named, ...(!ticket && { keyId }) })
    },
  )
  api.delete(
    PATH,
    {
      schema: {
        operationId: 'endSession',
        summary: 'Ends the session that asks',
        response: { 204: z.null().describe('It is over.'), 400: refusalSchema, 401: refusalSchema },
      },
    },
    async (request, reply) => {
      if (!sessions.end(identityOf(request)))
        throw new HttpRefusal(400, 'this is a key, no session: tickwire key revoke ID ends a key')
      return reply.code(204).send(null)
    },
  )
}
