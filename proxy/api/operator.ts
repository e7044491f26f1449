import { z } from 'zod'
import type { Access } from '../access.ts'
import type { ClientView } from '../clientlist.ts'
import type { Whole } from '../whole.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import { HttpRefusal, refusalSchema } from './refusal.ts'
import type { StatusOf } from './status.ts'

export interface OperatorParts {
  readonly access: Pick<Access, 'ownerOf'>
  readonly whole: () => Promise<Whole>
  readonly statusOf: StatusOf
}

const client = z.object({
  id: z.string(),
  kind: z.enum(['websocket', 'events']),
  address: z.string(),
  userId: z.string().optional(),
  keyId: z.string().optional(),
  since: z.number().describe('Milliseconds since 1970.'),
  isExtended: z.boolean(),
  subscriptions: z.number(),
  waitingBytes: z.number(),
  delivered: z.number(),
  folded: z.number(),
  lost: z.number(),
  messages: z.number(),
  lagMs: z.number().optional().describe('From the last ping to its answer.'),
})

const operatorSchema = z
  .looseObject({
    proxy: z.looseObject({ id: z.string(), startedAt: z.number(), busConnected: z.boolean(), topics: z.number() }),
    feeds: z.array(z.looseObject({ name: z.string(), broker: z.string(), state: z.string() })),
    clientList: z.array(client).describe('Of each process 100 at most, those for whom most waits.'),
    moreClients: z.number(),
    now: z.number(),
  })
  .meta({ id: 'Operator' })

/** What the status tells, of all users, and the clients one by one: for who runs the system. */
export function addOperator(api: Api, { access, whole, statusOf }: OperatorParts): void {
  const named = (one: ClientView) => {
    const userId = one.keyId === undefined ? undefined : access.ownerOf(one.keyId)
    return { ...one, ...(userId !== undefined && { userId }) }
  }
  api.get(
    '/api/v1/operator',
    {
      config: { access: { scope: 'admin' } },
      schema: {
        operationId: 'operator',
        summary: 'Everything of this system: feeds of all users, clients one by one, bus, processes',
        response: { 200: operatorSchema, 401: refusalSchema, 403: refusalSchema },
      },
    },
    async request => {
      const [status, { clientList, clients }] = await Promise.all([
        statusOf(identityOf(request), { which: 'troubled' }),
        whole(),
      ])
      if (typeof status === 'string') throw new HttpRefusal(404, status)
      const moreClients = Math.max(0, (clients.clients ?? 0) - clientList.length)
      return { ...(status as z.infer<typeof operatorSchema>), clientList: clientList.map(named), moreClients }
    },
  )
}
