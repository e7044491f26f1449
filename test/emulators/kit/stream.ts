import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Clock } from '../../../shared/clock.ts'
import type { Conditions } from './conditions.ts'
import type { Connection, Opened, Visitor } from './connection.ts'

/** One attempt to open a socket and how it was answered; nothing when it was left waiting. */
export interface Handshake {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly status: number | undefined
}

/** How a handshake is turned down. */
export interface Refusal {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** Who is at the door: let in as somebody, or as nobody yet (a login by frame), or not at all. */
export type Admission = { readonly visitor: Visitor | undefined } | { readonly refused: Refusal }

/** A kind of socket that the broker has: who may open one, who has, and how they end. */
export class Stream<One extends Connection = Connection> {
  readonly name: string
  /** All since the start, in their order, the closed ones too. */
  readonly connections: One[] = []
  readonly handshakes: Handshake[] = []
  readonly #server = new WebSocketServer({ noServer: true, autoPong: false })
  readonly #conditions: Conditions
  readonly #clock: Clock
  readonly #connectionLimit: number
  readonly #admit: (request: IncomingMessage) => Admission
  readonly #refusalOf: (status: number) => Refusal
  readonly #open: (opened: Opened) => One
  /** Sockets that never became connections. */
  readonly #waiting = new Set<Socket>()

  constructor(options: {
    /** One word: `ticker`. */
    name: string
    conditions: Conditions
    clock: Clock
    /** At once, of all together; further ones are answered 429. Endless when left out. */
    connectionLimit?: number
    admit: (request: IncomingMessage) => Admission
    /** In the broker's words, for refusals that are ordered and for 429. */
    refusalOf: (status: number) => Refusal
    open: (opened: Opened) => One
  }) {
    this.name = options.name
    this.#conditions = options.conditions
    this.#clock = options.clock
    this.#connectionLimit = options.connectionLimit ?? Number.POSITIVE_INFINITY
    this.#admit = options.admit
    this.#refusalOf = options.refusalOf
    this.#open = options.open
  }

  get open(): readonly One[] {
    return this.connections.filter(one => one.isOpen)
  }

  /** Takes over the socket of an HTTP upgrade. */
  upgrade(request: IncomingMessage, head: Buffer): void {
    const { socket } = request
    const { isDeaf, handshakeDelayMs } = this.#conditions
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#waiting.delete(socket))
    this.#waiting.add(socket)
    if (isDeaf) this.#note(undefined)
    else if (handshakeDelayMs > 0) this.#clock.after(handshakeDelayMs, () => this.#judge(request, head))
    else this.#judge(request, head)
  }

  /** Ends the sockets that a token opened. */
  dropToken(token: string): void {
    for (const connection of this.open) if (connection.visitor?.token === token) connection.drop()
  }

  /** Every socket gone at once, also those that are still waiting. */
  close(): void {
    for (const connection of this.open) connection.reset()
    for (const socket of this.#waiting) socket.resetAndDestroy()
    this.#server.close()
  }

  #judge(request: IncomingMessage, head: Buffer): void {
    const { socket } = request
    if (socket.destroyed) return
    const admission = this.#judgement(request)
    if ('refused' in admission) {
      this.#refuse(socket, admission.refused)
      return
    }
    this.#note(101)
    this.#server.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      this.#waiting.delete(socket)
      const { visitor } = admission
      this.connections.push(this.#open({ ws, socket, visitor, conditions: this.#conditions, clock: this.#clock }))
    })
  }

  #judgement(request: IncomingMessage): Admission {
    const { refusal, heldConnections } = this.#conditions
    if (refusal && refusal.times > 0) {
      refusal.times--
      const { headers, ...rest } = this.#refusalOf(refusal.status)
      const later = refusal.retryAfterS === undefined ? {} : { 'Retry-After': String(refusal.retryAfterS) }
      return { refused: { ...rest, headers: { ...headers, ...later } } }
    }
    const admission = this.#admit(request)
    if ('refused' in admission) return admission
    // A connection nobody is at any more is one that the broker has given up.
    const held = this.open.filter(one => !one.isFrozen).length + heldConnections
    return held >= this.#connectionLimit ? { refused: this.#refusalOf(429) } : admission
  }

  #refuse(socket: Socket, { status, headers = {}, body = '' }: Refusal): void {
    this.#note(status)
    const lines = Object.entries({
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
      Connection: 'close',
      ...headers,
    }).map(([name, value]) => `${name}: ${value}`)
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'Unknown'}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
  }

  #note(status: number | undefined): void {
    this.handshakes.push({ at: this.#clock.now(), status })
  }
}
