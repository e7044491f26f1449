import type { FastifyRequest } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import { systemCode, TickwireError } from '../../shared/errors.ts'
import { readKey } from '../../shared/key.ts'
import type { Log } from '../../shared/log.ts'
import { HttpRefusal, retryAfter } from './refusal.ts'

const SHOWN = 64
/** What a person is told of himself is not shown again. */
const HIDDEN = /key|ticket|session|token/i
const NOT_FOUND: ReadonlySet<string> = new Set(['NOT_FOUND', 'FEED_UNKNOWN', 'INSTRUMENT_UNKNOWN'])
const BUSY_MS = 1000

/** Whatever went wrong while a request was served, as who asked is told it. Faults of this program are logged. */
export function refusalOf(error: unknown, request: FastifyRequest, log: Log): HttpRefusal {
  if (error instanceof HttpRefusal) return error
  if (hasZodFastifySchemaValidationErrors(error)) return new HttpRefusal(400, explain(error, request))
  if (error instanceof TickwireError) return refusalOfOwn(error, request, log)
  const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
  // The framework's own: a body or an address it cannot read.
  if (status >= 400 && status < 500 && error instanceof Error) return new HttpRefusal(status, error.message)
  return fault(error, request, log)
}

function refusalOfOwn(error: TickwireError, request: FastifyRequest, log: Log): HttpRefusal {
  const { code, message, next } = error
  const headers = retryAfter(BUSY_MS)
  if (code.startsWith('STORE_'))
    return new HttpRefusal(503, `the server cannot do this now: ${code}`, { code, headers })
  if (NOT_FOUND.has(code)) return new HttpRefusal(404, next === undefined ? message : `${message}; ${next}`, { code })
  return fault(error, request, log)
}

function fault(error: unknown, request: FastifyRequest, log: Log): HttpRefusal {
  const { method, routeOptions } = request
  const at = { err: error, method, route: routeOptions.url, cause: systemCode(error) }
  log.error(at, 'could not answer a request: a fault of this program')
  return new HttpRefusal(500, 'a fault of this program, which its log tells of')
}

interface Issue {
  readonly instancePath: string
  readonly message?: string
}

/** Names the field, what was given for it, and what is allowed. */
function explain(
  { validation, validationContext }: { validation: readonly Issue[]; validationContext?: string | undefined },
  request: FastifyRequest,
): string {
  const [{ instancePath, message = 'is not understood' } = { instancePath: '' }] = validation
  const path = instancePath.split('/').filter(part => part !== '')
  const where = { querystring: request.query, params: request.params, body: request.body }
  const whole = where[validationContext as keyof typeof where]
  if (path.length === 0) return validationContext === 'body' ? `send a JSON body: ${message}` : message
  let given: unknown = whole
  for (const part of path)
    given =
      typeof given === 'object' && given !== null && Object.hasOwn(given, part)
        ? (given as Record<string, unknown>)[part]
        : undefined
  const name = path.join('.').slice(0, SHOWN)
  return given === undefined ? `${name}: ${message}` : `${name}=${shorten(name, given)} is not understood: ${message}`
}

function shorten(name: string, given: unknown): string {
  const text = typeof given === 'string' ? given : (JSON.stringify(given) ?? '')
  return HIDDEN.test(name) || readKey(text) ? '[redacted]' : text.slice(0, SHOWN)
}
