import { z } from 'zod'
import { oneLine, readJson } from '../../shared/words.ts'
import type { Signal } from '../contract.ts'
import { describeRequest } from './request.ts'

/** E1001: not understood. E1002: too many subscriptions. SmartAPI documentation, WebSocket Streaming 2.0, "Error Response". */
const failure = z.looseObject({
  correlationID: z.string().optional().catch(undefined),
  errorCode: z.string(),
  errorMessage: z.string().catch(''),
})

/** A text frame: the answer to our `ping`, or the refusal of a request. The socket carries both beside the packets. */
export function decodeText(text: string): Signal {
  if (text === 'pong') return { kind: 'heartbeat' }
  const json = readJson(text)
  if (json === undefined) return { kind: 'malformed', what: 'text that is no message' }
  const parsed = failure.safeParse(json)
  // Well formed and unknown: no reason to distrust what else comes on the connection.
  if (!parsed.success) return { kind: 'ignored', what: 'text of an unknown shape' }
  const { correlationID, errorCode, errorMessage } = parsed.data
  const asked = describeRequest(correlationID ?? '')
  const refused = asked === undefined ? 'a request' : `the request ${asked}`
  return { kind: 'notice', level: 'error', text: oneLine(`${refused} is refused: ${errorCode} ${errorMessage}`) }
}
