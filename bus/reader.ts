import { LANE_HEADER_BYTES, type LaneHeader, RECORD_HEADER_BYTES } from './lane.ts'
import { KEPT, malformed, POSITION, SNAPSHOT, TICK_HEADER_BYTES, TICK_VERSION } from './message.ts'

const HIGH = 2 ** 32

/**
 * Walks the records of lane messages, one after the other, and shows of each one what its header says as plain numbers:
 * made once and used again, so that a record costs no object. Frames are views that whoever wants one makes.
 */
export class RecordReader {
  #lane: Buffer = Buffer.alloc(0)
  #view = new DataView(this.#lane.buffer)
  #left = 0
  #end = 0
  #topicNumber = 0
  #topicAt = 0
  #bodyAt = 0
  #flags = 0
  #symbolAt = 0
  #dataSymbolAt = 0
  #symbolLength = 0
  #sequence = 0
  #receivedAt = 0

  /** Goes before the first record of a lane message with this header. */
  begin(lane: Buffer, { records }: Pick<LaneHeader, 'records'>): void {
    this.#lane = lane
    this.#view = new DataView(lane.buffer, lane.byteOffset, lane.length)
    this.#left = records
    this.#end = LANE_HEADER_BYTES
  }

  /**
   * Goes to the next record; false behind the last. Throws MESSAGE_MALFORMED at the first one that does not fit, or is no
   * tick message; those before it were good.
   */
  next(): boolean {
    const view = this.#view
    const at = this.#end
    const length = view.byteLength
    if (this.#left === 0) {
      if (at !== length) throw malformed(`${length - at} bytes after the last record of a lane message`)
      return false
    }
    this.#left--
    const topicAt = at + RECORD_HEADER_BYTES
    const bodyAt = topicAt <= length ? topicAt + view.getUint16(at, true) : length
    const frameAt = bodyAt + TICK_HEADER_BYTES
    if (frameAt > length) throw malformed('a record runs past the end of its lane message')
    const end = bodyAt + view.getUint32(at + 2, true)
    if (end > length || end < frameAt)
      throw malformed(`a record of ${end - bodyAt} bytes does not fit its lane message`)
    if (view.getUint8(bodyAt) !== TICK_VERSION)
      throw malformed(`tick message version ${view.getUint8(bodyAt)}, expected ${TICK_VERSION}`)
    this.#topicNumber = view.getUint32(at + 6, true)
    this.#topicAt = topicAt
    this.#bodyAt = bodyAt
    this.#end = end
    this.#readHeader(view, bodyAt)
    return true
  }

  #readHeader(view: DataView, at: number): void {
    this.#flags = view.getUint8(at + 1)
    this.#symbolAt = view.getUint16(at + 2, true)
    this.#dataSymbolAt = view.getUint16(at + 4, true)
    this.#symbolLength = view.getUint16(at + 6, true)
    this.#sequence = view.getUint32(at + 16, true) + view.getUint32(at + 20, true) * HIGH
    this.#receivedAt = view.getUint32(at + 24, true) + view.getUint32(at + 28, true) * HIGH
    const frameBytes = this.frameEnd - this.frameAt
    if (this.position !== (frameBytes === 0))
      throw malformed(frameBytes === 0 ? 'a tick message without a frame' : 'a position with a frame')
    if (
      this.#symbolAt + this.#symbolLength > this.#dataSymbolAt ||
      this.#dataSymbolAt + this.#symbolLength > frameBytes
    )
      throw malformed('symbol offsets point outside the frame')
  }

  /** Within an epoch of the publisher the same number is always the same topic; 0: this one has none. */
  get topicNumber(): number {
    return this.#topicNumber
  }

  /** A new string each time: for the first record of a topic. */
  get topic(): string {
    return this.#lane.toString('latin1', this.#topicAt, this.#bodyAt)
  }

  get snapshot(): boolean {
    return (this.#flags & SNAPSHOT) !== 0
  }

  /** No frame: all it says is how far the topic's sequence is. */
  get position(): boolean {
    return (this.#flags & POSITION) !== 0
  }

  /** The last value of a market that is closed, kept from before. */
  get kept(): boolean {
    return (this.#flags & KEPT) !== 0
  }

  get symbolAt(): number {
    return this.#symbolAt
  }

  get dataSymbolAt(): number {
    return this.#dataSymbolAt
  }

  get symbolLength(): number {
    return this.#symbolLength
  }

  get sequence(): number {
    return this.#sequence
  }

  /** Microseconds. */
  get receivedAt(): number {
    return this.#receivedAt
  }

  /** Where the frame begins in the lane message. */
  get frameAt(): number {
    return this.#bodyAt + TICK_HEADER_BYTES
  }

  get frameEnd(): number {
    return this.#end
  }

  /** A view of the lane message. */
  get frame(): Buffer {
    return this.#lane.subarray(this.frameAt, this.#end)
  }
}

/** Numbers beyond it are looked up by their text: what a stranger sends must not fill the memory. */
const MAX_KEPT_NUMBER = 2 ** 20

/** What a receiver keeps of each topic of one lane, found by the number of the topic: 30 ns, and 150 to 200 by its text. */
export class TopicIndex<Kept extends { readonly gone: boolean }> {
  readonly #resolve: (topic: string) => Kept | undefined
  #epoch = 0
  #kept: (Kept | undefined)[] = []

  /** `resolve` finds it by the text. What it does not find is asked for again every time. */
  constructor(resolve: (topic: string) => Kept | undefined) {
    this.#resolve = resolve
  }

  /** Numbers of another epoch mean other topics. */
  begin({ epoch }: Pick<LaneHeader, 'epoch'>): void {
    if (epoch === this.#epoch) return
    this.#epoch = epoch
    this.#kept = []
  }

  /** Of the record the reader is at. What is `gone` is asked for again. */
  find(record: RecordReader): Kept | undefined {
    const kept = this.#kept[record.topicNumber]
    return kept === undefined || kept.gone ? this.#learn(record) : kept
  }

  #learn({ topicNumber, topic }: RecordReader): Kept | undefined {
    const found = this.#resolve(topic)
    if (found !== undefined && topicNumber > 0 && topicNumber <= MAX_KEPT_NUMBER) this.#kept[topicNumber] = found
    return found
  }
}
