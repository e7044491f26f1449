import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import { type Cancel, pause } from '../shared/clock.ts'
import type { Histogram } from '../shared/histogram.ts'
import type { Ending } from '../shared/process.ts'
import { type ClientView, listClients } from './clientlist.ts'
import { Connection, type ConnectionLimits } from './connection.ts'
import { addCounts, countPeers, type ServerCounts } from './counts.ts'
import { Entrance } from './entrance.ts'
import type { OutboxCounts } from './fanout/outbox.ts'
import { Turn, type TurnLimits } from './fanout/turn.ts'
import { sayFarewell } from './farewell.ts'
import { type DoorRefusal, refusalOfHandshake, sendOff, textOf } from './handshake.ts'
import { createHttp, HEAD_LIMIT_MS } from './httpserver.ts'
import { countUse } from './keyuse.ts'
import { hurried } from './limits/crowd.ts'
import { enterForwarded } from './limits/forwarded.ts'
import type { Turnstile } from './limits/turnstile.ts'
import type { Address } from './listen.ts'
import type { Peer } from './peer.ts'
import { headWithoutUpgrade, wantsWebSocket } from './plainrequest.ts'
import type { Refusal } from './protocol.ts'
import { type RequestParts, Requests } from './requests.ts'
import type { Rooms } from './rooms.ts'
import { Lines } from './stream/lines.ts'
import { EventStream, type StreamLine, type StreamWish } from './stream/stream.ts'
import type { Tls } from './tls.ts'
import { addressOf, plainAddress, settle } from './visitor.ts'
import { websocketOptions } from './websocketoptions.ts'

interface ServerLimits extends ConnectionLimits, TurnLimits {
  readonly pingMs: number
  readonly maxMessageBytes: number
  /** Over how long a server that ends lets its clients go. */
  readonly drainMs: number
}

export interface ServerOptions extends RequestParts {
  readonly rooms: Rooms
  readonly limits: ServerLimits
  /** Who is let in at a port of its own. */
  readonly turnstile: Turnstile
  /** Without it the port speaks in the clear. */
  readonly tls: Tls | undefined
  /** How long what is for clients waits for the end of its round of writes. */
  readonly waits: Pick<Histogram, 'observe'>
}

/** After the last close frame; who has not answered it by then is cut off. */
const LAST_MS = 1600
const LOOK_MS = 20
/** For who comes while the server ends. The stream under it becomes a plain one. */
const ENDING: DoorRefusal = { status: 503, reason: 'The server ends', headers: { 'retry-after': '5' } }

/** The door: HTTP and WebSocket on one port. Owner of all client connections. */
export class Server {
  readonly #options: ServerOptions
  readonly #http: HttpServer
  readonly #sockets: WebSocketServer
  readonly #turn: Turn
  readonly #lines = new Lines()
  readonly #connections = new Set<Peer>()
  /** Ended, and on their way out. */
  readonly #leaving = new Set<Peer>()
  /** Of clients that have gone. */
  readonly #past: OutboxCounts = { delivered: 0, folded: 0, lost: 0, abandoned: 0 }
  readonly #stopPing: Cancel
  /** Connections that have made their one request. */
  readonly #requests: Requests
  /** Of who comes now. */
  #limits: ServerLimits
  #slowClosed = 0
  #seat = 0
  #isEnding = false
  #entrance: Entrance | undefined

  constructor(options: ServerOptions) {
    this.#options = options
    const { rooms, limits, waits } = options
    this.#limits = limits
    this.#turn = new Turn(rooms.clock, limits, waits)
    this.#sockets = new WebSocketServer(websocketOptions(limits.maxMessageBytes))
    this.#sockets.on('wsClientError', (error, stream) =>
      this.#refuse(stream, { status: 400, reason: error.message, headers: { 'sec-websocket-version': '13' } }),
    )
    this.#requests = new Requests(options, rooms.clock, (request, open) => this.#enter(request, request.socket, open))
    this.#http = createHttp(this.#requests.take, options.tls, options.log)
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#stopPing = rooms.clock.every(limits.pingMs, () => {
      for (const connection of this.#connections) connection.ping()
    })
  }

  /** Throws PORT_TAKEN, or CONFIG_INVALID for an address this machine does not have. */
  listen(host: string, port: number): Promise<Address> {
    const { rooms, log, turnstile } = this.#options
    this.#entrance = new Entrance({ clock: rooms.clock, log, turnstile, admit: this.adopt() })
    return this.#entrance.listen({ host, port })
  }

  /**
   * Without a port of its own: gives what takes each connection that another process accepted, as if it had been
   * accepted here.
   */
  adopt(): (socket: Socket) => void {
    // What a port does when it opens: from here on the limits of time count for requests that do not come.
    this.#http.emit('listening')
    return socket => {
      socket.setNoDelay(true)
      socket.allowHalfOpen = true
      this.#look()
      this.#http.emit('connection', socket)
    }
  }

  /** Closes the connections whose key is no longer good. */
  recheck(): void {
    for (const connection of this.#connections) connection.recheck()
  }

  /** Takes feeds from clients that belong to other users by now, or are shared with them no more. */
  evict(): void {
    for (const connection of this.#connections) connection.evict()
  }

  /** All clients look whether other sources serve them now. */
  reroute(): void {
    for (const connection of this.#connections) connection.reroute()
  }

  /** Guards of changes before this moment, monotonic milliseconds, have stood long enough. */
  endGuards(before: number): void {
    for (const connection of this.#connections) connection.endGuards(before)
  }

  counts(): ServerCounts {
    return countPeers(this.#connections, this.#past, this.#slowClosed)
  }

  /** What the clients of each key have and said. */
  keyUse(): Record<string, number> {
    return countUse(this.#connections)
  }

  /** Those for whom most waits. */
  clientList(): ClientView[] {
    return listClients(this.#connections)
  }

  /** Whether it lets its clients go, and no others in. */
  get isEnding(): boolean {
    return this.#isEnding
  }

  /**
   * Lets nobody in any more, tells those who asked for it, and lets all go one by one. HTTP is answered until `close`.
   * Resolves when the last is gone, after 8.5 s at most.
   */
  async retire(why: Ending): Promise<void> {
    this.#isEnding = true
    const { limits, rooms } = this.#options
    const { clock } = rooms
    const guests = [...this.#connections]
    await sayFarewell({ guests, why, drainMs: limits.drainMs, clock, random: Math.random })
    const until = clock.monotonic() + LAST_MS
    while (this.#connections.size + this.#leaving.size > 0 && clock.monotonic() < until) await pause(clock, LOOK_MS)
  }

  /** Cuts all connections without a close frame: three known clients stay away for good after one. */
  async close(): Promise<void> {
    this.#stopPing()
    this.#entrance?.close()
    for (const connection of [...this.#connections, ...this.#leaving]) connection.cut()
    this.#turn.close()
    this.#http.closeAllConnections()
    await new Promise<void>(resolve => this.#http.close(() => resolve()))
  }

  /** How full it is decides how long those who come now may take. */
  #look(): void {
    const { rooms, limits } = this.#options
    rooms.registry.ask({ kind: 'crowd' }, ({ crowd = 0 }) => {
      this.#requests.crowd = crowd
      this.#http.headersTimeout = hurried(HEAD_LIMIT_MS, crowd)
      const authDeadlineMs = hurried(limits.authDeadlineMs, crowd)
      if (authDeadlineMs !== this.#limits.authDeadlineMs) this.#limits = { ...limits, authDeadlineMs }
    })
  }

  #refuse(stream: Duplex, refusal: DoorRefusal): void {
    sendOff(stream, textOf(refusal, this.#isTls), this.#options.rooms.clock)
  }

  get #isTls(): boolean {
    return this.#options.rules.isTls
  }

  /** What keeps this handshake from becoming a connection. */
  #refusal(request: IncomingMessage): DoorRefusal | undefined {
    return this.#isEnding ? ENDING : refusalOfHandshake(request, this.#options.rules)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { log } = this.#options
    socket.on('error', error => log.debug({ err: error }, 'a client socket broke'))
    if (this.#requests.hasServed(socket)) return void socket.destroy()
    if (!wantsWebSocket(request)) {
      // Node has let go of it, its body unread: it comes in once more.
      socket.unshift(Buffer.concat([headWithoutUpgrade(request), head]))
      this.#http.emit(this.#isTls ? 'secureConnection' : 'connection', socket)
      return
    }
    settle(request, this.#options.forwarders)
    const refusal = this.#refusal(request)
    if (refusal) {
      this.#refuse(socket, refusal)
      return
    }
    this.#enter(request, socket, seat => this.#open(request, socket, head, seat))
  }

  /** Gives a connection its number. */
  #enter(request: IncomingMessage, socket: Duplex, open: (seat: number) => void): void {
    const seat = this.#seat++
    const address = addressOf(request)
    // What came through a forwarder was not counted by its own address yet.
    if (address === plainAddress(request.socket.remoteAddress ?? '')) open(seat)
    else enterForwarded(this.#options.rooms, { seat, address, socket }, () => open(seat))
  }

  /** One client more, which reads events over HTTP: resolves when it is in, or with what keeps it out. */
  stream(request: IncomingMessage, line: Omit<StreamLine, 'socket'>, wish: StreamWish): Promise<Refusal | undefined> {
    const { rooms, log } = this.#options
    const { socket } = request
    if (this.#isEnding) return Promise.resolve({ code: 'SERVER_ERROR', message: ENDING.reason })
    if (socket.destroyed) return Promise.resolve({ code: 'SERVER_ERROR', message: 'the connection has ended' })
    return new Promise(onAnswered => {
      socket.once('close', () => onAnswered(undefined))
      const shared = { rooms, log, limits: this.#limits, turn: this.#turn, lines: this.#lines }
      const onClosed = (one: Peer, slow: boolean) => this.#ended(one, slow, socket.destroyed)
      this.#requests.release(socket)
      const own = { ...line, socket, seat: this.#seat++, address: addressOf(request), wish }
      const stream = new EventStream({ ...shared, ...own, onAnswered, onClosed })
      this.#connections.add(stream)
      socket.once('close', () => this.#leaving.delete(stream))
      stream.open()
    })
  }

  #open(request: IncomingMessage, socket: Duplex, head: Buffer, seat: number): void {
    const { rooms, log } = this.#options
    this.#sockets.handleUpgrade(request, socket, head, ws => {
      const connection = new Connection({
        ws,
        // What is served is TCP, or TLS over it, so the stream that is handed over is a socket.
        socket: socket as Socket,
        handshakeKey: request.headers['sec-websocket-key'],
        address: addressOf(request),
        seat,
        rooms,
        limits: this.#limits,
        turn: this.#turn,
        log,
        onClosed: (one, slow) => this.#ended(one, slow, ws.readyState === ws.CLOSED),
      })
      this.#connections.add(connection)
      ws.once('close', () => this.#leaving.delete(connection))
    })
  }

  #ended(one: Peer, slow: boolean, isGone: boolean): void {
    this.#connections.delete(one)
    if (!isGone) this.#leaving.add(one)
    if (slow) this.#slowClosed++
    addCounts(this.#past, one.counts)
  }
}
