import { z } from 'zod'
import type { Tickets } from '../tickets.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import { HttpRefusal, refusalSchema, retryAfter } from './refusal.ts'

const ticketSchema = z
  .object({
    ticket: z.string().describe('Opens one connection.'),
    expires_in: z.number().describe('Seconds.'),
  })
  .meta({ id: 'Ticket' })

export function addTickets(api: Api, tickets: Tickets): void {
  api.post(
    '/api/v1/tickets',
    {
      schema: {
        operationId: 'mintTicket',
        summary: 'A ticket that opens one connection',
        response: { 201: ticketSchema, 401: refusalSchema, 429: refusalSchema, 503: refusalSchema },
      },
    },
    async (request, reply) => {
      const identity = identityOf(request)
      if (identity.ticket && identity.session === undefined)
        throw new HttpRefusal(401, 'no ticket makes others: send a valid API key')
      const found = tickets.answer(identity)
      if ('status' in found)
        throw new HttpRefusal(found.status, found.error, { headers: retryAfter(found.retryAfter * 1000) })
      return reply.code(201).send({ ticket: found.ticket.reveal(), expires_in: found.expiresIn })
    },
  )
}
