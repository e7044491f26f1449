import type { Cancel, Clock } from '../shared/clock.ts'
import type { Sink } from './websocket.ts'

export interface OutboxLimits {
  /** Bytes waiting above which only the newest frame of each topic is kept. */
  readonly softBytes: number
  /** Bytes waiting above which the client is given up. */
  readonly hardBytes: number
  /** A single write that the kernel has not taken after this long: the client is given up. */
  readonly stallMs: number
}

export interface OutboxCounts {
  /** Frames handed whole to the kernel. */
  delivered: number
  /** Frames replaced by a newer one of the same topic before they could be sent. */
  folded: number
  /** Frames still waiting when the client went. */
  abandoned: number
}

interface Waiting {
  readonly topic: object | undefined
  frame: Buffer
}

/** So small that a client which reads at all finishes one within the stall limit. */
const WRITE_BYTES = 64 * 1024

/**
 * Everything that waits for one client. Frames offered within one turn of the event loop go out in one write; while
 * a write is with the kernel, newer frames wait here, bounded. The policy is `every`: all frames in order up to the
 * soft limit, then the newest per topic. Other policies (`latest`, `interval`) belong in `#admit`.
 */
export class Outbox {
  readonly counts: OutboxCounts = { delivered: 0, folded: 0, abandoned: 0 }
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

  /** Queues one frame. `topic` identifies what it is a newer value of; frames without one are never folded. */
  offer(frame: Buffer, topic?: object): void {
    if (this.#closed) return
    this.#admit(frame, topic)
    if (this.#bytes > this.#limits.hardBytes) this.#giveUp('too much waiting')
    else if (!this.#writing) this.#turn.mark(this)
  }

  /** Hands what waits to the kernel, unless it still has something. */
  flush(): void {
    if (this.#writing || this.#closed || this.#waiting.length === 0) return
    let taken = 0
    let bytes = 0
    for (const { frame } of this.#waiting) {
      if (taken > 0 && (bytes + frame.length > WRITE_BYTES || taken >= this.#framesPerWrite)) break
      bytes += frame.length
      taken++
    }
    const batch = this.#waiting.splice(0, taken)
    for (const one of batch) if (one.topic && this.#newest.get(one.topic) === one) this.#newest.delete(one.topic)
    this.#bytes -= bytes
    if (this.#waiting.length === 0) this.#folding = false
    this.#write(
      taken === 1 && batch[0]
        ? batch[0].frame
        : Buffer.concat(
            batch.map(one => one.frame),
            bytes,
          ),
      taken,
    )
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#stall?.()
    this.counts.abandoned += this.#waiting.length
    this.#waiting = []
    this.#newest.clear()
    this.#bytes = 0
  }

  #admit(frame: Buffer, topic: object | undefined): void {
    const older = topic && this.#folding ? this.#newest.get(topic) : undefined
    if (older) {
      this.#bytes += frame.length - older.frame.length
      older.frame = frame
      this.counts.folded++
      return
    }
    const one: Waiting = { topic, frame }
    this.#waiting.push(one)
    this.#bytes += frame.length
    if (this.#folding && topic) this.#newest.set(topic, one)
    else if (this.#bytes > this.#limits.softBytes && !this.#folding) this.#fold()
  }

  #fold(): void {
    this.#folding = true
    for (const one of this.#waiting) if (one.topic) this.#newest.set(one.topic, one)
    const kept = this.#waiting.filter(one => !one.topic || this.#newest.get(one.topic) === one)
    this.counts.folded += this.#waiting.length - kept.length
    this.#waiting = kept
    this.#bytes = kept.reduce((sum, one) => sum + one.frame.length, 0)
  }

  #write(bytes: Buffer, frames: number): void {
    this.#writing = true
    this.#stall = this.#clock.after(this.#limits.stallMs, () => this.#giveUp('stalled'))
    this.#sink.write(bytes, error => {
      this.#writing = false
      this.#stall?.()
      // The socket's own error and close events tell its owner; here nothing more can go out.
      if (error) {
        this.close()
        return
      }
      this.counts.delivered += frames
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
