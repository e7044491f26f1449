import { z } from 'zod'
import type { ErrorCode } from '../../shared/errors.ts'
import type { ProtocolCode } from '../protocol.ts'

/** What is told of a request that is not served, beside the sentence: the words of the WebSocket, and a few of HTTP. */
export type HttpCode = ProtocolCode | ErrorCode | 'METHOD_NOT_ALLOWED' | 'TOO_LARGE' | 'UNAVAILABLE'

interface RefusalRest {
  readonly code?: HttpCode | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

const CODES: Readonly<Record<number, HttpCode>> = {
  400: 'INVALID_PARAMETERS',
  401: 'AUTHENTICATION_ERROR',
  403: 'NOT_PERMITTED',
  404: 'NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  413: 'TOO_LARGE',
  429: 'LIMIT_REACHED',
  503: 'UNAVAILABLE',
}

/** Thrown by who cannot serve a request: one sentence that names the thing, the limit and the next step. */
export class HttpRefusal extends Error {
  readonly status: number
  readonly code: HttpCode
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, message: string, { code, headers = {} }: RefusalRest = {}) {
    // Strangers make any number of these, and its stack costs more than the rest of the answer.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = stackTraceLimit
    this.name = 'HttpRefusal'
    this.status = status
    this.code = code ?? CODES[status] ?? (status < 500 ? 'INVALID_PARAMETERS' : 'SERVER_ERROR')
    this.headers = headers
  }
}

/** Who may come again after so long. */
export const retryAfter = (ms: number): Readonly<Record<string, string>> => ({
  'retry-after': String(Math.max(1, Math.ceil(ms / 1000))),
})

/** The body of every refusal. */
export const refusalSchema = z
  .object({
    error: z.string().describe('What is wrong, and what to do.'),
    code: z.string().describe('The same for programs.'),
  })
  .meta({ id: 'Refusal' })
