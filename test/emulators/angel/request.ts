import { z } from 'zod'
import { type AngelMode, keyText } from './packet.ts'

/** By `1|2885`: in which modes an instrument is subscribed. */
export type Subscriptions = Map<string, Set<AngelMode>>

/** An instrument in a mode. */
export interface Pair {
  readonly key: string
  readonly mode: AngelMode
}

/** An error as it is answered, in text. */
export interface AngelError {
  readonly correlationID: string
  readonly errorCode: 'E1001' | 'E1002'
  readonly errorMessage: string
}

/** Tokens are texts: a number is not understood. */
const shape = z.looseObject({
  correlationID: z.string().optional(),
  action: z.literal([0, 1]),
  params: z.looseObject({
    mode: z.literal([1, 2, 3, 4]),
    tokenList: z
      .array(z.looseObject({ exchangeType: z.literal([1, 2, 3, 4, 5, 7, 13]), tokens: z.array(z.string()).min(1) }))
      .min(1),
  }),
})

const named = z.looseObject({ correlationID: z.string() })

export const countOf = (subscriptions: Subscriptions): number =>
  [...subscriptions.values()].reduce((sum, modes) => sum + modes.size, 0)

/**
 * Does what a request asks, all of it or nothing: gives the pairs that are new, or the error. Duplicates do not count, and
 * what is not there is not missed.
 */
export function apply(
  subscriptions: Subscriptions,
  request: unknown,
  limits: { readonly pairs: number; readonly books: number },
): readonly Pair[] | AngelError {
  const parsed = shape.safeParse(request)
  const name = named.safeParse(request).data?.correlationID ?? ''
  const invalid: AngelError = { correlationID: name, errorCode: 'E1001', errorMessage: 'Invalid Request Payload.' }
  if (!parsed.success) return invalid
  const { action, params } = parsed.data
  const { mode, tokenList } = params
  // Deep books are of the cash market of the NSE alone.
  if (mode === 4 && tokenList.some(({ exchangeType }) => exchangeType !== 1)) return invalid
  const keys = tokenList.flatMap(({ exchangeType, tokens }) =>
    tokens.map(token => keyText({ segment: exchangeType, token })),
  )
  if (action === 0) {
    for (const key of keys) {
      const modes = subscriptions.get(key)
      modes?.delete(mode)
      if (modes?.size === 0) subscriptions.delete(key)
    }
    return []
  }
  const fresh = [...new Set(keys)].filter(key => !subscriptions.get(key)?.has(mode))
  const books = [...subscriptions.values()].filter(modes => modes.has(4)).length
  if (countOf(subscriptions) + fresh.length > limits.pairs || (mode === 4 && books + fresh.length > limits.books))
    return {
      correlationID: name,
      errorCode: 'E1002',
      errorMessage: 'Invalid Request. Subscription Limit Exceeded.',
    }
  for (const key of fresh) {
    const modes = subscriptions.get(key)
    if (modes) modes.add(mode)
    else subscriptions.set(key, new Set([mode]))
  }
  return fresh.map(key => ({ key, mode }))
}
