import type { Cancel, Clock } from '../shared/clock.ts'
import type { Sink } from './websocket.ts'

export interface OutboxLimits {
  /** Bytes waiting behind a write above which only the newest frame of each topic is kept. */
  readonly softBytes: number
  /**
   * Bytes waiting behind a write above which the client is given up. Above the soft limit the newest frame of each topic does not
   * count: it cannot be folded further, and holding thousands of topics is no fault.
   */
  readonly hardBytes: number
  /** A single write that the kernel has not taken after this long: the client is given up. */
  readonly stallMs: number
}

export interface OutboxCounts {
  /** Frames handed whole to the kernel. */
  delivered: number
  /** Frames replaced by a newer one of the same topic before they could be sent. */
  folded: number
  /** Frames that waited, or that the kernel had not confirmed, when the client went. */
  abandoned: number
}

interface Waiting {
  readonly topic: object | undefined
  /** `undefined` once a newer value of the topic has been queued further back. */
  frame: Buffer | undefined
  /** How many replies were queued before it. */
  readonly era: number
}

/** So small that a client which reads at all finishes one within the stall limit. */
const WRITE_BYTES = 64 * 1024

/**
 * Everything that waits for one client. Frames offered within one turn of the event loop go out in one write; while
 * a write is with the kernel, newer frames wait here, bounded. The policy is `every`: all frames in order up to the
 * soft limit, then the newest per topic. Other policies (`latest`, `interval`) belong in `#admit`.
 */
export class Outbox {
  readonly #counts: OutboxCounts = { delivered: 0, folded: 0, abandoned: 0 }
  readonly #sink: Sink
  readonly #limits: OutboxLimits
  readonly #clock: Clock
  readonly #turn: Turn
  readonly #framesPerWrite: number
  readonly #giveUp: (why: 'too much waiting' | 'stalled') => void
  /** The newest waiting frame per topic, kept only above the soft limit. */
  readonly #newest = new Map<object, Waiting>()
  #waiting: Waiting[] = []
  #bytes = 0
  /** Of the frames in `#newest`. */
  #newestBytes = 0
  #era = 0
  /** Frames handed to the kernel and not confirmed. */
  #inFlight = 0
  #folding = false
  #writing = false
  #closed = false
  #stall: Cancel | undefined

  constructor(options: {
    sink: Sink
    limits: OutboxLimits
    clock: Clock
    turn: Turn
    oneFramePerWrite?: boolean
    giveUp: (why: 'too much waiting' | 'stalled') => void
  }) {
    this.#sink = options.sink
    this.#limits = options.limits
    this.#clock = options.clock
    this.#turn = options.turn
    this.#framesPerWrite = options.oneFramePerWrite ? 1 : Number.POSITIVE_INFINITY
    this.#giveUp = options.giveUp
  }

  /** Bytes that wait here, beyond what the kernel was offered. */
  get bytes(): number {
    return this.#bytes
  }

  /** Once closed, what was offered is delivered, folded or abandoned; until then some of it waits. */
  get counts(): OutboxCounts {
    const { delivered, folded, abandoned } = this.#counts
    return { delivered, folded, abandoned: this.#closed ? abandoned + this.#inFlight : abandoned }
  }

  /** Queues one frame. `topic` identifies what it is a newer value of; frames without one are never folded. */
  offer(frame: Buffer, topic?: object): void {
    if (this.#closed) return
    this.#admit(frame, topic)
    if (!this.#writing) this.#turn.mark(this)
    else if (this.#bytes - this.#newestBytes > this.#limits.hardBytes) this.#giveUp('too much waiting')
  }

  /** Hands what waits to the kernel, unless it still has something. */
  flush(): void {
    if (this.#writing || this.#closed) return
    const batch: Buffer[] = []
    let taken = 0
    let bytes = 0
    for (const one of this.#waiting) {
      const { frame } = one
      if (frame) {
        if (batch.length > 0 && (bytes + frame.length > WRITE_BYTES || batch.length >= this.#framesPerWrite)) break
        batch.push(frame)
        bytes += frame.length
        this.#release(one)
      }
      taken++
    }
    this.#waiting.splice(0, taken)
    this.#bytes -= bytes
    if (this.#waiting.length === 0) this.#folding = false
    const [first] = batch
    if (first) this.#write(batch.length === 1 ? first : Buffer.concat(batch, bytes), batch.length)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stall?.()
    this.#counts.abandoned += this.#waiting.filter(one => one.frame).length
    this.#waiting = []
    this.#newest.clear()
    this.#bytes = 0
    this.#newestBytes = 0
  }

  #admit(frame: Buffer, topic: object | undefined): void {
    const older = topic && this.#newest.get(topic)
    if (older && this.#replace(older, frame)) return
    if (!topic) this.#era++
    const one: Waiting = { topic, frame, era: this.#era }
    this.#waiting.push(one)
    this.#bytes += frame.length
    if (this.#folding) this.#keep(one)
    // While the kernel takes everything at once, a burst within one turn is no sign of a slow client.
    else if (this.#writing && this.#bytes > this.#limits.softBytes) this.#fold()
  }

  /** Puts a newer value in an older one's place, unless a reply stands behind it: no value may overtake a reply. */
  #replace(older: Waiting, frame: Buffer): boolean {
    const inPlace = older.era === this.#era
    const change = (inPlace ? frame.length : 0) - (older.frame?.length ?? 0)
    this.#bytes += change
    this.#newestBytes += change
    this.#counts.folded++
    older.frame = inPlace ? frame : undefined
    return inPlace
  }

  #fold(): void {
    this.#folding = true
    const all = this.#waiting
    const last = new Map(all.map(one => [one.topic, one]))
    this.#waiting = all.filter(one => !one.topic || last.get(one.topic) === one)
    this.#bytes = 0
    for (const one of this.#waiting) {
      this.#bytes += one.frame?.length ?? 0
      this.#keep(one)
    }
    this.#counts.folded += all.length - this.#waiting.length
  }

  /** Notes it as the newest of its topic. */
  #keep(one: Waiting): void {
    if (!one.topic) return
    this.#newest.set(one.topic, one)
    this.#newestBytes += one.frame?.length ?? 0
  }

  #release(one: Waiting): void {
    if (!one.topic || this.#newest.get(one.topic) !== one) return
    this.#newest.delete(one.topic)
    this.#newestBytes -= one.frame?.length ?? 0
  }

  #write(bytes: Buffer, frames: number): void {
    this.#writing = true
    this.#inFlight = frames
    this.#stall = this.#clock.after(this.#limits.stallMs, () => this.#giveUp('stalled'))
    this.#sink.write(bytes, error => {
      this.#writing = false
      this.#inFlight = 0
      this.#stall?.()
      // The socket's own error and close events tell its owner; here nothing more can go out.
      if (error) {
        this.#counts.abandoned += frames
        this.close()
        return
      }
      this.#counts.delivered += frames
      this.flush()
    })
  }
}

/** Flushes all outboxes that were offered something in this turn of the event loop, once, at its end. */
export class Turn {
  readonly #clock: Clock
  #marked = new Set<Outbox>()
  #scheduled = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  mark(outbox: Outbox): void {
    this.#marked.add(outbox)
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.soon(this.#run)
  }

  readonly #run = (): void => {
    const marked = this.#marked
    this.#marked = new Set()
    this.#scheduled = false
    for (const outbox of marked) outbox.flush()
  }
}
