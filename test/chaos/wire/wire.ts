import { connect, createServer, type Server, type Socket } from 'node:net'
import { type Clock, systemClock } from '../../../shared/clock.ts'
import { type Conditions, FAIR, Lane } from './lane.ts'

const HOST = '127.0.0.1'

/** `down`: from the server to who dialled it; `up`: the other way. */
export type Direction = 'down' | 'up'

interface Pair {
  readonly near: Socket
  readonly far: Socket
  readonly lanes: Readonly<Record<Direction, Lane>>
  /** Half-open: nothing of it comes to life again. */
  isDead: boolean
}

/**
 * A TCP connection that goes wrong on order: stands between who dials and a server on this machine, without TLS. What
 * lasts ends with `heal`; a connection that was cut or made half-open stays so.
 */
export class Wire {
  readonly #target: number
  readonly #clock: Clock
  readonly #pairs = new Set<Pair>()
  readonly #conditions: Record<Direction, Conditions> = { down: FAIR, up: FAIR }
  #server: Server
  #port = 0
  #isDeaf = false

  private constructor(target: number, clock: Clock) {
    this.#target = target
    this.#clock = clock
    this.#server = this.#newServer()
  }

  /** To a port of this machine. */
  static async open(target: number, clock: Clock = systemClock): Promise<Wire> {
    const wire = new Wire(target, clock)
    await wire.#listen()
    return wire
  }

  get port(): number {
    return this.#port
  }

  /** Connections that who dialled has not given up, the half-open ones too. */
  get connections(): number {
    return [...this.#pairs].filter(({ near }) => !near.readableEnded && !near.destroyed).length
  }

  /** Connections that still carry something. */
  get alive(): number {
    return [...this.#pairs].filter(({ isDead }) => !isDead).length
  }

  /** From now on, also for connections to come. */
  set(direction: Direction, conditions: Partial<Conditions>): void {
    this.#conditions[direction] = { ...this.#conditions[direction], ...conditions }
    this.#apply()
  }

  /** Every connection that stands takes bytes and gives none, and nobody hears of an end. `newToo`: also those to come. */
  halfOpen({ newToo = false } = {}): void {
    this.#isDeaf = newToo
    for (const pair of this.#pairs) kill(pair)
  }

  /** Every connection ends on both sides, as by a server that closes (FIN) or by one that has lost its memory (RST). */
  cut(how: 'FIN' | 'RST'): void {
    for (const { near, far } of this.#pairs)
      if (how === 'FIN') {
        near.end()
        far.end()
      } else {
        near.resetAndDestroy()
        far.resetAndDestroy()
      }
  }

  /** Nobody listens any more; what stands goes on. */
  refuse(): void {
    this.#server.close()
  }

  /** One bit of the byte that comes after so many others, on every connection. */
  flip(direction: Direction, after: number, bit = 0): void {
    for (const { lanes } of this.#pairs) lanes[direction].flip(after, bit)
  }

  /** So many bytes more on every connection, then FIN. */
  truncate(direction: Direction, bytes: number): void {
    for (const { lanes } of this.#pairs) lanes[direction].truncate(bytes)
  }

  /** Whatever lasts is over: fair conditions, and somebody listens. */
  async heal(): Promise<void> {
    this.#isDeaf = false
    this.#conditions.down = FAIR
    this.#conditions.up = FAIR
    this.#apply()
    if (this.#server.listening) return
    this.#server = this.#newServer()
    await this.#listen()
  }

  close(): void {
    this.#server.close()
    for (const { near, far } of this.#pairs) {
      near.destroy()
      far.destroy()
    }
  }

  #apply(): void {
    for (const { lanes, isDead } of this.#pairs)
      if (!isDead) for (const way of ['down', 'up'] as const) lanes[way].set(this.#conditions[way])
  }

  #newServer(): Server {
    return createServer({ allowHalfOpen: true }, near => this.#join(near))
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(this.#port, HOST, () => {
        const address = this.#server.address()
        if (typeof address === 'object' && address) this.#port = address.port
        resolve()
      })
    })
  }

  #join(near: Socket): void {
    const far = connect({ host: HOST, port: this.#target, allowHalfOpen: true })
    near.setNoDelay(true)
    far.setNoDelay(true)
    const clock = this.#clock
    const lanes = {
      down: new Lane({ from: far, to: near, clock, conditions: this.#conditions.down, isServer: true }),
      up: new Lane({ from: near, to: far, clock, conditions: this.#conditions.up, isServer: false }),
    }
    const pair: Pair = { near, far, lanes, isDead: false }
    this.#pairs.add(pair)
    if (this.#isDeaf) kill(pair)
    for (const one of [near, far]) {
      one.on('error', () => {})
      one.once('close', hadError => this.#part(pair, hadError))
    }
  }

  /** What ends here ends there, unless nobody is at this end any more. */
  #part(pair: Pair, hadError: boolean): void {
    const { near, far, lanes } = pair
    if (pair.isDead && !(near.destroyed && far.destroyed)) return
    this.#pairs.delete(pair)
    lanes.down.close()
    lanes.up.close()
    for (const one of [near, far])
      if (!one.destroyed)
        if (hadError) one.resetAndDestroy()
        else one.destroySoon()
  }
}

function kill(pair: Pair): void {
  pair.isDead = true
  for (const lane of Object.values(pair.lanes)) lane.set({ ...FAIR, isDead: true })
}
