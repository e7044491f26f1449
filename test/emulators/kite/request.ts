import { isMode, type KiteMode } from './mode.ts'

/** What a request did to a connection's subscriptions. */
export interface Effect {
  /** To be sent a packet of their mode. */
  readonly touched: readonly number[]
  /** Beyond the limit. */
  readonly refused: number
}

const NOTHING: Effect = { touched: [], refused: 0 }

/**
 * Applies a text frame of the client ("Kite Connect 3 documentation, WebSocket streaming"): `{"a": …, "v": …}`. As with
 * Kite, nothing is acknowledged and nothing is complained of but the limit: tokens that are no numbers, unknown words
 * and modes of tokens that are not subscribed have no effect. A subscription begins as `quote`, also one that was there.
 */
export function apply(subscribed: Map<number, KiteMode>, request: unknown, limit: number): Effect {
  if (typeof request !== 'object' || request === null || !('a' in request) || !('v' in request)) return NOTHING
  const { a: action, v: value } = request
  switch (action) {
    case 'subscribe':
      return subscribe(subscribed, tokensOf(value), limit)
    case 'unsubscribe':
      for (const token of tokensOf(value)) subscribed.delete(token)
      return NOTHING
    case 'mode': {
      const [mode, list] = Array.isArray(value) ? value : []
      if (!isMode(mode)) return NOTHING
      const touched = tokensOf(list).filter(token => subscribed.has(token))
      for (const token of touched) subscribed.set(token, mode)
      return { touched, refused: 0 }
    }
    default:
      return NOTHING
  }
}

function subscribe(subscribed: Map<number, KiteMode>, tokens: readonly number[], limit: number): Effect {
  const touched: number[] = []
  let refused = 0
  for (const token of tokens)
    if (subscribed.has(token) || subscribed.size < limit) {
      subscribed.set(token, 'quote')
      touched.push(token)
    } else refused++
  return { touched, refused }
}

const tokensOf = (value: unknown): number[] =>
  Array.isArray(value) ? value.filter((one): one is number => Number.isInteger(one)) : []
