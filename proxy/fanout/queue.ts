import { type Frame, isFoldable, type Source } from './frame.ts'

/** So small that a client which reads at all finishes one within the stall limit. */
const WRITE_BYTES = 64 * 1024
/** A queue that has been longer is not kept. */
const KEPT_LENGTH = 64
/** A queue that has moved so far is moved back. */
const FAR = 1024

/** What one write takes: the frames from the head of the queue up to, not including, `to`. */
export interface Piece {
  readonly to: number
  readonly bytes: number
}

/**
 * Frames that wait for one client, in order. A newer value may be told to take the place of an older one of its topic;
 * it never overtakes a reply, and what it stands for grows by what the older one stood for.
 */
export class Queue {
  /** From `head` to `end`; `undefined` where a newer value took another place. */
  frames: (Frame | undefined)[] = []
  head = 0
  bytes = 0
  /** Publications folded into newer ones so far. */
  folded = 0
  #end = 0
  /** Where the newest frame waits of each topic that may be folded; of none while nothing may. */
  #places: Map<Source, number> | undefined
  #placesBytes = 0
  /** The place of the last reply. */
  #replyAt = -1
  /** How many publications were folded into a waiting frame. */
  #into: Map<Frame, number> | undefined

  get isEmpty(): boolean {
    return this.head === this.#end
  }

  /** Bytes that no newer value can take the place of. */
  get lastingBytes(): number {
    return this.bytes - this.#placesBytes
  }

  append(frame: Frame): void {
    if (frame.source === undefined) this.#replyAt = this.#end
    this.frames[this.#end++] = frame
    this.bytes += frame.size
  }

  /** In place of an older one of its topic, if one waits that was put there so. `folded`: into this one already. */
  renew(frame: Frame, folded = 0): void {
    const { source } = frame
    this.#addFolded(frame, folded)
    if (source === undefined) {
      this.append(frame)
      return
    }
    this.#places ??= new Map()
    const place = this.#places.get(source)
    const older = place === undefined ? undefined : this.frames[place]
    if (place !== undefined && older !== undefined && isFoldable(older, frame)) {
      const inPlace = place > this.#replyAt
      this.#foldInto(frame, older)
      this.frames[place] = inPlace ? frame : undefined
      this.#resize(older, -older.size)
      if (inPlace) {
        this.#resize(frame, frame.size)
        return
      }
    } else if (older !== undefined) this.#placesBytes -= older.size
    this.#note(source, this.#end, frame.size)
    this.append(frame)
  }

  /** From now on every topic may be folded. */
  foldAll(): void {
    const places = new Map<Source, number>()
    this.#places = places
    for (let at = this.head; at < this.#end; at++) {
      const frame = this.frames[at]
      if (frame?.source === undefined) continue
      const place = places.get(frame.source)
      const older = place === undefined ? undefined : this.frames[place]
      if (place !== undefined && older !== undefined && isFoldable(older, frame)) {
        this.#foldInto(frame, older)
        this.frames[place] = undefined
      }
      places.set(frame.source, at)
    }
    this.#compact()
  }

  /** What the next write takes; with `apart`, ticks and replies do not go together, with `alone` nothing does. */
  next(apart: boolean, alone: boolean): Piece {
    if (this.#into !== undefined && this.#into.size > 0) this.#recount(this.#into)
    if (!apart && !alone && this.bytes <= WRITE_BYTES) return { to: this.#end, bytes: this.bytes }
    let to = this.head
    let bytes = 0
    let isTick: boolean | undefined
    for (; to < this.#end; to++) {
      const frame = this.frames[to]
      if (frame === undefined) continue
      isTick ??= frame.source !== undefined
      const isOther = apart && isTick !== (frame.source !== undefined)
      if (bytes > 0 && (isOther || alone || bytes + frame.size > WRITE_BYTES)) break
      bytes += frame.size
    }
    return { to, bytes }
  }

  /** Whether the next frame is a tick. */
  isTick({ to }: Piece): boolean {
    for (let at = this.head; at < to; at++) {
      const frame = this.frames[at]
      if (frame !== undefined) return frame.source !== undefined
    }
    return false
  }

  /** It is out. */
  remove({ to, bytes }: Piece): void {
    const { frames } = this
    const places = this.#places
    for (let at = this.head; at < to; at++) {
      const frame = frames[at]
      frames[at] = undefined
      if (places === undefined || frame?.source === undefined || places.get(frame.source) !== at) continue
      places.delete(frame.source)
      this.#placesBytes -= frame.size
    }
    this.head = to
    this.bytes -= bytes
  }

  /** Gives room back that is not needed; called when something was removed. */
  tidy(): void {
    if (this.head < this.#end) {
      if (this.head > FAR && this.head > this.#end - this.head) this.#compact()
      return
    }
    this.head = this.#end = 0
    this.#replyAt = -1
    if (this.frames.length > KEPT_LENGTH) this.frames = []
  }

  /** From now on nothing is folded that does not ask for it. Only for an empty queue. */
  foldNone(): void {
    this.#places = undefined
  }

  /** Forgets everything; how many publications that was. */
  clear(): number {
    let stands = 0
    for (let at = this.head; at < this.#end; at++) stands += this.frames[at]?.stands ?? 0
    this.frames = []
    this.#places = this.#into = undefined
    this.head = this.#end = this.bytes = this.#placesBytes = 0
    return stands
  }

  #foldInto(frame: Frame, older: Frame): void {
    this.folded += older.stands
    this.#addFolded(frame, older.stands + (this.#into?.get(older) ?? 0))
    this.#into?.delete(older)
  }

  #addFolded(frame: Frame, folded: number): void {
    if (folded === 0) return
    this.#into ??= new Map()
    this.#into.set(frame, folded + (this.#into.get(frame) ?? 0))
  }

  #note(source: Source, at: number, size: number): void {
    this.#places?.set(source, at)
    this.#placesBytes += size
  }

  /** The frame in a noted place changes. */
  #resize({ source }: Frame, bytes: number): void {
    this.bytes += bytes
    if (source && this.#places?.has(source)) this.#placesBytes += bytes
  }

  /** Frames that newer values were folded into say so, to who wants to know. */
  #recount(into: Map<Frame, number>): void {
    for (let at = this.head; at < this.#end; at++) {
      const frame = this.frames[at]
      const folded = frame && into.get(frame)
      const counted = folded === undefined ? undefined : frame?.source?.recount(frame, folded)
      if (frame === undefined || counted === undefined) continue
      this.frames[at] = counted
      this.bytes += counted.size - frame.size
      if (frame.source && this.#places?.get(frame.source) === at) this.#placesBytes += counted.size - frame.size
    }
    into.clear()
  }

  /** Closes the holes and counts anew. */
  #compact(): void {
    const frames = this.frames.slice(this.head, this.#end).filter(frame => frame !== undefined)
    const noted = new Set(this.#places?.keys())
    this.frames = frames
    this.head = 0
    this.#end = frames.length
    this.bytes = 0
    this.#replyAt = -1
    this.#places?.clear()
    this.#placesBytes = 0
    // Of two publishers' frames of a topic the newer one is the one that may be folded.
    const sizes = new Map<Source, number>()
    for (const [at, { source, size }] of frames.entries()) {
      this.bytes += size
      if (source === undefined) this.#replyAt = at
      else if (noted.has(source)) {
        this.#places?.set(source, at)
        sizes.set(source, size)
      }
    }
    for (const size of sizes.values()) this.#placesBytes += size
  }
}
