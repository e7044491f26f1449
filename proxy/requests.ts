import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Cancel, Clock } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import { type DoorRules, refusalOfRequest } from './handshake.ts'
import { securityHeaders } from './headers.ts'
import { hurried } from './limits/crowd.ts'
import { type Forwarders, settle } from './visitor.ts'

export interface RequestParts {
  readonly log: Log
  readonly forwarders: Forwarders
  readonly rules: DoorRules
  /** Answers a request that is not a WebSocket handshake, with what is set on the answer already. */
  readonly respond: (request: IncomingMessage, response: ServerResponse) => void
}

/** Lets a request go on, at its time, unless its address has too many. */
type Enter = (request: IncomingMessage, open: () => void) => void

/** From the head of a request until its answer has been read. */
const ANSWER_MS = 15_000
/** A long answer has longer, for who reads at least so much of it. */
const LEAST_BYTES_PER_MS = 32

/**
 * Plain HTTP at the port: one request for each connection, so that the pace of connections is that of requests, and none
 * stays without a key. What came in one piece with it is left without an answer.
 */
export class Requests {
  readonly #parts: RequestParts
  readonly #clock: Clock
  readonly #enter: Enter
  readonly #served = new WeakSet<Duplex>()
  /** Until when those whose answer is on its way have to have read it. */
  readonly #limits = new WeakMap<Duplex, Cancel>()
  /** The part of the places for those without a key that is taken. */
  crowd = 0

  constructor(parts: RequestParts, clock: Clock, enter: Enter) {
    this.#parts = parts
    this.#clock = clock
    this.#enter = enter
  }

  hasServed(socket: Duplex): boolean {
    return this.#served.has(socket)
  }

  /** What is answered there goes on for as long as its reader likes; others look whether he reads. */
  release(socket: Duplex): void {
    this.#limits.get(socket)?.()
    this.#limits.delete(socket)
  }

  readonly take = (request: IncomingMessage, response: ServerResponse): void => {
    const { socket } = request
    if (this.#served.has(socket)) return
    this.#served.add(socket)
    socket.pause()
    this.#limit(request, response)
    // Of a body that was read: what comes behind it is not.
    request.once('end', () => socket.pause())
    settle(request, this.#parts.forwarders)
    this.#enter(request, () => {
      try {
        this.#answer(request, response)
      } catch (error) {
        this.#fail(response, error)
      }
    })
  }

  /** Who does not read his answer would keep his place for ever: the limits of time of HTTP are over with the request. */
  #limit({ socket }: IncomingMessage, response: ServerResponse): void {
    const since = this.#clock.monotonic()
    const look = () => {
      const fullMs = Math.max(ANSWER_MS, socket.bytesWritten / LEAST_BYTES_PER_MS)
      // While it is made nobody can read it: no fault of who waits.
      const leftMs = since - this.#clock.monotonic() + (response.headersSent ? hurried(fullMs, this.crowd) : fullMs)
      if (leftMs <= 0) socket.destroy()
      else wait(leftMs)
    }
    const wait = (ms: number) => this.#limits.set(socket, this.#clock.after(ms, look))
    wait(hurried(ANSWER_MS, this.crowd))
    socket.once('close', () => this.release(socket))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { rules, respond } = this.#parts
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
