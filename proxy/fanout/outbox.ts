import type { Clock } from '../../shared/clock.ts'
import { CLASSIC, type Features } from '../features.ts'
import { slowNotice } from '../notices.ts'
import type { Sink } from '../websocket.ts'
import type { Batch, Write } from './batch.ts'
import { type Frame, type Source, textFrame } from './frame.ts'
import { Queue } from './queue.ts'
import type { Turn, Writer } from './turn.ts'

export interface OutboxLimits {
  /** Bytes waiting behind a write above which only the newest frame of each topic is kept. */
  readonly softBytes: number
  /**
   * Bytes waiting behind a write above which the client is given up. Above the soft limit the newest frame of each topic
   * does not count: it cannot be folded further, and holding thousands of topics is no fault.
   */
  readonly hardBytes: number
  /** A single write that the kernel has not taken after this long: the client is given up. */
  readonly stallMs: number
}

/** Publications by what became of them, for one client or for many; replies, notices and repeated values apart. */
export interface OutboxCounts {
  /** Handed whole to the kernel. */
  delivered: number
  /** Replaced by a newer one of the same topic before they could be sent. */
  folded: number
  /** Known to be missing on the way here. */
  lost: number
  /** Waited, or were not confirmed by the kernel, when the client went. */
  abandoned: number
}

const NOTHING = Buffer.alloc(0)
/** A sink that always takes its time is not slow before this. */
const DEFERRED_MS = 100

/**
 * Everything that waits for one client. While the kernel takes what it is given, frames wait for the end of the turn;
 * while it does not, they wait here, bounded: all in order up to the soft limit, then the newest of each topic.
 */
export class Outbox implements Writer {
  /** What the client asked for when it authenticated. */
  features: Features = CLASSIC
  /** Its reader takes only the first frame of what arrives together. */
  oneFramePerWrite: boolean
  readonly #sink: Sink
  readonly #isDeferred: boolean
  readonly #limits: OutboxLimits
  readonly #clock: Clock
  readonly #turn: Turn
  readonly #onGivenUp: (why: string) => void
  readonly #queue = new Queue()
  readonly #counts: OutboxCounts = { delivered: 0, folded: 0, lost: 0, abandoned: 0 }
  #marked = false
  #closed = false
  /** The kernel has a write it did not take whole, since then. */
  #blockedAt: number | undefined
  #inFlight = 0
  #inFlightBytes = 0
  /** Above the soft limit. */
  #folding = false
  #foldedBefore = 0

  constructor(options: {
    sink: Sink
    /** It tells of every write later that the kernel has taken it (TLS), however much room there is. */
    isDeferred?: boolean
    limits: OutboxLimits
    clock: Clock
    turn: Turn
    oneFramePerWrite?: boolean
    /** The client does not keep up. */
    onGivenUp: (why: string) => void
  }) {
    this.#sink = options.sink
    this.#isDeferred = options.isDeferred ?? false
    this.#limits = options.limits
    this.#clock = options.clock
    this.#turn = options.turn
    this.oneFramePerWrite = options.oneFramePerWrite ?? false
    this.#onGivenUp = options.onGivenUp
  }

  /** Bytes that wait here, and of those offered to the kernel what it has not confirmed. */
  get bytes(): number {
    return this.#queue.bytes + this.#inFlightBytes
  }

  get counts(): OutboxCounts {
    return { ...this.#counts, folded: this.#counts.folded + this.#queue.folded }
  }

  /** Queues a reply or a notice; `source`: what it tells a gap of. */
  say(text: string, source?: Source): void {
    if (source) this.#queue.settle(source)
    this.offer(textFrame(text, source))
  }

  /** Queues one frame, behind everything that waits. */
  offer(frame: Frame): void {
    if (this.#closed) {
      this.#counts.abandoned += frame.stands
      return
    }
    const before = this.#queue.bytes
    if (this.#folding) this.#queue.renew(frame)
    else this.#queue.append(frame)
    this.#grown(before)
  }

  /** Queues one frame in place of an older one of its topic, if one waits. `folded` were folded into it already. */
  renew(frame: Frame, folded: number): void {
    if (this.#closed) {
      this.#counts.abandoned += frame.stands
      return
    }
    const before = this.#queue.bytes
    this.#queue.renew(frame, folded)
    this.#grown(before)
  }

  /** What waits of it goes out as it is: what comes next is wanted in another way, or by another subscription. */
  settle(source: Source): void {
    this.#queue.settle(source)
  }

  /** Publications that will not come. */
  miss(lost: number): void {
    this.#counts.lost += lost
  }

  /** Publications that were folded before they came here. */
  fold(publications: number): void {
    this.#counts.folded += publications
  }

  /** Hands what waits to the kernel, unless it still has something. */
  flush(batch: Batch): void {
    this.#marked = false
    while (!this.#queue.isEmpty && this.#blockedAt === undefined && !this.#closed) this.#write(batch)
    this.#queue.tidy()
    if (this.#folding && this.#queue.isEmpty && !this.#closed) this.#recover()
  }

  /** `now`: monotonic milliseconds. */
  checkStall(now: number): void {
    if (this.#blockedAt === undefined || now - this.#blockedAt < this.#limits.stallMs) return
    this.giveUp(`took no more of what was sent for ${Math.round(this.#limits.stallMs / 100) / 10} s`)
  }

  giveUp(why: string): void {
    if (!this.#closed) this.#onGivenUp(why)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#turn.unblock(this)
    this.#counts.abandoned += this.#queue.clear() + this.#inFlight
    this.#inFlightBytes = 0
  }

  #grown(before: number): void {
    const { bytes } = this.#queue
    if (this.#blockedAt !== undefined) this.#turn.add(bytes - before)
    else if (!this.#marked) {
      this.#marked = true
      this.#turn.mark(this)
    }
    if (bytes > this.#limits.softBytes) this.#press()
  }

  /** More than the soft limit waits. As long as the kernel takes it, that is no sign of a slow client. */
  #press(): void {
    if (this.#blockedAt === undefined && !this.#closed) this.#turn.flush(this)
    if (this.#blockedAt === undefined || this.#closed) return
    if (this.#isDeferred && this.#clock.monotonic() - this.#blockedAt < DEFERRED_MS) return
    if (!this.#folding && this.#queue.bytes > this.#limits.softBytes) this.#foldAll()
    if (this.#queue.lastingBytes > this.#limits.hardBytes)
      this.giveUp(`has ${this.#queue.bytes} bytes waiting that cannot be folded`)
  }

  /** From now on only the newest frame of each topic waits. */
  #foldAll(): void {
    const before = this.#queue.bytes
    this.#folding = true
    this.#foldedBefore = this.#queue.folded
    this.#queue.foldAll()
    this.#turn.add(this.#queue.bytes - before)
    if (this.features.slow) this.say(slowNotice({ state: 'folding', waitingBytes: before }))
  }

  #recover(): void {
    this.#folding = false
    this.#queue.foldNone()
    const folded = this.#queue.folded - this.#foldedBefore
    if (this.features.slow) this.say(slowNotice({ state: 'recovered', folded }))
  }

  #write(batch: Batch): void {
    const queue = this.#queue
    const piece = queue.next(this.features.batch, this.oneFramePerWrite)
    const { frames, head } = queue
    const isArray = this.features.batch && queue.isTick(piece)
    const write = isArray ? batch.joinArray(frames, head, piece) : batch.join(frames, head, piece)
    queue.remove(piece)
    if (write.bytes.length === 0) return
    if (this.#isDeferred) {
      this.#block(batch, write)
      this.#sink.write(write.bytes, error => this.#unblock(error))
      return
    }
    this.#sink.write(write.bytes)
    if (this.#sink.writableLength === 0) this.#counts.delivered += write.stands
    else {
      this.#block(batch, write)
      // A write of its own that ends after the other: asking for every write would cost every write.
      this.#sink.write(NOTHING, error => this.#unblock(error))
    }
  }

  #block(batch: Batch, { bytes, stands }: Write): void {
    batch.keep()
    this.#blockedAt = this.#clock.monotonic()
    this.#inFlight = stands
    this.#inFlightBytes = bytes.length
    this.#turn.block(this)
  }

  #unblock(error: Error | null | undefined): void {
    if (this.#closed) return
    this.#turn.unblock(this)
    this.#blockedAt = undefined
    this.#inFlightBytes = 0
    // The socket's own error and close events tell its owner; here nothing more can go out.
    if (error) {
      this.close()
      return
    }
    this.#counts.delivered += this.#inFlight
    this.#inFlight = 0
    this.#turn.flush(this)
  }
}
