import { z } from 'zod'
import type { Access, Identity } from '../access.ts'
import type { FeedView } from '../feeds.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import { refusalSchema } from './refusal.ts'

export interface WhoamiParts {
  readonly access: Pick<Access, 'describe'>
  readonly feedsOf: (identity: Identity) => readonly FeedView[]
  readonly limits: z.infer<typeof limitsSchema>
}

const limitsSchema = z.object({
  connectionsPerKey: z.number(),
  connectionsPerUser: z.number(),
  symbolsPerConnection: z.number(),
  symbolsPerKey: z.number(),
  messagesPerSecond: z.number(),
  requestsPerSecond: z.number(),
})

const whoamiSchema = z
  .object({
    userId: z.string(),
    keyId: z.string(),
    label: z.string(),
    scopes: z.array(z.string()).describe('What it may do besides reading prices.'),
    bounds: z.looseObject({}).optional().describe('What its key is bound to; absent: nothing.'),
    feeds: z.array(z.string()).describe('Where its prices come from, the first in front.'),
    limits: limitsSchema.describe('What the configuration allows; bounds of the key go below.'),
    expiresAt: z.number().optional().describe('Milliseconds since 1970; absent: it does not end by itself.'),
  })
  .meta({ id: 'Whoami' })

export function addWhoami(api: Api, { access, feedsOf, limits }: WhoamiParts): void {
  // Of all settings only those that bound whoever asks.
  const names = Object.keys(limitsSchema.shape) as (keyof typeof limits)[]
  const told = Object.fromEntries(names.map(name => [name, limits[name]])) as typeof limits
  api.get(
    '/api/v1/whoami',
    {
      schema: {
        operationId: 'whoami',
        summary: 'Whose key this is, and what it may do',
        response: { 200: whoamiSchema, 401: refusalSchema },
      },
    },
    async request => {
      const identity = identityOf(request)
      const { label, scopes, bounds, expiresAt } = access.describe(identity)
      return {
        userId: identity.userId,
        keyId: identity.keyId,
        label,
        scopes: [...scopes],
        ...(bounds && { bounds: { ...bounds } }),
        feeds: feedsOf(identity).map(({ name }) => name),
        limits: told,
        ...(expiresAt !== undefined && { expiresAt }),
      }
    },
  )
}
