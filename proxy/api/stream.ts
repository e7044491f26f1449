import { z } from 'zod'
import type { Refusal } from '../protocol.ts'
import type { Server } from '../server.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import { HttpRefusal, refusalSchema, retryAfter } from './refusal.ts'
import { featuresOf, messagesOf, STREAM_PATH, streamQuery } from './streamwish.ts'

interface StreamRooms {
  readonly server: Pick<Server, 'stream'>
  readonly limits: { readonly maxSymbolsPerMessage: number }
}

const RETRY_MS = 5000

/** The WebSocket's messages for who can do no WebSocket: events over HTTP. */
export function addStream(api: Api, { server, limits }: StreamRooms): void {
  api.get(
    STREAM_PATH,
    {
      exposeHeadRoute: false,
      config: { access: { takesTicket: true } },
      schema: {
        operationId: 'readStream',
        summary: 'Live prices as server-sent events',
        description:
          'Each event is `data:` and the JSON text of one message of the WebSocket: the replies first, then frames. ' +
          '`event: close` says why the server ends it.',
        produces: ['text/event-stream'],
        querystring: streamQuery,
        response: { 200: z.string(), 400: refusalSchema, 401: refusalSchema, 429: refusalSchema, 503: refusalSchema },
      },
    },
    async (request, reply) => {
      const messages = messagesOf(request.query, limits.maxSymbolsPerMessage)
      const wish = { identity: identityOf(request), features: featuresOf(request.query), messages }
      const line = { response: reply.raw, headers: reply.getHeaders() }
      const refusal = await server.stream(request.raw, line, wish)
      if (refusal) throw refused(refusal)
      return reply.hijack()
    },
  )
}

function refused({ code, message }: Refusal): HttpRefusal {
  const status = code === 'LIMIT_REACHED' ? 429 : 503
  return new HttpRefusal(status, message, { code, headers: retryAfter(RETRY_MS) })
}
