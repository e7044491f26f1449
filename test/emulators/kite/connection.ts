import type { Socket } from 'node:net'
import type { WebSocket } from 'ws'
import type { Clock } from '../../../shared/clock.ts'
import { type Conditions, isMute, isSilent } from './conditions.ts'
import type { Market } from './market.ts'
import type { KiteMode } from './mode.ts'
import { heartbeat, message } from './packet.ts'
import { apply } from './request.ts'

/** A client that does not read misses ticks beyond this. */
const BACKLOG_BYTES = 8_000_000

/** What the connections of one stream have in common. */
export interface Surroundings {
  readonly market: Market
  readonly conditions: Conditions
  readonly clock: Clock
  readonly instrumentLimit: number
  /** Whether a token is shown as it stands as soon as it is subscribed or changes its mode. */
  readonly snapshots: boolean
  /** Hears of every packet that went out. */
  readonly sent: (token: number, packet: Buffer) => void
}

/** One client's socket, and everything the broker remembers of it: nothing outlives it. */
export class Connection {
  readonly userId: string
  readonly accessToken: string
  /** Every text frame of the client in its order, parsed where it is JSON. */
  readonly requests: unknown[] = []
  readonly subscribed = new Map<number, KiteMode>()
  readonly sent = { heartbeats: 0, messages: 0, packets: 0, texts: 0 }
  readonly #ws: WebSocket
  readonly #socket: Socket
  readonly #around: Surroundings
  /** By token: what was sent last, in the mode of then. */
  readonly #shown = new Map<number, Buffer>()
  #lastSentAt: number
  #isFrozen = false

  constructor(options: {
    ws: WebSocket
    socket: Socket
    userId: string
    accessToken: string
    around: Surroundings
  }) {
    this.#ws = options.ws
    this.#socket = options.socket
    this.#around = options.around
    this.userId = options.userId
    this.accessToken = options.accessToken
    this.#lastSentAt = options.around.clock.monotonic()
    this.#ws.on('message', (bytes: Buffer, isBinary) => {
      if (!isBinary) this.#hear(bytes.toString())
    })
    this.#ws.on('ping', bytes => {
      if (this.#speaks()) this.#ws.pong(bytes)
    })
    // What breaks ends in 'close', which `isOpen` shows.
    this.#ws.on('error', () => {})
  }

  get isOpen(): boolean {
    return this.#ws.readyState === this.#ws.OPEN
  }

  /** Half-open: its TCP connection stands, and nobody is at this end. */
  get isFrozen(): boolean {
    return this.#isFrozen
  }

  /** The packets of these tokens, sent as one message; of a mode's changes only unless `always`. */
  show(tokens: Iterable<number>, always = false): void {
    const packets: Buffer[] = []
    for (const token of tokens) {
      const mode = this.subscribed.get(token)
      const packet = mode && this.#around.market.packet(token, mode)
      if (!packet) continue
      if (always || this.#around.market.isPlayed(token) || !this.#shown.get(token)?.equals(packet)) packets.push(packet)
    }
    this.push(packets)
  }

  /** Exactly these packets as one message; false when they could not go out. */
  push(packets: readonly Buffer[]): boolean {
    if (packets.length === 0 || !this.#ticks()) return false
    for (const packet of packets) {
      const token = packet.length < 4 ? 0 : packet.readUInt32BE(0)
      this.#shown.set(token, packet)
      this.#around.sent(token, packet)
    }
    this.sent.packets += packets.length
    return this.raw(message(packets))
  }

  /** Any bytes as one binary frame. */
  raw(bytes: Uint8Array): boolean {
    if (!this.#speaks()) return false
    this.sent.messages++
    this.#send(bytes)
    return true
  }

  text(content: object): void {
    if (!this.#speaks()) return
    this.sent.texts++
    this.#send(JSON.stringify(content))
  }

  /** One byte, if nothing else went out for so long. */
  beat(idleMs: number): void {
    if (this.#around.clock.monotonic() - this.#lastSentAt < idleMs || !this.#speaks()) return
    this.sent.heartbeats++
    this.#send(heartbeat())
  }

  /** A message of two packets whose second is cut in half; one subscribed token is needed. */
  truncated(): void {
    const packets = [...this.subscribed].flatMap(([token, mode]) => this.#around.market.packet(token, mode) ?? [])
    const [first, second = first] = packets
    if (!first || !second) return
    const whole = message([first, second])
    this.raw(whole.subarray(0, whole.length - Math.ceil(second.length / 2)))
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

  #hear(text: string): void {
    const request = parsed(text)
    this.requests.push(request)
    const { touched, refused } = apply(this.subscribed, request, this.#around.instrumentLimit)
    if (refused > 0)
      this.text({
        type: 'error',
        data: `Subscription limit of ${this.#around.instrumentLimit} instruments exceeded: ${refused} not subscribed`,
      })
    if (this.#around.snapshots) this.show(touched, true)
  }

  #speaks(): boolean {
    return this.isOpen && !this.#isFrozen && !isMute(this.#around.conditions, this.#around.clock)
  }

  #ticks(): boolean {
    return (
      this.#speaks() &&
      !isSilent(this.#around.conditions, this.#around.clock) &&
      this.#ws.bufferedAmount < BACKLOG_BYTES
    )
  }

  #send(frame: string | Uint8Array): void {
    this.#lastSentAt = this.#around.clock.monotonic()
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
