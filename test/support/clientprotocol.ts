/** Replies of the client protocol as objects whose keys stand in the order of the wire. */

interface Named {
  readonly symbol: string
  readonly exchange: string
}

const BROKER = 'testbroker'

const withId = (reply: object, id: unknown): object => (id === undefined ? reply : { ...reply, request_id: id })

/** An item of a subscribe reply that succeeded. */
export const held = ({ symbol, exchange }: Named, mode: 'LTP' | 'Quote' | 'Depth', depth = 5): object => ({
  symbol,
  exchange,
  status: 'success',
  mode,
  depth,
  broker: BROKER,
})

/** An item of an unsubscribe reply that succeeded. */
export const unheld = ({ symbol, exchange }: Named): object => ({ symbol, exchange, status: 'success', broker: BROKER })

export const failed = (symbol: string, exchange: string, message: string): object => ({
  symbol,
  exchange,
  status: 'error',
  message,
  broker: BROKER,
})

const hasFailure = (items: readonly object[]) => items.some(item => 'message' in item)

export const subscribed = (subscriptions: readonly object[], id?: unknown): object =>
  withId(
    {
      type: 'subscribe',
      status: hasFailure(subscriptions) ? 'partial' : 'success',
      subscriptions,
      message: 'Subscription processing complete',
      broker: BROKER,
    },
    id,
  )

export const unsubscribed = (successful: readonly object[], failures: readonly object[] = [], id?: unknown): object => {
  const status = failures.length === 0 ? 'success' : successful.length > 0 ? 'partial' : 'error'
  const message = 'Unsubscription processing complete'
  return withId({ type: 'unsubscribe', status, message, successful, failed: failures, broker: BROKER }, id)
}

/** An error frame: never with a `type`. */
export const refusal = (code: string, message: string, id?: unknown): object =>
  withId({ status: 'error', code, message }, id)

export const welcome = (id?: unknown): object =>
  withId(
    {
      type: 'auth',
      status: 'success',
      message: 'Authentication successful',
      broker: BROKER,
      user_id: 'alice',
      supported_features: { ltp: true, quote: true, depth: true },
    },
    id,
  )
