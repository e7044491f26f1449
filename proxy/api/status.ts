import { z } from 'zod'
import type { Identity } from '../access.ts'
import type { CensusWish } from '../census.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import { HttpRefusal, refusalSchema } from './refusal.ts'

/** What of the status is asked for; `feed`: only this one. */
export interface StatusWish extends CensusWish {
  readonly feed?: string | undefined
}

/** The status as one user may see it, or a text that says what is wrong with the wish. */
export type StatusOf = (identity: Identity, wish: StatusWish) => Promise<object | string>

const wish = z.object({
  instruments: z
    .enum(['troubled', 'all'], { error: 'use instruments=all or leave it out' })
    .default('troubled')
    .describe('Which instruments are listed one by one: those in trouble, or all.'),
  feed: z.string().optional().describe('Only this feed.'),
  symbol: z.string().optional().describe('Only this instrument: SYMBOL or EXCHANGE:SYMBOL.'),
})

/** Its own words for the rest: what is counted grows with the program. */
const statusSchema = z
  .looseObject({
    proxy: z.looseObject({ id: z.string(), startedAt: z.number(), busConnected: z.boolean(), topics: z.number() }),
    feeds: z.array(z.looseObject({ name: z.string(), broker: z.string(), state: z.string() })),
    now: z.number(),
  })
  .meta({ id: 'Status' })

const PATHS = ['/api/v1/status', '/status', '/api/status'] as const

export function addStatus(api: Api, statusOf: StatusOf): void {
  for (const path of PATHS)
    api.get(
      path,
      {
        schema: {
          operationId: 'status',
          hide: path !== PATHS[0],
          summary: 'The proxy, its feeds and how their instruments stand',
          querystring: wish,
          response: { 200: statusSchema, 401: refusalSchema, 404: refusalSchema },
        },
      },
      async request => {
        const { instruments, feed, symbol } = request.query
        const status = await statusOf(identityOf(request), { which: instruments, feed, symbol })
        if (typeof status === 'string') throw new HttpRefusal(404, status)
        return status as z.infer<typeof statusSchema>
      },
    )
}
