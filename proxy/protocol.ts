import type { Mode } from '../shared/market/mode.ts'
import { type Features, readFeatures } from './features.ts'
import { explainMode, readMode } from './mode.ts'
import { countNamed, readSymbols, readWish, type SymbolRequest } from './symbols.ts'

/** Codes of error frames, as OpenAlgo clients know them (client protocol 3.9). */
export type ProtocolCode =
  | 'AUTHENTICATION_ERROR'
  | 'BROKER_ERROR'
  | 'NOT_AUTHENTICATED'
  | 'NOT_PERMITTED'
  | 'LIMIT_REACHED'
  | 'INVALID_PARAMETERS'
  | 'INVALID_MODE'
  | 'INVALID_ACTION'
  | 'INVALID_JSON'
  | 'SERVER_ERROR'

/** `request_id` of a message: any JSON value, kept as the text it is echoed as. */
export type RequestId = string | undefined

/** One client message, understood. */
export type Request =
  | {
      readonly action: 'authenticate'
      readonly key: string | undefined
      /** What of the extended protocol is asked for; `undefined`: the client did not mention it. */
      readonly features: Features | undefined
    }
  | {
      readonly action: 'subscribe'
      readonly symbols: readonly SymbolRequest[]
      readonly mode: Mode
      readonly depth: number
    }
  | {
      readonly action: 'unsubscribe'
      readonly symbols: readonly SymbolRequest[]
      /** Of the whole message; an item's own mode goes before it. */
      readonly mode: Mode | undefined
    }
  | { readonly action: 'unsubscribe_all' | 'subscribe_orders' | 'unsubscribe_orders' }
  | { readonly action: 'get_broker_info' }
  | { readonly action: 'get_supported_brokers' }
  | { readonly action: 'ping'; readonly timestamp: string | undefined; readonly pingId: string | undefined }

export interface Refusal {
  readonly code: ProtocolCode
  readonly message: string
  /** More fields of its error frame. */
  readonly details?: object
}

export const NOT_AUTHENTICATED: Refusal = { code: 'NOT_AUTHENTICATED', message: 'You must authenticate first' }

export type Parsed =
  | { readonly kind: 'request'; readonly request: Request; readonly requestId: RequestId }
  | { readonly kind: 'refusal'; readonly refusal: Refusal; readonly requestId: RequestId }
  /** Said out of habit; no answer. */
  | { readonly kind: 'habit' }

type Fields = Readonly<Record<string, unknown>>

const DEFAULT_DEPTH = 5
const ECHO_LIMIT = 1024

export interface Reader {
  /** Whether the client has shown a good key: before that nobody reads what it wants. */
  readonly authenticated: boolean
  readonly maxSymbols: number
}

/**
 * Reads one client message: JSON text in, request or refusal out. Unknown fields are ignored, as OpenAlgo does.
 * Checked by hand, not by a schema: the protocol wants its own code for each thing that can be wrong, item by item.
 */
export function parseMessage(text: string, reader: Reader): Parsed {
  const bare = text.trim().toLowerCase()
  if (bare === 'ping' || bare === 'pong') return { kind: 'habit' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return refuse('INVALID_JSON', 'Invalid JSON: one JSON object per message, e.g. {"action":"ping"}')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return refuse('SERVER_ERROR', 'A message must be a JSON object with an "action"')
  const fields = value as Fields
  if (isHabit(fields)) return { kind: 'habit' }
  const requestId = echo(fields.request_id)
  if (requestId === TOO_LARGE)
    return refuse('INVALID_PARAMETERS', `request_id is too large: at most ${ECHO_LIMIT} characters of JSON`)
  const request = readRequest(fields, reader)
  return 'code' in request ? { kind: 'refusal', refusal: request, requestId } : { kind: 'request', request, requestId }
}

const refuse = (code: ProtocolCode, message: string): Parsed => ({
  kind: 'refusal',
  refusal: { code, message },
  requestId: undefined,
})

const isHabit = ({ action, type }: Fields): boolean =>
  action === 'pong' || (action === undefined && (type === 'pong' || type === 'ping'))

function readRequest(fields: Fields, { authenticated, maxSymbols }: Reader): Request | Refusal {
  const action = fields.action ?? fields.type
  switch (action) {
    case 'authenticate':
    case 'auth':
      return readAuthenticate(fields)
    case 'subscribe':
      return authenticated ? readSubscribe(fields, maxSymbols) : NOT_AUTHENTICATED
    case 'unsubscribe':
      return authenticated ? readUnsubscribe(fields, maxSymbols) : NOT_AUTHENTICATED
    case 'unsubscribe_all':
    case 'subscribe_orders':
    case 'unsubscribe_orders':
    case 'get_broker_info':
    case 'get_supported_brokers':
      return { action }
    case 'ping':
      return readPing(fields)
    default: {
      const name = typeof action === 'string' ? action.slice(0, 64) : 'None'
      return { code: 'INVALID_ACTION', message: `Invalid action: ${name}` }
    }
  }
}

function readAuthenticate(fields: Fields): Request | Refusal {
  const features = readFeatures(fields.features)
  if (typeof features === 'string') return { code: 'INVALID_PARAMETERS', message: features }
  return { action: 'authenticate', key: readKey(fields), features }
}

function readKey(fields: Fields): string | undefined {
  const key = fields.api_key ?? fields.apikey
  return typeof key === 'string' && key.trim() !== '' ? key.trim() : undefined
}

function readSubscribe(fields: Fields, limit: number): Request | Refusal {
  const wish = readWish(fields)
  if (typeof wish === 'string') return { code: 'INVALID_PARAMETERS', message: wish }
  const symbols = readSymbols(fields, limit, wish)
  if (!symbols) return NO_SYMBOLS
  if (symbols.length > limit) return tooManySymbols(limit, countNamed(fields, symbols.length))
  const mode = fields.mode === undefined ? 'QUOTE' : readMode(fields.mode)
  if (!mode) return invalidMode(fields.mode)
  return { action: 'subscribe', symbols, mode, depth: readDepth(fields.depth ?? fields.depth_level) }
}

function readUnsubscribe(fields: Fields, limit: number): Request | Refusal {
  const symbols = readSymbols(fields, limit)
  if (!symbols) return NO_SYMBOLS
  if (symbols.length > limit) return tooManySymbols(limit, countNamed(fields, symbols.length))
  const single = symbols.length === 1 && symbols[0]?.form === 'single'
  const mode = readMode(fields.mode)
  // In a batch a bad mode spoils only the items that lean on it, and they say so one by one.
  if (fields.mode !== undefined && !mode) {
    if (single) return invalidMode(fields.mode)
    const badMode = explainMode(fields.mode)
    return {
      action: 'unsubscribe',
      symbols: symbols.map(one => (one.mode || one.badMode ? one : { ...one, badMode })),
      mode,
    }
  }
  return { action: 'unsubscribe', symbols, mode }
}

function readPing(fields: Fields): Request | Refusal {
  const timestamp = echo(fields.timestamp)
  const pingId = echo(fields._pingId)
  if (timestamp === TOO_LARGE || pingId === TOO_LARGE)
    return { code: 'INVALID_PARAMETERS', message: `ping: timestamp and _pingId may have ${ECHO_LIMIT} characters` }
  return { action: 'ping', timestamp, pingId }
}

const NO_SYMBOLS: Refusal = {
  code: 'INVALID_PARAMETERS',
  message: 'No symbols: give "symbols":[{"symbol":…,"exchange":…}] or "symbol" and "exchange"',
}

const tooManySymbols = (limit: number, used: number): Refusal => ({
  code: 'INVALID_PARAMETERS',
  message: `More than ${limit} symbols in one message; send several messages`,
  details: { limit: 'max_symbols_per_message', max: limit, used },
})

const invalidMode = (value: unknown): Refusal => ({ code: 'INVALID_MODE', message: explainMode(value) })

const readDepth = (value: unknown): number => {
  const depth = typeof value === 'string' ? Number(value) : value
  return typeof depth === 'number' && Number.isInteger(depth) && depth > 0 ? depth : DEFAULT_DEPTH
}

const TOO_LARGE = Symbol('too large')

/** The JSON text of a value to be echoed. What nests too deeply to be written again counts as too large. */
function echo(value: unknown): string | undefined | typeof TOO_LARGE {
  if (value === undefined) return undefined
  try {
    const text = JSON.stringify(value)
    return text.length > ECHO_LIMIT ? TOO_LARGE : text
  } catch (error) {
    if (error instanceof RangeError) return TOO_LARGE
    throw error
  }
}
