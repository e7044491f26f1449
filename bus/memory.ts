import type { Bus, BusMessage, Demand } from './bus.ts'
import { envelopeBytes, exactFilter } from './envelope.ts'

/**
 * The bus within one process: the same behaviour as over sockets, for tests. Every `open()` is one more door to the
 * same exchange.
 */
export class MemoryExchange {
  readonly #doors = new Set<MemoryDoor>()
  /** How many doors want a filter. */
  readonly #wanted = new Map<string, number>()
  readonly #highWaterMark: number
  #running = true

  /** `highWaterMark`: messages that wait at one door before newer ones are dropped there. */
  constructor(options: { readonly highWaterMark?: number } = {}) {
    this.#highWaterMark = options.highWaterMark ?? Number.POSITIVE_INFINITY
  }

  open(): Bus {
    const door = new MemoryDoor(this.#highWaterMark, this.#running, this.#running ? this.#wanted.keys() : [], {
      deliver: message => this.#deliver(message),
      want: filter => this.#want(filter),
      unwant: filter => this.#unwant(filter),
      leave: () => void this.#doors.delete(door),
    })
    this.#doors.add(door)
    return door
  }

  /** As when the forwarder dies: every door loses its connection, nothing passes, and nothing is wanted. */
  stop(): void {
    if (this.#running) this.#switch(false)
  }

  /** As when it is there again: what the doors still want is wanted again. */
  start(): void {
    if (!this.#running) this.#switch(true)
  }

  #switch(running: boolean): void {
    this.#running = running
    for (const door of this.#doors) {
      door.connect(running)
      for (const filter of this.#wanted.keys()) door.tell(filter, running)
    }
  }

  /** What a foreign publisher sends: the plain two-part form, which only prefixes receive. */
  publishPlain(topic: string, body: Buffer): void {
    this.#deliver({ topic, body, plain: true })
  }

  #deliver(message: BusMessage): void {
    if (!this.#running) return
    for (const door of this.#doors) door.offer(message)
  }

  #want(filter: string): void {
    const doors = this.#wanted.get(filter) ?? 0
    this.#wanted.set(filter, doors + 1)
    if (doors === 0) this.#tell(filter, true)
  }

  #unwant(filter: string): void {
    const doors = this.#wanted.get(filter) ?? 0
    if (doors > 1) {
      this.#wanted.set(filter, doors - 1)
      return
    }
    this.#wanted.delete(filter)
    this.#tell(filter, false)
  }

  #tell(filter: string, wanted: boolean): void {
    if (this.#running) for (const door of this.#doors) door.tell(filter, wanted)
  }
}

/** What a door asks of its exchange. */
interface Hall {
  deliver(message: BusMessage): void
  want(filter: string): void
  unwant(filter: string): void
  leave(): void
}

const NOTHING = Buffer.alloc(0)

class MemoryDoor implements Bus {
  readonly #hall: Hall
  readonly #highWaterMark: number
  readonly #exact = new Set<string>()
  readonly #prefixes = new Set<string>()
  readonly #demanded: Set<string>
  #waiting: BusMessage[] = []
  #receive: ((message: BusMessage) => void) | undefined
  #listen: Demand | undefined
  #connected: boolean
  #tell: (connected: boolean) => void = () => {}
  #draining = false
  #closed = false
  #published = 0
  #received = 0

  constructor(highWaterMark: number, connected: boolean, demanded: Iterable<string>, hall: Hall) {
    this.#highWaterMark = highWaterMark
    this.#connected = connected
    this.#demanded = new Set(demanded)
    this.#hall = hall
  }

  publish(topic: string, body: Buffer, seal: Buffer = NOTHING): void {
    if (this.#closed) return
    envelopeBytes(topic, body, seal)
    this.#published++
    this.#hall.deliver({ topic, body: Buffer.concat([body, seal]), plain: false })
  }

  subscribe(topic: string): void {
    this.#want(this.#exact, exactFilter(topic))
  }

  unsubscribe(topic: string): void {
    this.#unwant(this.#exact, exactFilter(topic))
  }

  subscribePrefix(prefix: string): void {
    this.#want(this.#prefixes, prefix)
  }

  unsubscribePrefix(prefix: string): void {
    this.#unwant(this.#prefixes, prefix)
  }

  onMessage(receive: (message: BusMessage) => void): void {
    this.#receive = receive
    this.#schedule()
  }

  onDemand(listen: Demand): void {
    this.#listen = listen
    for (const filter of this.#demanded) listen(filter, true)
  }

  onConnection(listen: (connected: boolean) => void): void {
    this.#tell = listen
  }

  counts(): { readonly published: number; readonly received: number; readonly malformed: number } {
    return { published: this.#published, received: this.#received, malformed: 0 }
  }

  connected(): boolean {
    return this.#connected && !this.#closed
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    this.#hall.leave()
    for (const filter of [...this.#exact, ...this.#prefixes]) this.#hall.unwant(filter)
  }

  /** Called by the exchange with every message; keeps those that are wanted here. */
  offer(message: BusMessage): void {
    if (this.#waiting.length >= this.#highWaterMark || !this.#wants(message)) return
    this.#waiting.push(message)
    this.#schedule()
  }

  /** Called by the exchange when it stops and when it starts again. */
  connect(connected: boolean): void {
    this.#connected = connected
    queueMicrotask(() => {
      if (!this.#closed) this.#tell(connected)
    })
  }

  /** Called by the exchange when the first door wants a filter, and when the last one no longer does. */
  tell(filter: string, wanted: boolean): void {
    queueMicrotask(() => {
      if (this.#closed) return
      if (wanted) this.#demanded.add(filter)
      else this.#demanded.delete(filter)
      this.#listen?.(filter, wanted)
    })
  }

  #wants({ topic, plain }: BusMessage): boolean {
    const sealed = exactFilter(topic)
    if (!plain && this.#exact.has(sealed)) return true
    for (const prefix of this.#prefixes) if ((plain ? topic : sealed).startsWith(prefix)) return true
    return false
  }

  #want(filters: Set<string>, filter: string): void {
    if (this.#closed || filters.has(filter)) return
    filters.add(filter)
    this.#hall.want(filter)
  }

  #unwant(filters: Set<string>, filter: string): void {
    if (!this.#closed && filters.delete(filter)) this.#hall.unwant(filter)
  }

  #schedule(): void {
    if (this.#draining || !this.#receive || this.#waiting.length === 0) return
    this.#draining = true
    queueMicrotask(() => this.#drain())
  }

  #drain(): void {
    this.#draining = false
    const messages = this.#waiting
    this.#waiting = []
    for (const message of messages) {
      if (this.#closed) return
      this.#received++
      this.#receive?.(message)
    }
  }
}
