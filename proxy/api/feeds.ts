import { z } from 'zod'
import { FEED_LABELS, FEED_STATES } from '../../shared/control.ts'
import type { Identity } from '../access.ts'
import type { FeedView } from '../feeds.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import { refusalSchema } from './refusal.ts'

export interface FeedParts {
  readonly feedsOf: (identity: Identity) => readonly FeedView[]
  /** Of all users, for who runs the system. */
  readonly feeds: { views(): readonly FeedView[] }
}

const used = z.object({ used: z.number(), limit: z.number() })

const feedSchema = z
  .object({
    name: z.string(),
    broker: z.string(),
    external: z.boolean().describe('A program of somebody else publishes it: less is known of it.'),
    state: z.enum(FEED_STATES),
    reason: z.string().optional().describe('Why it is not live.'),
    since: z.number().describe('When that began.'),
    reconnects: z.number().describe('How often it came back after it could give nothing, since the proxy began.'),
    label: z.enum(FEED_LABELS).optional().describe('What kind of prices it gives.'),
    modes: z.array(z.string()).optional(),
    lastTickAt: z.number().optional(),
    tokenExpiresAt: z.number().optional().describe('When the broker ends its session.'),
    startedAt: z.number().optional().describe('When its process began.'),
    ticks: z.number().optional().describe('Since then.'),
    dropped: z.object({ late: z.number(), invalid: z.number(), unknown: z.number() }).optional(),
    wanted: z.number().optional().describe('Instruments that somebody wants of it.'),
    confirmed: z.number().optional().describe('Those of them that its broker confirmed.'),
    rejected: z.number().optional().describe('Those that its broker does not give.'),
    connections: z.object({ open: z.number(), needed: z.number() }).optional(),
    limits: z.object({ instruments: used, books: used.optional() }).optional().describe('Of what the broker allows.'),
    rest: z.object({ reason: z.string(), until: z.number() }).optional().describe('It dials nothing before then.'),
  })
  .meta({ id: 'Feed' })

/** Where prices come from, and how that stands. */
export function addFeeds(api: Api, { feedsOf, feeds }: FeedParts): void {
  api.get(
    '/api/v1/feeds',
    {
      schema: {
        operationId: 'feeds',
        summary: 'The feeds that the key takes its prices from, the first in front',
        response: { 200: z.object({ feeds: z.array(feedSchema) }), 401: refusalSchema },
      },
    },
    async request => {
      const identity = identityOf(request)
      const views = identity.ticket ? feeds.views() : feedsOf(identity)
      return { feeds: views.map(toFeed) }
    },
  )
}

function toFeed({ name, broker, external, state, reason, since, returns, label, modes, lastTickAt, status }: FeedView) {
  const { epoch, ticks, dropped, wanted, confirmed, rejected, connections, limits, tokenExpiresAt, rest } = status ?? {}
  const feed = { name, broker, external, state, since, reconnects: returns }
  const told = { reason, label, modes: modes && [...modes], lastTickAt, tokenExpiresAt, startedAt: epoch }
  // What is not there is left out of the JSON.
  return { ...feed, ...told, ticks, dropped, wanted, confirmed, rejected, connections, limits, rest } as z.infer<
    typeof feedSchema
  >
}
