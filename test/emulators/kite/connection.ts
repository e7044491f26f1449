import { Connection, type Opened } from '../kit/connection.ts'
import type { KiteMarket } from './market.ts'
import type { KiteMode } from './mode.ts'
import { heartbeat, message } from './packet.ts'
import { apply } from './request.ts'

/** What the connections of one ticker have in common. */
export interface Surroundings {
  readonly market: KiteMarket
  readonly instrumentLimit: number
  /** Whether a token is shown as it stands as soon as it is subscribed or changes its mode. */
  readonly snapshots: boolean
  /** Hears of every packet that went out. */
  readonly sent: (token: number, packet: Buffer) => void
}

/** One connection of the ticker. */
export class KiteConnection extends Connection {
  readonly subscribed = new Map<number, KiteMode>()
  readonly #around: Surroundings
  /** By token: what was sent last, in the mode of then. */
  readonly #shown = new Map<number, Buffer>()

  constructor(opened: Opened, around: Surroundings) {
    super(opened)
    this.#around = around
  }

  get subscriptions(): number {
    return this.subscribed.size
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
    if (packets.length === 0 || !this.ticks) return false
    for (const packet of packets) {
      const token = packet.length < 4 ? 0 : packet.readUInt32BE(0)
      this.#shown.set(token, packet)
      this.#around.sent(token, packet)
    }
    this.sent.packets += packets.length
    return this.raw(message(packets))
  }

  /** One byte, if nothing else went out for so long. */
  rest(idleMs: number): void {
    if (this.idleMs >= idleMs) this.beat(heartbeat())
  }

  /** A message of two packets whose second is cut in half; one subscribed token is needed. */
  truncated(): void {
    const packets = [...this.subscribed].flatMap(([token, mode]) => this.#around.market.packet(token, mode) ?? [])
    const [first, second = first] = packets
    if (!first || !second) return
    const whole = message([first, second])
    this.raw(whole.subarray(0, whole.length - Math.ceil(second.length / 2)))
  }

  protected hear(frame: string | Buffer, request: unknown): void {
    if (typeof frame !== 'string') return
    const { touched, refused } = apply(this.subscribed, request, this.#around.instrumentLimit)
    if (refused > 0)
      this.text({
        type: 'error',
        data: `Subscription limit of ${this.#around.instrumentLimit} instruments exceeded: ${refused} not subscribed`,
      })
    if (this.#around.snapshots) this.show(touched, true)
  }
}
