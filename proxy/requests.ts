import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Log } from '../shared/log.ts'
import { type DoorRules, refusalOfRequest } from './handshake.ts'
import { securityHeaders } from './headers.ts'
import { type Forwarders, settle } from './visitor.ts'

export interface RequestParts {
  readonly log: Log
  readonly forwarders: Forwarders
  readonly rules: DoorRules
  /** Answers a request that is not a WebSocket handshake, with what is set on the answer already. */
  readonly respond: (request: IncomingMessage, response: ServerResponse) => void
}

/**
 * Plain HTTP at the port: one request for each connection, so that the pace of connections is that of requests, and none
 * stays without a key. What came in one piece with it is left without an answer.
 */
export class Requests {
  readonly #parts: RequestParts
  readonly #served = new WeakSet<Duplex>()

  constructor(parts: RequestParts) {
    this.#parts = parts
  }

  hasServed(socket: Duplex): boolean {
    return this.#served.has(socket)
  }

  readonly take = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request
    if (this.#served.has(socket)) return
    this.#served.add(socket)
    socket.pause()
    // Of a body that was read: what comes behind it is not.
    request.once('end', () => socket.pause())
    try {
      this.#answer(request, response)
    } catch (error) {
      this.#fail(response, error)
    }
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { forwarders, rules, respond } = this.#parts
    settle(request, forwarders)
    const always = { ...securityHeaders(rules.isTls), connection: 'close', 'cache-control': 'no-store' }
    for (const [name, value] of Object.entries(always)) response.setHeader(name, value)
    const refusal = refusalOfRequest(request, rules)
    if (!refusal) {
      respond(request, response)
      return
    }
    const { status, reason, headers } = refusal
    response.writeHead(status, { ...headers, 'content-type': 'text/plain; charset=utf-8' })
    response.end(request.method === 'HEAD' ? undefined : `${reason}\n`)
  }

  /** A fault of this program: nothing more is answered on that connection. */
  #fail(response: ServerResponse, error: unknown): void {
    this.#parts.log.error({ err: error }, 'could not answer a request: a fault of this program')
    if (!response.headersSent) response.writeHead(500, { connection: 'close' })
    response.end(() => response.destroy())
  }
}
