import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Clock } from '../../../shared/clock.ts'
import { type Conditions, isMute, isSilent } from './conditions.ts'

/** A client that does not read misses ticks beyond this. */
const BACKLOG_BYTES = 8_000_000

/** Who has logged in, and by which token. */
export interface Visitor {
  readonly userId: string
  readonly token: string
}

/** A socket that has just been opened. */
export interface Opened {
  readonly ws: WebSocket
  readonly socket: Socket
  /** Nobody yet where the login is a frame. */
  readonly visitor: Visitor | undefined
  readonly conditions: Conditions
  readonly clock: Clock
}

/** One client's socket, and everything the broker remembers of it: nothing outlives it. */
export abstract class Connection {
  visitor: Visitor | undefined
  /** Every frame of the client in its order: text parsed where it is JSON, binary as it came. */
  readonly requests: unknown[] = []
  readonly sent = { heartbeats: 0, messages: 0, packets: 0, texts: 0 }
  protected readonly clock: Clock
  readonly #ws: WebSocket
  readonly #socket: Socket
  readonly #conditions: Conditions
  #lastSentAt: number
  #isFrozen = false

  constructor({ ws, socket, visitor, conditions, clock }: Opened) {
    this.#ws = ws
    this.#socket = socket
    this.#conditions = conditions
    this.clock = clock
    this.visitor = visitor
    this.#lastSentAt = clock.monotonic()
    ws.on('message', (bytes: Buffer, isBinary) => this.#take(isBinary ? bytes : bytes.toString()))
    ws.on('ping', bytes => {
      if (this.speaks) ws.pong(bytes)
    })
    // What breaks ends in 'close', which `isOpen` shows.
    ws.on('error', () => {})
  }

  /** How many instruments it has. */
  abstract get subscriptions(): number

  /** Sends a message that ends before what it says it holds; may need a subscription. */
  abstract truncated(): void

  /** What the broker does with a frame; `request` is its JSON where it is any. */
  protected abstract hear(frame: string | Buffer, request: unknown): void

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN
  }

  /** Half-open: its TCP connection stands, and nobody is at this end. */
  get isFrozen(): boolean {
    return this.#isFrozen
  }

  /** Whether anything at all may be sent now. */
  get speaks(): boolean {
    return this.isOpen && !this.#isFrozen && !isMute(this.#conditions, this.clock)
  }

  /** Whether prices may be sent now. */
  get ticks(): boolean {
    return this.speaks && !isSilent(this.#conditions, this.clock) && this.#ws.bufferedAmount < BACKLOG_BYTES
  }

  /** Since anything was sent. */
  get idleMs(): number {
    return this.clock.monotonic() - this.#lastSentAt
  }

  /** Any bytes as one binary frame; false when they could not go out. */
  raw(bytes: Uint8Array): boolean {
    if (!this.speaks) return false
    this.sent.messages++
    this.#send(bytes)
    return true
  }

  /** Text as it stands, or an object as JSON. */
  text(content: string | object): boolean {
    if (!this.speaks) return false
    this.sent.texts++
    this.#send(typeof content === 'string' ? content : JSON.stringify(content))
    return true
  }

  /** What says that the connection lives. */
  beat(frame: string | Uint8Array): void {
    if (!this.speaks) return
    this.sent.heartbeats++
    this.#send(frame)
  }

  freeze(): void {
    this.#isFrozen = true
    this.#ws.pause()
  }

  /** FIN, without a word of WebSocket. */
  drop(): void {
    this.#socket.destroySoon()
  }

  reset(): void {
    this.#socket.resetAndDestroy()
  }

  /** As a server that goes away in good order. */
  end(code: number, reason: string): void {
    this.#ws.close(code, reason)
  }

  #take(frame: string | Buffer): void {
    const request = typeof frame === 'string' ? parsed(frame) : frame
    this.requests.push(request)
    this.hear(frame, request)
  }

  #send(frame: string | Uint8Array): void {
    this.#lastSentAt = this.clock.monotonic()
    this.#ws.send(frame)
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
