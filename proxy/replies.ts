import type { Mode } from '../shared/market/mode.ts'
import type { Delivery } from './delivery.ts'
import { type Features, featureNames } from './features.ts'
import { MODE_LABELS } from './mode.ts'
import type { Refusal, RequestId } from './protocol.ts'

/**
 * Server frames of the client protocol (3.1–3.3, 3.9) as compact JSON. Key order is part of the protocol: one known
 * client takes the first `"symbol":` it finds. A field that is `undefined` is absent.
 */

export interface SubscribeResult {
  readonly symbol: string
  readonly exchange: string
  readonly broker: string
  readonly outcome:
    | {
        readonly ok: true
        readonly mode: Mode
        readonly depth: number
        /** For an item that asked for one. */
        readonly delivery?: Delivery
        /** For an item that said where it was: whether everything since then follows. */
        readonly recovered?: boolean
      }
    | {
        readonly ok: false
        readonly message: string
        /** More fields, for what a limit refused. */
        readonly details?: object
      }
}

export interface UnsubscribeResult {
  readonly symbol: string
  readonly exchange: string
  readonly broker: string
  /** Why it failed; absent for success. */
  readonly failure?: string
}

/** Adds the echoed id, which is JSON text already, as the last key. */
function reply(fields: object, requestId?: RequestId): string {
  const text = JSON.stringify(fields)
  return requestId === undefined ? text : `${text.slice(0, -1)},"request_id":${requestId}}`
}

/** `features` for a client that asked for some; it is told what it may take, too. */
export const authReply = (
  broker: string,
  userId: string,
  requestId: RequestId,
  features?: Features,
  limits?: object,
): string =>
  reply(
    {
      type: 'auth',
      status: 'success',
      message: 'Authentication successful',
      broker,
      user_id: userId,
      supported_features: { ltp: true, quote: true, depth: true },
      features: features && featureNames(features),
      limits: features && limits,
    },
    requestId,
  )

/** Without `type`: a client that meets one waits 15 s for something else. */
export const errorReply = ({ code, message, details }: Refusal, requestId?: RequestId): string =>
  reply({ status: 'error', code, message, ...details }, requestId)

export function subscribeReply(results: readonly SubscribeResult[], broker: string, requestId: RequestId): string {
  const subscriptions = results.map(subscription)
  const status = results.every(result => result.outcome.ok) ? 'success' : 'partial'
  const message = 'Subscription processing complete'
  return reply({ type: 'subscribe', status, subscriptions, message, broker }, requestId)
}

function subscription({ symbol, exchange, broker, outcome }: SubscribeResult): object {
  if (!outcome.ok) return { symbol, exchange, status: 'error', message: outcome.message, broker, ...outcome.details }
  const { depth, delivery, recovered } = outcome
  const mode = MODE_LABELS[outcome.mode]
  const { policy, intervalMs, fields } = delivery ?? {}
  const asked = { policy, interval_ms: intervalMs, fields, recovered }
  return { symbol, exchange, status: 'success', mode, depth, broker, ...asked }
}

export function unsubscribeReply(results: readonly UnsubscribeResult[], broker: string, requestId: RequestId): string {
  const successful = results
    .filter(one => one.failure === undefined)
    .map(({ symbol, exchange, broker }) => ({ symbol, exchange, status: 'success', broker }))
  const failed = results
    .filter(one => one.failure !== undefined)
    .map(({ symbol, exchange, broker, failure }) => ({ symbol, exchange, status: 'error', message: failure, broker }))
  const status = failed.length === 0 ? 'success' : successful.length > 0 ? 'partial' : 'error'
  const message = 'Unsubscription processing complete'
  return reply({ type: 'unsubscribe', status, message, successful, failed, broker }, requestId)
}

export const ordersReply = (action: 'subscribe_orders' | 'unsubscribe_orders', requestId: RequestId): string =>
  reply(
    {
      type: action,
      status: 'success',
      message: action === 'subscribe_orders' ? 'Subscribed to order updates' : 'Unsubscribed from order updates',
    },
    requestId,
  )

export const brokerInfoReply = (broker: string, connected: boolean, userId: string, requestId: RequestId): string =>
  reply(
    {
      type: 'broker_info',
      status: 'success',
      broker,
      adapter_status: connected ? 'connected' : 'disconnected',
      user_id: userId,
    },
    requestId,
  )

export const supportedBrokersReply = (brokers: readonly string[], requestId: RequestId): string =>
  reply({ type: 'supported_brokers', status: 'success', brokers, count: brokers.length }, requestId)

/** `timestamp` and `pingId` are JSON texts as the client wrote them. */
export function pongReply(
  now: number,
  timestamp: string | undefined,
  pingId: string | undefined,
  requestId: RequestId,
): string {
  let text = `{"type":"pong","status":"success","server_timestamp":${now}`
  if (timestamp !== undefined) text += `,"client_timestamp":${timestamp}`
  if (pingId !== undefined) text += `,"_pingId":${pingId}`
  if (requestId !== undefined) text += `,"request_id":${requestId}`
  return `${text}}`
}
