import type { Clock } from '../../shared/clock.ts'
import { CLASSIC, type Features } from '../features.ts'
import { slowNotice } from '../notices.ts'
import type { Sink } from '../websocket.ts'
import type { Batch, Write } from './batch.ts'
import { type Frame, textFrame } from './frame.ts'
import type { Turn } from './turn.ts'
import type { Variant } from './variant.ts'

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

/** So small that a client which reads at all finishes one within the stall limit. */
const WRITE_BYTES = 64 * 1024
/** A queue that has been longer is not kept. */
const KEPT_LENGTH = 64
/** A queue that has moved so far is moved back. */
const TIDY_LENGTH = 1024
const NOTHING = Buffer.alloc(0)

/**
 * Everything that waits for one client. While the kernel takes what it is given, frames wait for the end of the turn;
 * while it does not, they wait here, bounded: all in order up to the soft limit, then the newest of each topic.
 */
export class Outbox {
  readonly counts: OutboxCounts = { delivered: 0, folded: 0, lost: 0, abandoned: 0 }
  /** What the client asked for when it authenticated. */
  features: Features = CLASSIC
  /** Its reader takes only the first frame of what arrives together. */
  oneFramePerWrite: boolean
  readonly #sink: Sink
  readonly #limits: OutboxLimits
  readonly #clock: Clock
  readonly #turn: Turn
  readonly #onGivenUp: (why: string) => void
  /** Waiting frames from `#head` to `#end`; `undefined` where a newer value took another place. */
  #queue: (Frame | undefined)[] = []
  #head = 0
  #end = 0
  #bytes = 0
  #marked = false
  #closed = false
  /** The kernel has a write it did not take whole, since then. */
  #blockedAt: number | undefined
  #inFlight = 0
  #inFlightBytes = 0
  /** Above the soft limit. */
  #folding = false
  #foldedBefore = 0
  /** Where the newest frame waits of each topic that may be folded; of none while nothing may. */
  #places: Map<Variant, number> | undefined
  #placesBytes = 0
  /** The place of the last reply: no value may overtake it. */
  #replyAt = -1
  /** How many publications were folded into a waiting frame. */
  #into: Map<Frame, number> | undefined

  constructor(options: {
    sink: Sink
    limits: OutboxLimits
    clock: Clock
    turn: Turn
    oneFramePerWrite?: boolean
    /** The client does not keep up; called once. */
    onGivenUp: (why: string) => void
  }) {
    this.#sink = options.sink
    this.#limits = options.limits
    this.#clock = options.clock
    this.#turn = options.turn
    this.oneFramePerWrite = options.oneFramePerWrite ?? false
    this.#onGivenUp = options.onGivenUp
  }

  /** Bytes that wait here, and of those offered to the kernel what it has not confirmed. */
  get bytes(): number {
    return this.#bytes + this.#inFlightBytes
  }

  /** Queues a reply or a notice. */
  say(text: string): void {
    this.offer(textFrame(text))
  }

  /** Queues one frame, behind everything that waits. */
  offer(frame: Frame): void {
    if (this.#closed) this.counts.abandoned += frame.stands
    else if (this.#folding) this.#renew(frame)
    else this.#append(frame)
  }

  /** Queues one frame in place of an older one of its topic, if one waits. `folded` were folded into it already. */
  renew(frame: Frame, folded: number): void {
    this.#addFolded(frame, folded)
    if (this.#closed) this.counts.abandoned += frame.stands
    else this.#renew(frame)
  }

  /** Hands what waits to the kernel, unless it still has something. */
  flush(batch: Batch): void {
    this.#marked = false
    while (this.#head < this.#end && this.#blockedAt === undefined && !this.#closed) this.#write(batch)
    this.#tidy()
  }

  /** `now`: monotonic milliseconds. */
  checkStall(now: number): void {
    if (this.#blockedAt === undefined || now - this.#blockedAt < this.#limits.stallMs) return
    this.giveUp(`took nothing for ${Math.round(this.#limits.stallMs / 100) / 10} s`)
  }

  giveUp(why: string): void {
    if (!this.#closed) this.#onGivenUp(why)
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#turn.unblock(this)
    for (let at = this.#head; at < this.#end; at++) this.counts.abandoned += this.#queue[at]?.stands ?? 0
    this.counts.abandoned += this.#inFlight
    this.#queue = []
    this.#places = undefined
    this.#into = undefined
    this.#head = this.#end = this.#bytes = this.#inFlightBytes = 0
  }

  #append(frame: Frame): void {
    if (frame.source === undefined) this.#replyAt = this.#end
    this.#queue[this.#end++] = frame
    this.#grow(frame.size)
  }

  #renew(frame: Frame): void {
    const { source } = frame
    if (source === undefined) {
      this.#append(frame)
      return
    }
    this.#places ??= new Map()
    const place = this.#places.get(source)
    const older = place === undefined ? undefined : this.#queue[place]
    if (place !== undefined && older !== undefined) {
      this.#foldInto(frame, older)
      this.#placesBytes -= older.size
      // Behind a reply it stays: no value may overtake one.
      const inPlace = place > this.#replyAt
      this.#queue[place] = inPlace ? frame : undefined
      if (inPlace) {
        this.#placesBytes += frame.size
        this.#grow(frame.size - older.size)
        return
      }
      this.#grow(-older.size)
    }
    this.#places.set(source, this.#end)
    this.#placesBytes += frame.size
    this.#append(frame)
  }

  #foldInto(frame: Frame, older: Frame): void {
    this.counts.folded += older.stands
    const folded = older.stands + (this.#into?.get(older) ?? 0)
    this.#into?.delete(older)
    this.#addFolded(frame, folded)
  }

  #addFolded(frame: Frame, folded: number): void {
    if (folded === 0) return
    this.#into ??= new Map()
    this.#into.set(frame, folded + (this.#into.get(frame) ?? 0))
  }

  #grow(bytes: number): void {
    this.#bytes += bytes
    if (this.#blockedAt !== undefined) this.#turn.add(bytes)
    else if (!this.#marked) {
      this.#marked = true
      this.#turn.mark(this)
    }
    if (this.#bytes > this.#limits.softBytes) this.#press()
  }

  /** More than the soft limit waits. As long as the kernel takes it, that is no sign of a slow client. */
  #press(): void {
    if (this.#blockedAt === undefined && !this.#closed) this.#turn.flush(this)
    if (this.#blockedAt === undefined || this.#closed) return
    if (!this.#folding && this.#bytes > this.#limits.softBytes) this.#fold()
    if (this.#bytes - this.#placesBytes > this.#limits.hardBytes)
      this.giveUp(`has ${this.#bytes} bytes waiting that cannot be folded`)
  }

  /** From now on only the newest frame of each topic waits. */
  #fold(): void {
    this.#folding = true
    this.#foldedBefore = this.counts.folded
    const before = this.#bytes
    const places = new Map<Variant, number>()
    this.#places = places
    const queue: (Frame | undefined)[] = this.#queue.slice(this.#head, this.#end)
    for (const [at, frame] of queue.entries()) {
      if (frame?.source === undefined) continue
      const place = places.get(frame.source)
      const older = place === undefined ? undefined : queue[place]
      if (place !== undefined && older !== undefined) {
        this.#foldInto(frame, older)
        queue[place] = undefined
      }
      places.set(frame.source, at)
    }
    this.#queue = queue
    this.#head = 0
    this.#end = queue.length
    this.#compact()
    this.#turn.add(this.#bytes - before)
    if (this.features.slow) this.say(slowNotice({ state: 'folding', waitingBytes: before }))
  }

  /** Closes the holes and counts anew. */
  #compact(): void {
    const queue = this.#queue.slice(this.#head, this.#end).filter(frame => frame !== undefined)
    this.#queue = queue
    this.#head = 0
    this.#end = queue.length
    this.#bytes = 0
    this.#replyAt = -1
    const isNoted = (source: Variant) => this.#places?.has(source) ?? false
    const noted = new Set(queue.flatMap(({ source }) => (source && isNoted(source) ? [source] : [])))
    this.#places?.clear()
    this.#placesBytes = 0
    for (const [at, { source, size }] of queue.entries()) {
      this.#bytes += size
      if (source === undefined) this.#replyAt = at
      else if (noted.has(source)) this.#note(source, at, size)
    }
  }

  #note(source: Variant, at: number, size: number): void {
    this.#places?.set(source, at)
    this.#placesBytes += size
  }

  #write(batch: Batch): void {
    if (this.#into !== undefined && this.#into.size > 0) this.#recount(this.#into)
    const { batch: together } = this.features
    const whole = !this.oneFramePerWrite && !together && this.#bytes <= WRITE_BYTES
    const { to, bytes } = whole ? { to: this.#end, bytes: this.#bytes } : this.#cut(together)
    if (bytes === 0) {
      this.#release(to, 0)
      return
    }
    const isArray = together && this.#queue[to - 1]?.source !== undefined
    const write = isArray
      ? batch.joinArray(this.#queue, this.#head, to, bytes)
      : batch.join(this.#queue, this.#head, to, bytes)
    this.#release(to, bytes)
    this.#sink.write(write.bytes)
    if (this.#sink.writableLength === 0) this.counts.delivered += write.stands
    else this.#block(batch, write)
  }

  /** How far one write goes that is not to take all: ends behind a frame. */
  #cut(together: boolean): { to: number; bytes: number } {
    let to = this.#head
    let bytes = 0
    let isTick: boolean | undefined
    for (; to < this.#end; to++) {
      const frame = this.#queue[to]
      if (frame === undefined) continue
      isTick ??= frame.source !== undefined
      const isOther = together && isTick !== (frame.source !== undefined)
      if (bytes > 0 && (isOther || this.oneFramePerWrite || bytes + frame.size > WRITE_BYTES)) break
      bytes += frame.size
    }
    while (to > this.#head && this.#queue[to - 1] === undefined) to--
    return { to: Math.max(to, this.#head + 1), bytes }
  }

  /** Forgets what goes out. */
  #release(to: number, bytes: number): void {
    const [queue, places] = [this.#queue, this.#places]
    for (let at = this.#head; at < to; at++) {
      const frame = queue[at]
      queue[at] = undefined
      if (places === undefined || frame?.source === undefined || places.get(frame.source) !== at) continue
      places.delete(frame.source)
      this.#placesBytes -= frame.size
    }
    this.#head = to
    this.#bytes -= bytes
  }

  /** Frames that newer values were folded into say so, to who wants to know. */
  #recount(into: Map<Frame, number>): void {
    for (let at = this.#head; at < this.#end; at++) {
      const frame = this.#queue[at]
      const folded = frame && into.get(frame)
      if (!frame?.source?.variation.count || !frame.tick || !folded) continue
      const counted = frame.source.frame(frame.tick, frame.stands, frame.stands + folded)
      this.#queue[at] = counted
      this.#bytes += counted.size - frame.size
      if (this.#places?.get(frame.source) === at) this.#placesBytes += counted.size - frame.size
    }
    into.clear()
  }

  #block(batch: Batch, { bytes, stands }: Write): void {
    batch.keep()
    this.#blockedAt = this.#clock.monotonic()
    this.#inFlight = stands
    this.#inFlightBytes = bytes.length
    this.#turn.block(this)
    // A write of its own that ends after the other: asking for every write would cost every write.
    this.#sink.write(NOTHING, error => {
      if (this.#closed) return
      this.#turn.unblock(this)
      this.#blockedAt = undefined
      this.#inFlightBytes = 0
      // The socket's own error and close events tell its owner; here nothing more can go out.
      if (error) {
        this.close()
        return
      }
      this.counts.delivered += this.#inFlight
      this.#inFlight = 0
      this.#turn.flush(this)
    })
  }

  /** Everything is out, or the queue has moved far. */
  #tidy(): void {
    if (this.#head < this.#end) {
      if (this.#head > TIDY_LENGTH && this.#head > this.#end - this.#head) this.#compact()
      return
    }
    this.#head = this.#end = 0
    this.#replyAt = -1
    if (this.#queue.length > KEPT_LENGTH) this.#queue = []
    if (!this.#folding || this.#closed) return
    this.#folding = false
    this.#places = undefined
    if (this.features.slow)
      this.say(slowNotice({ state: 'recovered', folded: this.counts.folded - this.#foldedBefore }))
  }
}
