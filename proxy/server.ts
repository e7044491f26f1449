import { createServer, type Server as HttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { WebSocketServer } from 'ws'
import type { Cancel } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { Rooms } from './client.ts'
import { Connection, type ConnectionLimits } from './connection.ts'
import type { OutboxCounts } from './fanout/outbox.ts'
import { Turn, type TurnLimits } from './fanout/turn.ts'
import type { Answer } from './http.ts'
import { type Address, listen } from './listen.ts'

interface ServerLimits extends ConnectionLimits, TurnLimits {
  readonly pingMs: number
  readonly maxMessageBytes: number
}

export interface ServerOptions {
  readonly rooms: Rooms
  readonly limits: ServerLimits
  readonly log: Log
  /** Answers a request that is not a WebSocket handshake. */
  answer(request: IncomingMessage): Promise<Answer>
}

export interface ServerCounts extends OutboxCounts {
  clients: number
  authenticated: number
  subscriptions: number
  /** Clients that hear of their user's orders. */
  orderSubscriptions: number
  waitingBytes: number
  /** Clients cut off because they did not keep up. */
  slowClosed: number
}

/** Half of what the smallest path of the internet carries in one packet. */
const SMALLEST_PIECE = 256

/** Node's defaults let a silent socket stand for over a minute. */
const HTTP_LIMITS = {
  headersTimeout: 5000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 5000,
  maxHeaderSize: 8192,
}

/** The door: HTTP and WebSocket on one port. Owner of all client connections. */
export class Server {
  readonly #options: ServerOptions
  readonly #http: HttpServer
  readonly #sockets: WebSocketServer
  readonly #turn: Turn
  readonly #connections = new Set<Connection>()
  /** Ended, and on their way out. */
  readonly #leaving = new Set<Connection>()
  /** Of clients that have gone. */
  readonly #past: OutboxCounts = { delivered: 0, folded: 0, lost: 0, abandoned: 0 }
  readonly #stopPing: Cancel
  #slowClosed = 0

  constructor(options: ServerOptions) {
    this.#options = options
    const { rooms, limits } = options
    this.#turn = new Turn(rooms.clock, limits)
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      // A bomb of 61 kB unpacks to hundreds of megabytes; clients that offer compression do without.
      perMessageDeflate: false,
      maxPayload: limits.maxMessageBytes,
      // A message may come in pieces as small as this, and no smaller: each costs memory of its own.
      maxFragments: limits.maxMessageBytes / SMALLEST_PIECE,
      maxBufferedChunks: limits.maxMessageBytes / SMALLEST_PIECE,
    })
    this.#http = createServer(HTTP_LIMITS, (request, response) => void this.#answer(request, response))
    this.#http.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head))
    this.#stopPing = rooms.clock.every(limits.pingMs, () => {
      for (const connection of this.#connections) connection.ping()
    })
  }

  /** Throws PORT_TAKEN, or CONFIG_INVALID for an address this machine does not have. */
  listen(host: string, port: number): Promise<Address> {
    return listen(this.#http, { host, port }, this.#options.log)
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
      this.#http.emit('connection', socket)
    }
  }

  /** Closes the connections whose key is no longer good. */
  recheck(): void {
    for (const connection of this.#connections) connection.recheck()
  }

  /** Takes feeds from clients that belong to other users by now; `owners`: the user of each. */
  evict(owners: ReadonlyMap<string, string>): void {
    for (const connection of this.#connections) connection.evict(owners)
  }

  counts(): ServerCounts {
    const sum: ServerCounts = {
      ...this.#past,
      clients: this.#connections.size,
      authenticated: 0,
      subscriptions: 0,
      orderSubscriptions: 0,
      waitingBytes: 0,
      slowClosed: this.#slowClosed,
    }
    for (const connection of this.#connections) {
      if (connection.authenticated) sum.authenticated++
      sum.subscriptions += connection.subscriptions
      if (connection.hearsOrders) sum.orderSubscriptions++
      sum.waitingBytes += connection.waitingBytes
      addCounts(sum, connection.counts)
    }
    return sum
  }

  /** Cuts all connections without a close frame: three known clients stay away for good after one. */
  async close(): Promise<void> {
    this.#stopPing()
    for (const connection of [...this.#connections, ...this.#leaving]) connection.cut()
    this.#turn.close()
    this.#http.closeAllConnections()
    await new Promise<void>(resolve => this.#http.close(() => resolve()))
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, type, headers, body } = await this.#options.answer(request)
    response.writeHead(status, {
      ...headers,
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    })
    response.end(request.method === 'HEAD' ? undefined : body)
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { rooms, limits, log } = this.#options
    socket.on('error', error => log.debug({ err: error }, 'a client socket broke'))
    this.#sockets.handleUpgrade(request, socket, head, ws => {
      const connection = new Connection({
        ws,
        // node:http serves TCP only, so the stream it hands over is a socket.
        socket: socket as Socket,
        handshakeKey: request.headers['sec-websocket-key'],
        rooms,
        limits,
        turn: this.#turn,
        log,
        onClosed: (one, slow) => {
          this.#connections.delete(one)
          if (ws.readyState !== ws.CLOSED) this.#leaving.add(one)
          if (slow) this.#slowClosed++
          addCounts(this.#past, one.counts)
        },
      })
      this.#connections.add(connection)
      ws.once('close', () => this.#leaving.delete(connection))
    })
  }
}

function addCounts(sum: OutboxCounts, counts: OutboxCounts): void {
  sum.delivered += counts.delivered
  sum.folded += counts.folded
  sum.lost += counts.lost
  sum.abandoned += counts.abandoned
}
