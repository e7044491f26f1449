import { z } from 'zod'
import { isWatched } from '../lookout/lookout.ts'
import { see } from '../lookout/sight.ts'
import type { Api } from './app.ts'
import { identityOf } from './identity.ts'
import type { PriceParts } from './priceparts.ts'
import { refusalSchema } from './refusal.ts'
import { readWish } from './wish.ts'

const USUAL = 'NSE'

const priceSchema = z.object({
  price: z.number().optional(),
  status: z.string().describe('`live`, or what is wrong: the words of the states, `stale`, or `error`.'),
  ageMs: z.number().optional(),
  reason: z.string().optional(),
})

/** Prices by name, as a spreadsheet likes them. */
export function addStocks(api: Api, parts: PriceParts): void {
  const symbols = z
    .string()
    .meta({ description: 'With commas between; a symbol without an exchange is of NSE.', examples: ['RELIANCE,TCS'] })
  api.get(
    '/api/stocks',
    {
      schema: {
        operationId: 'stocks',
        summary: 'Prices by name',
        querystring: z.object({ symbols }),
        response: {
          200: z.record(z.string(), priceSchema),
          400: refusalSchema,
          401: refusalSchema,
          429: refusalSchema,
        },
      },
    },
    async request => {
      const names = request.query.symbols.split(',').map(text => text.trim())
      const named = names.map(name => (name.includes(':') ? name : `${USUAL}:${name}`))
      const wish = readWish({ symbols: named, mode: 'ltp', depth: 5 }, parts.limits)
      return parts.desk.serve(request, named.length, async hand => {
        const looked = await parts.ask(identityOf(request), wish, hand)
        const prices = await hand.eachOf(looked, (one, nth) => {
          const name = named[nth] ?? ''
          if (!isWatched(one)) return [name, { status: 'error', reason: one.message }] as const
          const { data, state, stale, ageMs, reason } = see(one, parts, parts.clock.now())
          const price = typeof data?.ltp === 'number' ? { price: data.ltp } : {}
          // A value that is not of now is never shown as live.
          const status = stale && state === 'live' ? 'stale' : state
          return [name, { ...price, status, ...(ageMs !== undefined && { ageMs }), ...(reason && { reason }) }] as const
        })
        return Object.fromEntries(prices)
      })
    },
  )
}
