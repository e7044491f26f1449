import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Cancel } from '../../../shared/clock.ts'
import type { Account } from './account.ts'
import { Connection, type Surroundings } from './connection.ts'
import { refusalOf } from './refusal.ts'

/** One attempt to open a socket and how it was answered; nothing when it was left waiting. */
export interface Handshake {
  /** Milliseconds since 1970. */
  readonly at: number
  readonly status: number | undefined
}

/** The ticker: who may connect, who is connected, what they are sent. */
export class Stream {
  /** All since the start, in their order, the closed ones too. */
  readonly connections: Connection[] = []
  readonly handshakes: Handshake[] = []
  readonly #server = new WebSocketServer({ noServer: true, autoPong: false })
  readonly #account: Account
  readonly #around: Surroundings
  readonly #connectionLimit: number
  readonly #heartbeatMs: number
  readonly #timers: Cancel[] = []
  /** Sockets that never became connections. */
  readonly #waiting = new Set<Socket>()
  readonly #lastPackets = new Map<number, Buffer>()

  constructor(options: {
    account: Account
    around: Omit<Surroundings, 'sent'>
    connectionLimit: number
    heartbeatMs: number
    tickMs: number
  }) {
    this.#account = options.account
    this.#connectionLimit = options.connectionLimit
    this.#heartbeatMs = options.heartbeatMs
    this.#around = { ...options.around, sent: (token, packet) => this.#lastPackets.set(token, packet) }
    const { clock } = options.around
    this.#timers.push(clock.every(Math.max(1, options.heartbeatMs / 4), () => this.#beat()))
    if (options.tickMs > 0) this.#timers.push(clock.every(options.tickMs, () => this.#turn()))
  }

  get open(): readonly Connection[] {
    return this.connections.filter(one => one.isOpen)
  }

  /** Takes over the socket of an HTTP upgrade. */
  upgrade(request: IncomingMessage, head: Buffer): void {
    const { socket } = request
    const { conditions, clock } = this.#around
    socket.on('error', () => socket.destroy())
    socket.once('close', () => this.#waiting.delete(socket))
    this.#waiting.add(socket)
    if (conditions.isDeaf) this.#note(undefined)
    else if (conditions.handshakeDelayMs > 0) clock.after(conditions.handshakeDelayMs, () => this.#judge(request, head))
    else this.#judge(request, head)
  }

  /** To every connection that has subscribed them, whatever its mode; how many were reached. */
  push(packets: readonly Buffer[]): number {
    const wanted = (connection: Connection) =>
      packets.filter(packet => packet.length < 4 || connection.subscribed.has(packet.readUInt32BE(0)))
    return this.open.filter(connection => connection.push(wanted(connection))).length
  }

  /** The packet that this token was sent last. */
  lastPacket(token: number): Buffer | undefined {
    return this.#lastPackets.get(token)
  }

  /** Ends the sockets that a token opened. */
  dropToken(accessToken: string): void {
    for (const connection of this.open) if (connection.accessToken === accessToken) connection.drop()
  }

  /** Every socket gone at once, also those that are still waiting. */
  resetAll(): void {
    for (const connection of this.open) connection.reset()
    for (const socket of this.#waiting) socket.resetAndDestroy()
  }

  close(): void {
    for (const cancel of this.#timers) cancel()
    this.resetAll()
    this.#server.close()
  }

  #judge(request: IncomingMessage, head: Buffer): void {
    const { socket } = request
    if (socket.destroyed) return
    const { searchParams, pathname } = new URL(request.url ?? '/', 'ws://kite')
    const accessToken = searchParams.get('access_token') ?? ''
    const userId = this.#account.holder(searchParams.get('api_key') ?? '', accessToken)
    const status = this.#refusal(pathname, userId)
    if (status !== undefined || userId === undefined) {
      this.#refuse(socket, status ?? 403)
      return
    }
    this.#note(101)
    this.#server.handleUpgrade(request, socket, head, (ws: WebSocket) => {
      this.#waiting.delete(socket)
      this.connections.push(new Connection({ ws, socket, userId, accessToken, around: this.#around }))
    })
  }

  #refusal(pathname: string, userId: string | undefined): number | undefined {
    const { conditions } = this.#around
    if (pathname !== '/') return 404
    if (conditions.refusal && conditions.refusal.times > 0) return conditions.refusal.status
    if (userId === undefined) return 403
    // A connection nobody is at any more is one that the broker has given up.
    const held = this.open.filter(one => !one.isFrozen).length + conditions.heldConnections
    return held >= this.#connectionLimit ? 429 : undefined
  }

  #refuse(socket: Socket, status: number): void {
    this.#note(status)
    const { refusal } = this.#around.conditions
    const isOrdered = refusal !== undefined && refusal.times > 0 && refusal.status === status
    if (isOrdered) refusal.times--
    const { body, reason } = refusalOf(status)
    const head = [
      `HTTP/1.1 ${status} ${reason}`,
      'Content-Type: application/json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Connection: close',
      ...(isOrdered && refusal.retryAfterS !== undefined ? [`Retry-After: ${refusal.retryAfterS}`] : []),
    ]
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  }

  #note(status: number | undefined): void {
    this.handshakes.push({ at: this.#around.clock.now(), status })
  }

  #beat(): void {
    for (const connection of this.open) connection.beat(this.#heartbeatMs)
  }

  /** The market moves, and each connection hears what it asked for. */
  #turn(): void {
    const { open } = this
    this.#around.market.step(new Set(open.flatMap(one => [...one.subscribed.keys()])))
    for (const connection of open) connection.show(connection.subscribed.keys())
  }
}
