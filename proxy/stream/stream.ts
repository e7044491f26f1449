import type { OutgoingHttpHeader, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Cancel } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import type { Identity } from '../access.ts'
import type { AdmissionLimits } from '../admission.ts'
import { Client } from '../client.ts'
import { Outbox, type OutboxCounts, type OutboxLimits } from '../fanout/outbox.ts'
import type { Turn } from '../fanout/turn.ts'
import type { Features } from '../features.ts'
import { slowNotice } from '../notices.ts'
import type { Peer, PeerFacts } from '../peer.ts'
import type { Refusal } from '../protocol.ts'
import type { Rooms } from '../rooms.ts'
import { COMMENT, type Lines, namedEvent, payloadsOf } from './lines.ts'

/** What a reader of events asks for, all of it in its one request. */
export interface StreamWish {
  readonly identity: Identity
  readonly features: Features | undefined
  /** Client messages, as they would be said over a WebSocket after `authenticate`. */
  readonly messages: readonly string[]
}

/** Where the events go. */
export interface StreamLine {
  readonly socket: Socket
  /** Nothing of it has been sent. */
  readonly response: ServerResponse
  /** Besides those that are set on the response. */
  readonly headers: Readonly<Record<string, OutgoingHttpHeader | undefined>>
}

export interface StreamParts extends StreamLine {
  readonly wish: StreamWish
  readonly address: string
  /** Its number among the connections of this process. */
  readonly seat: number
  readonly rooms: Rooms
  readonly limits: AdmissionLimits & OutboxLimits
  readonly turn: Turn
  /** One for all streams. */
  readonly lines: Lines
  readonly log: Log
  /** Called once: it is in, or what keeps it out. */
  onAnswered(refusal: Refusal | undefined): void
  /** Called once. `slow`: it was cut off because it did not keep up. */
  onClosed(stream: EventStream, slow: boolean): void
}

const HEARTBEAT_MS = 15_000
/** When a reader that lost its connection may try again. */
const RETRY_MS = 3000
/** Who has been told that it ends, and does not close, is cut off after this. */
const CLOSE_GRACE_MS = 1500
/** The same numbers as a WebSocket is closed with. */
const CODES = { restart: 1012, slow: 4008, fault: 1011 } as const

/**
 * One client that reads events over HTTP (server-sent events). All it has to say it said in its request; what it is sent is
 * what a WebSocket would be sent, line by line instead of frame by frame.
 */
export class EventStream implements Peer {
  readonly messages: number
  readonly #parts: StreamParts
  readonly #outbox: Outbox
  readonly #client: Client
  readonly #stopHeartbeat: Cancel
  #closing: Cancel | undefined
  readonly #since: number
  #isAnswered = false
  #closed = false

  constructor(parts: StreamParts) {
    this.#parts = parts
    const { socket, wish, rooms, limits, turn, lines, address, seat } = parts
    const write = (bytes: Uint8Array, written?: (error?: Error | null) => void): boolean =>
      bytes.length === 0 || this.#begin(bytes)
        ? socket.write(bytes.length > 0 ? lines.of(bytes) : bytes, written)
        : true
    this.#outbox = new Outbox({
      sink: {
        write,
        get writableLength() {
          return socket.writableLength
        },
      },
      isDeferred: socket instanceof TLSSocket,
      limits,
      clock: rooms.clock,
      turn,
      onGivenUp: why => this.#giveUp(why),
    })
    this.#client = new Client(rooms, limits, this.#outbox, {
      address,
      seat,
      close: (code, reason) => this.#closePolitely(code, reason),
      fail: error => this.#fail(error),
      busy: () => {},
    })
    this.messages = wish.messages.length
    this.#since = rooms.clock.now()
    this.#stopHeartbeat = rooms.clock.every(HEARTBEAT_MS, () => this.#beat())
    socket.once('close', () => this.#end(false))
    // From here on nobody listens: whatever it says is let go, so that its end is seen.
    socket.removeAllListeners('data')
    socket.on('data', () => {})
    socket.resume()
  }

  /** Says what its request says. */
  open(): void {
    const { identity, features, messages } = this.#parts.wish
    this.#client.enter(identity, features)
    for (const message of messages) this.#client.receive(message)
  }

  get facts(): PeerFacts {
    const { address, seat, wish } = this.#parts
    const isExtended = wish.features !== undefined
    return { id: String(seat), kind: 'events', address, since: this.#since, isExtended, lagMs: undefined }
  }

  get authenticated(): boolean {
    return this.#client.authenticated
  }

  get subscriptions(): number {
    return this.#client.subscriptions
  }

  get keyId(): string | undefined {
    return this.#client.keyId
  }

  get hearsOrders(): boolean {
    return this.#client.hearsOrders
  }

  get waitingBytes(): number {
    return this.#outbox.bytes
  }

  get counts(): OutboxCounts {
    return this.#outbox.counts
  }

  get isToldOfEnds(): boolean {
    return this.#outbox.features.shutdown
  }

  say(text: string): void {
    this.#outbox.say(text)
  }

  flush(): void {
    this.#parts.turn.flush(this.#outbox)
  }

  hush(): void {
    this.#client.close()
  }

  dismiss(): void {
    this.#closePolitely(CODES.restart, 'the server goes')
  }

  recheck(): void {
    try {
      this.#client.recheck()
    } catch (error) {
      this.#fail(error)
    }
  }

  evict(): void {
    this.#client.evict()
  }

  reroute(): void {
    this.#client.reroute()
  }

  endGuards(before: number): void {
    this.#client.endGuards(before)
  }

  /** Nobody answers here: who is gone is known when it takes nothing more. */
  ping(): void {}

  cut(): void {
    this.#end(false)
    this.#parts.socket.destroy()
  }

  /** While something waits there is no need of it. */
  #beat(): void {
    if (this.#isAnswered && this.#outbox.bytes === 0) this.#parts.socket.write(COMMENT)
  }

  /** The first thing that is said shows whether it is in: only then is it known with which status the answer begins. */
  #begin(bytes: Uint8Array): boolean {
    if (this.#isAnswered) return !this.#closed
    if (!this.#client.authenticated) {
      const [refusal] = payloadsOf(bytes)
      this.#refuse(JSON.parse(String(refusal)) as Refusal)
      return false
    }
    const { response, headers, socket } = this.#parts
    this.#answered(undefined)
    // Its end is the end of the connection: no length, and no chunks.
    response.removeHeader('transfer-encoding')
    response.writeHead(200, {
      ...headers,
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    })
    response.flushHeaders()
    socket.write(`retry: ${RETRY_MS}\n\n`)
    return true
  }

  #refuse(refusal: Refusal): void {
    this.#answered(refusal)
    this.#end(false)
  }

  #answered(refusal: Refusal | undefined): void {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.#parts.onAnswered(refusal)
  }

  #closePolitely(code: number, reason: string): void {
    this.flush()
    this.#bid(code, reason, CLOSE_GRACE_MS)
    this.#outbox.close()
  }

  /** Says why it ends, behind what the kernel still has. */
  #bid(code: number, reason: string, graceMs: number): void {
    const { socket, rooms } = this.#parts
    if (!this.#isAnswered) this.#refuse({ code: 'SERVER_ERROR', message: reason })
    else if (!socket.writableEnded) {
      socket.end(namedEvent('close', { code, reason }))
      this.#closing ??= rooms.clock.after(graceMs, () => socket.destroy())
      socket.once('close', this.#closing)
    }
  }

  #giveUp(why: string): void {
    if (this.#closed) return
    const { log, socket, limits } = this.#parts
    const reason = `This client does not keep up: it ${why}`
    log.warn({ why, waitingBytes: this.#outbox.bytes }, 'closed a client that does not keep up')
    this.#end(true)
    socket.write(`data: ${slowNotice({ state: 'closing', reason })}\n\n`)
    // Its kernel is full: it needs as long to read that as it had to fall behind. Nothing else waits for it.
    this.#bid(CODES.slow, reason, limits.stallMs)
  }

  /** A fault met while one client was served ends that client alone. */
  #fail(error: unknown): void {
    const { log, address } = this.#parts
    log.error({ err: error, address }, 'closed a client: a fault of this program')
    this.#end(false)
    this.#bid(CODES.fault, 'internal error', CLOSE_GRACE_MS)
  }

  #end(slow: boolean): void {
    if (this.#closed) return
    this.#closed = true
    this.#stopHeartbeat()
    this.#client.close()
    this.#outbox.close()
    this.#answered({ code: 'SERVER_ERROR', message: 'the connection has ended' })
    this.#parts.onClosed(this, slow)
  }
}
