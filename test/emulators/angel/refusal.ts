import type { Reply } from '../kit/rest.ts'
import type { Refusal } from '../kit/stream.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

/** An answer as it should be, or whatever differs from one. */
export const succeeded = (data: unknown, instead?: object): Reply => ({
  status: 200,
  headers: JSON_TYPE,
  body: JSON.stringify(instead ? { ...instead, data } : { status: true, message: 'SUCCESS', errorcode: '', data }),
})

/** A failure in the first of Angel One's two shapes, with HTTP 200 unless told. */
export const failed = (errorcode: string, message: string, status = 200): Reply => ({
  status,
  headers: JSON_TYPE,
  body: JSON.stringify({ status: false, message, errorcode, data: null }),
})

/** A failure of the gateway: its rate limit is no JSON. */
export const refused = (status: number): Reply =>
  status === 403 || status === 429
    ? { status, headers: { 'content-type': 'text/plain' }, body: 'Access denied because of exceeding access rate' }
    : { status, headers: { 'content-type': 'text/html' }, body: `<html><h1>${status}</h1></html>` }

/** Which header of a handshake is not right. */
export type BadHeader = 'Auth token' | 'Client Code' | 'API Key' | 'Feed Token'

export const badHeader = (which: BadHeader): Refusal => ({
  status: 401,
  headers: { 'x-error-message': `Invalid Header - Invalid ${which}`, 'Content-Type': 'text/plain' },
})

/** How a handshake is turned down with a status. */
export function handshakeRefusal(status: number): Refusal {
  if (status === 401) return badHeader('Auth token')
  const said = status === 429 ? { 'x-error-message': 'Invalid Request. Connection Limit Exceeded.' } : {}
  return { status, headers: { 'Content-Type': 'text/html', ...said }, body: `<html><h1>${status}</h1></html>` }
}
