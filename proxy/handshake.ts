import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Clock } from '../shared/clock.ts'
import { readKey } from '../shared/key.ts'
import { isLoopback } from '../shared/network.ts'
import { securityHeaders } from './headers.ts'

/** Why somebody is not let in, as an answer over HTTP. */
export interface DoorRefusal {
  readonly status: number
  /** One line: what is wrong, and what to do. */
  readonly reason: string
  readonly headers?: Readonly<Record<string, string>>
}

/** What the settings say of who may come in. */
export interface DoorRules {
  readonly isTls: boolean
  /** The port is open to this machine alone. */
  readonly isNear: boolean
  readonly origins: readonly string[]
  readonly isForwarder: (address: string) => boolean
}

/** What is looked at of a request. */
type Asking = Pick<IncomingMessage, 'url' | 'headers'> & {
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** Under which clients of other services put a key into the address. */
const KEY_NAME = /^api[-_]?key$/i
const KEY_IN_URL: DoorRefusal = {
  status: 400,
  reason:
    'A key in the address ends up in logs: leave it out, send {"action":"authenticate","api_key":"…"} as the first ' +
    'message, and replace the key',
}
/** A browser cannot send a header with what it streams: there a ticket may stand, which is used up by that. */
const STREAM_WITH_TICKET = /^\/api\/v1\/stream\?/
/** So long somebody who is sent away has time to read why. */
const FAREWELL_MS = 1000
const PLAIN: DoorRefusal = {
  status: 403,
  reason: 'Without TLS this port is for the forwarders in proxy.trusted_forwarders only; set proxy.tls, and use wss://',
}

/** What keeps any request out, a handshake or not. */
export function refusalOfRequest({ url = '', socket }: Asking, rules: DoorRules): DoorRefusal | undefined {
  const { remoteAddress = '' } = socket
  if (!rules.isTls && !rules.isNear && !isLoopback(remoteAddress) && !rules.isForwarder(remoteAddress)) return PLAIN
  return hasKey(url) ? KEY_IN_URL : undefined
}

/** What keeps a WebSocket handshake out; everything that is decided before there is a connection is asked here. */
export const refusalOfHandshake = (request: Asking, rules: DoorRules): DoorRefusal | undefined =>
  refusalOfRequest(request, rules) ?? refusalOfOrigin(request, rules)

function hasKey(url: string): boolean {
  const at = url.indexOf('?')
  if (at < 0) return false
  // Known clients put other things there, which nobody reads.
  const mayBeTicket = STREAM_WITH_TICKET.test(url)
  return [...new URLSearchParams(url.slice(at))].some(([name, value]) => {
    const shape = readKey(value)
    return KEY_NAME.test(name) || (shape && !(mayBeTicket && name === 'ticket' && shape.kind === 'own'))
  })
}

/**
 * Browsers tell whose page connects; everything else tells nothing, or the address it connects to. Nothing here goes by
 * cookies, so that a strange page has no key to use: it is kept out all the same.
 */
function refusalOfOrigin({ headers }: Pick<Asking, 'headers'>, rules: DoorRules): DoorRefusal | undefined {
  const { origin, host = '' } = headers
  if (origin === undefined || isWelcome(origin, host, rules)) return undefined
  const reason = `Pages of ${JSON.stringify(origin.slice(0, 100))} may not connect: add their origin to proxy.origins`
  return { status: 403, reason }
}

/** Whether pages of this origin may connect here, where they know this port by that name. */
export function isWelcome(
  origin: string,
  host: string,
  { origins, isNear }: Pick<DoorRules, 'origins' | 'isNear'>,
): boolean {
  if (origins.includes('*') || origins.includes(origin.toLowerCase())) return true
  const page = nameOf(origin)
  if (page === undefined) return false
  if (isNear && isLoopback(page)) return true
  const own = nameOf(`http://${host}`)
  return own !== undefined && (page === own || (isLoopback(page) && isLoopback(own)))
}

/** Of a page of the web; `undefined` for every other kind of page, and for `null`. */
function nameOf(origin: string): string | undefined {
  if (!/^https?:\/\//i.test(origin) || !URL.canParse(origin)) return undefined
  return new URL(origin).hostname
}

/** The whole HTTP answer of a refusal. */
export function textOf({ status, reason, headers = {} }: DoorRefusal, isTls: boolean): string {
  const body = `${reason}\n`
  const all = {
    ...securityHeaders(isTls),
    ...headers,
    connection: 'close',
    'content-type': 'text/plain; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
  }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`
}

/**
 * Answers on the bare stream of a handshake, and closes it. Nothing else would: the limits of time of HTTP are over, and
 * the other side may leave it half open, or not read.
 */
export function sendOff(stream: Duplex, text: string, clock: Clock): void {
  stream.on('error', () => {})
  const cancel = clock.after(FAREWELL_MS, () => stream.destroy())
  stream.once('close', cancel)
  stream.once('finish', () => stream.destroy())
  // With something unread the answer would be lost.
  stream.resume()
  stream.end(text)
}
