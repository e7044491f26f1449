import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { RawData, WebSocket } from 'ws'
import type { Cancel } from '../shared/clock.ts'
import type { Log } from '../shared/log.ts'
import type { AdmissionLimits } from './admission.ts'
import { Client } from './client.ts'
import { Outbox, type OutboxCounts, type OutboxLimits } from './fanout/outbox.ts'
import type { Turn } from './fanout/turn.ts'
import { featureNames } from './features.ts'
import { slowNotice } from './notices.ts'
import type { Peer, PeerFacts } from './peer.ts'
import { quirksOf } from './quirks.ts'
import type { Rooms } from './rooms.ts'

export interface ConnectionLimits extends AdmissionLimits, OutboxLimits {
  /** How many pings in a row a client may leave unanswered; one known client answers rarely. */
  readonly missedPongs: number
  /** Largest message before authentication; the limit after it is the WebSocket library's. */
  readonly maxAnonymousBytes: number
}

export interface ConnectionParts {
  readonly ws: WebSocket
  /** The socket under `ws`, as handed over at upgrade. */
  readonly socket: Socket
  readonly handshakeKey: string | undefined
  /** Who it is, for limits by address. */
  readonly address: string
  /** Its number among the connections of this process. */
  readonly seat: number
  readonly rooms: Rooms
  readonly limits: ConnectionLimits
  readonly turn: Turn
  readonly log: Log
  /** Called once. `slow`: it was cut off because it did not keep up. */
  onClosed(connection: Connection, slow: boolean): void
}

/** A client that has been sent a close frame and does not answer it is cut off after this. */
const CLOSE_GRACE_MS = 1500

/** Close code of a server that goes (RFC 6455, registry: service restart). */
const SERVICE_RESTART = 1012
/** Close code of a client that does not keep up. */
const TOO_SLOW = 4008
/** Close code of a fault of this program (RFC 6455, 7.4.1). */
const INTERNAL_ERROR = 1011
/** Bytes of text in a close frame (RFC 6455, 5.5). */
const LONGEST_REASON = 123

/** One client's socket. The library receives, pings and closes; data frames go out through the outbox alone. */
export class Connection implements Peer {
  readonly #parts: ConnectionParts
  readonly #outbox: Outbox
  readonly #client: Client
  #unanswered = 0
  #closing: Cancel | undefined
  #closed = false
  #isHushed = false
  #messages = 0
  readonly #since: number
  /** Of the ping that was not answered yet, monotonic. */
  #pingedAt: number | undefined
  #lagMs: number | undefined

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#since = parts.rooms.clock.now()
    const { ws, socket, rooms, limits, turn, address, seat } = parts
    const { oneFramePerWrite } = quirksOf(parts.handshakeKey)
    const onGivenUp = (why: string) => this.#giveUp(why)
    const isDeferred = socket instanceof TLSSocket
    this.#outbox = new Outbox({
      sink: socket,
      isDeferred,
      limits,
      clock: rooms.clock,
      turn,
      oneFramePerWrite,
      onGivenUp,
    })
    this.#client = new Client(rooms, limits, this.#outbox, {
      address,
      seat,
      close: (code, reason) => this.#closePolitely(code, reason),
      fail: error => this.#fail(error),
      busy: busy => (busy ? ws.pause() : ws.resume()),
    })
    ws.on('message', data => {
      try {
        this.#receive(data)
      } catch (error) {
        this.#fail(error)
      }
    })
    ws.on('pong', () => {
      this.#unanswered = 0
      if (this.#pingedAt !== undefined) this.#lagMs = rooms.clock.monotonic() - this.#pingedAt
      this.#pingedAt = undefined
    })
    ws.on('error', error => {
      parts.log.debug({ err: error }, 'a client connection broke')
      // A message the library could not take: it has sent the close frame already.
      this.#expectEnd()
    })
    ws.once('close', () => this.#end(false))
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

  /** Of the client. */
  get messages(): number {
    return this.#messages
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

  get facts(): PeerFacts {
    const { address, seat } = this.#parts
    const isExtended = !this.#isClassic
    return { id: String(seat), kind: 'websocket', address, since: this.#since, isExtended, lagMs: this.#lagMs }
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
    this.#isHushed = true
    this.#client.close()
  }

  /** The server goes. Known clients stay away after a close frame: only who knows more than the base protocol gets one. */
  dismiss(): void {
    if (this.#isClassic) this.cut()
    else this.#closePolitely(SERVICE_RESTART, 'the server goes')
  }

  recheck(): void {
    try {
      this.#client.recheck()
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Takes feeds away that belong to others by now, or are shared no more. */
  evict(): void {
    this.#client.evict()
  }

  reroute(): void {
    this.#client.reroute()
  }

  endGuards(before: number): void {
    this.#client.endGuards(before)
  }

  /** Before authentication nothing may come first: one known client takes the first bytes for the answer to its key. */
  ping(): void {
    const { ws, limits } = this.#parts
    if (!this.#client.authenticated) return
    if (this.#unanswered > limits.missedPongs) this.cut()
    else if (ws.readyState === ws.OPEN) {
      this.#unanswered++
      this.#pingedAt ??= this.#parts.rooms.clock.monotonic()
      // The answer may still wait for the end of the turn.
      this.flush()
      ws.ping()
    }
  }

  /** Ends it without a close frame. */
  cut(): void {
    this.#end(false)
    this.#parts.ws.terminate()
  }

  get #isClassic(): boolean {
    return featureNames(this.#outbox.features).length === 0
  }

  #receive(data: RawData): void {
    const { ws, limits } = this.#parts
    if (ws.readyState !== ws.OPEN || this.#isHushed) return
    this.#unanswered = 0
    this.#messages++
    // With its default binaryType the library hands over one Buffer per message.
    const bytes = data as Buffer
    if (this.#client.authenticated || bytes.length <= limits.maxAnonymousBytes) this.#client.receive(bytes.toString())
    else this.#closePolitely(1009, `message above ${limits.maxAnonymousBytes} bytes before authentication`)
  }

  #closePolitely(code: number, reason: string): void {
    // What was said before the close frame goes out before it.
    this.#parts.turn.flush(this.#outbox)
    this.#parts.ws.close(code, reason)
    this.#expectEnd()
  }

  /** A close frame has been sent: nothing may follow it, and the client has a moment to answer it. */
  #expectEnd(): void {
    const { ws, rooms } = this.#parts
    this.#outbox.close()
    this.#closing ??= rooms.clock.after(CLOSE_GRACE_MS, () => ws.terminate())
  }

  /**
   * Known clients behave badly after a close frame: only who knows more than the base protocol gets one, with a reason
   * before it, behind what the kernel still has.
   */
  #giveUp(why: string): void {
    // What its subscriptions still held comes at their end, and may be too much again.
    if (this.#closed) return
    const { log, ws, rooms, limits } = this.#parts
    const reason = `This client does not keep up: it ${why}`
    log.warn({ why, waitingBytes: this.#outbox.bytes }, 'closed a client that does not keep up')
    const isClassic = this.#isClassic
    this.#end(true)
    if (isClassic) {
      ws.terminate()
      return
    }
    ws.send(slowNotice({ state: 'closing', reason }))
    ws.close(TOO_SLOW, reason.slice(0, LONGEST_REASON))
    // Its kernel is full: it needs as long to read that as it had to fall behind. Nothing else waits for it.
    rooms.clock.after(limits.stallMs, () => ws.terminate())
  }

  /** A fault met while one client was served ends that client alone. What waits for it is not to be trusted any more. */
  #fail(error: unknown): void {
    const { log, ws, rooms } = this.#parts
    log.error({ err: error, address: this.#parts.address }, 'closed a client: a fault of this program')
    this.#end(false)
    ws.close(INTERNAL_ERROR, 'internal error')
    rooms.clock.after(CLOSE_GRACE_MS, () => ws.terminate())
  }

  #end(slow: boolean): void {
    if (this.#closed) return
    this.#closed = true
    this.#closing?.()
    this.#client.close()
    this.#outbox.close()
    this.#parts.onClosed(this, slow)
  }
}
