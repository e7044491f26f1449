import { XPublisher, XSubscriber } from 'zeromq'
import { type Clock, systemClock } from '../shared/clock.ts'
import { systemCode, TickwireError } from '../shared/errors.ts'
import type { BusAddresses } from './addresses.ts'
import type { Bus, BusMessage, Demand } from './bus.ts'
import { type CurveClient, clientOptions } from './curve.ts'
import { exactFilter, formatDemand, MAX_MESSAGE_BYTES, openEnvelope, parseDemand, sealEnvelope } from './envelope.ts'

/** For both sockets. Heartbeats find a peer that is frozen or unplugged: the kernel tells only of dead ones. */
const CONNECTION = {
  heartbeatInterval: 500,
  heartbeatTimeout: 1500,
  reconnectInterval: 50,
  reconnectMaxInterval: 500,
  maxMessageSize: MAX_MESSAGE_BYTES,
  // Neither socket type ever has to wait; 0 makes every send end within its call, so that two never overlap.
  sendTimeout: 0,
} as const

/** How long the operating system may go on sending what was queued at `close()`. Nobody waits for it. */
const LINGER_MS = 100

export interface ZmqBusOptions {
  readonly addresses: BusAddresses
  /** Messages queued towards the forwarder before new ones are dropped. */
  readonly highWaterMark: number
  /** For a TCP bus that is encrypted. */
  readonly curve?: CurveClient | undefined
  readonly clock?: Clock
}

/** After so long spent on messages the event loop gets a turn, so that what they caused is sent, and timers run. */
const READING_MS = 2

/**
 * Connects to the forwarder, now or as soon as it is there, and again whenever it was away. Nothing published in the
 * meantime is kept. Throws BUS_UNAVAILABLE when an address cannot be connected to at all.
 */
export const openZmqBus = (options: ZmqBusOptions): Bus => new ZmqBus(options)

class ZmqBus implements Bus {
  readonly #publisher: XPublisher
  readonly #receiver: XSubscriber
  readonly #clock: Clock
  /** What was asked of the receiving socket, which sends it again after every reconnect. */
  readonly #filters = new Set<string>()
  readonly #demanded = new Set<string>()
  readonly #loops: Promise<void>[] = []
  #receive: ((message: BusMessage) => void) | undefined
  #listen: Demand | undefined
  #up = { publisher: false, receiver: false }
  #tell: (connected: boolean) => void = () => {}
  #closed = false
  #published = 0
  #received = 0
  #malformed = 0

  constructor({ addresses, highWaterMark, curve, clock = systemClock }: ZmqBusOptions) {
    this.#clock = clock
    // `immediate`: without a forwarder messages vanish at once, so that an outage never ends in a burst of old ticks.
    const security = clientOptions(curve)
    this.#publisher = new XPublisher({
      ...CONNECTION,
      ...security,
      immediate: true,
      linger: LINGER_MS,
      sendHighWaterMark: highWaterMark,
      receiveHighWaterMark: 0,
    })
    // Subscriptions are messages too, and a high-water mark would silently lose those past it, at every reconnect.
    this.#receiver = new XSubscriber({
      ...CONNECTION,
      ...security,
      linger: 0,
      sendHighWaterMark: 0,
      // No mark here either: a receiver stopped by one loses its connection to the heartbeat, and reconnecting then
      // aborts the process (libzmq 4.3.5, issue 3937). Who is late drops old messages by their age instead.
      receiveHighWaterMark: 0,
    })
    this.#publisher.events.on('handshake', () => this.#noteConnection({ publisher: true }))
    this.#publisher.events.on('disconnect', () => this.#noteConnection({ publisher: false }))
    this.#receiver.events.on('handshake', () => this.#noteConnection({ receiver: true }))
    this.#receiver.events.on('disconnect', () => this.#noteConnection({ receiver: false }))
    try {
      this.#publisher.connect(addresses.publish)
      this.#receiver.connect(addresses.subscribe)
    } catch (cause) {
      this.#publisher.close()
      this.#receiver.close()
      throw unavailable(`Cannot connect to the bus at ${addresses.publish} and ${addresses.subscribe}`, cause)
    }
    this.#loops.push(this.#read(this.#publisher, frames => this.#takeDemand(frames)))
  }

  publish(topic: string, body: Buffer, seal?: Buffer): void {
    if (this.#closed) return
    this.#send(this.#publisher, sealEnvelope(topic, body, seal))
    this.#published++
  }

  subscribe(topic: string): void {
    this.#want(exactFilter(topic))
  }

  unsubscribe(topic: string): void {
    this.#unwant(exactFilter(topic))
  }

  subscribePrefix(prefix: string): void {
    this.#want(prefix)
  }

  unsubscribePrefix(prefix: string): void {
    this.#unwant(prefix)
  }

  onMessage(receive: (message: BusMessage) => void): void {
    const first = this.#receive === undefined
    this.#receive = receive
    if (first) this.#loops.push(this.#read(this.#receiver, frames => this.#takeMessage(frames)))
  }

  onDemand(listen: Demand): void {
    this.#listen = listen
    for (const filter of this.#demanded) listen(filter, true)
  }

  onConnection(listen: (connected: boolean) => void): void {
    this.#tell = listen
  }

  counts(): { readonly published: number; readonly received: number; readonly malformed: number } {
    return { published: this.#published, received: this.#received, malformed: this.#malformed }
  }

  connected(): boolean {
    return this.#up.publisher && this.#up.receiver && !this.#closed
  }

  async close(): Promise<void> {
    this.#closed = true
    this.#publisher.close()
    this.#receiver.close()
    await Promise.all(this.#loops)
  }

  /** Both sockets lose the forwarder at about the same time, and find it again one after the other: one change each. */
  #noteConnection(change: { publisher: boolean } | { receiver: boolean }): void {
    const before = this.connected()
    this.#up = { ...this.#up, ...change }
    const connected = this.connected()
    if (connected !== before) this.#tell(connected)
  }

  #want(filter: string): void {
    if (this.#closed || this.#filters.has(filter)) return
    this.#filters.add(filter)
    this.#send(this.#receiver, formatDemand(filter, true))
  }

  #unwant(filter: string): void {
    if (this.#closed || !this.#filters.delete(filter)) return
    this.#send(this.#receiver, formatDemand(filter, false))
  }

  #send(socket: XPublisher | XSubscriber, frame: Buffer): void {
    socket.send(frame).catch((cause: unknown) => {
      throw unavailable('The bus did not take a message', cause)
    })
  }

  /** Ends with the socket. Any other failure is no state of the bus but a fault, and is left to end the process. */
  async #read(socket: XPublisher | XSubscriber, take: (frames: readonly Buffer[]) => void): Promise<void> {
    let turnEndsAt = this.#clock.monotonic() + READING_MS
    while (!this.#closed) {
      let frames: readonly Buffer[]
      try {
        frames = await socket.receive()
      } catch (cause) {
        if (socket.closed) return
        throw unavailable('The bus cannot be read', cause)
      }
      take(frames)
      if (this.#clock.monotonic() < turnEndsAt) continue
      await new Promise<void>(resolve => void this.#clock.soon(resolve))
      turnEndsAt = this.#clock.monotonic() + READING_MS
    }
  }

  #takeMessage(frames: readonly Buffer[]): void {
    const message = openEnvelope(frames)
    if (!message) {
      this.#malformed++
      return
    }
    this.#received++
    this.#receive?.(message)
  }

  #takeDemand(frames: readonly Buffer[]): void {
    const demand = parseDemand(frames)
    if (!demand) {
      this.#malformed++
      return
    }
    const { filter, wanted } = demand
    if (wanted) this.#demanded.add(filter)
    else this.#demanded.delete(filter)
    this.#listen?.(filter, wanted)
  }
}

const unavailable = (what: string, cause: unknown): TickwireError =>
  new TickwireError('BUS_UNAVAILABLE', `${what} (${systemCode(cause) ?? String(cause)})`, {
    next: 'Start the bus with `tickwire bus`, or everything with `tickwire up`',
    cause,
  })
