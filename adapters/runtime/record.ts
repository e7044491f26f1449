import { RECORD_HEADER_BYTES } from '../../bus/lane.ts'
import { TICK_HEADER_BYTES, type TickHeader, writeTickHeader } from '../../bus/message.ts'

/**
 * The one record being written: encoded once, then copied into every lane that wants it. Reused for the next one, so
 * whoever needs the bytes copies them.
 */
export class RecordBuffer {
  #bytes = Buffer.allocUnsafeSlow(4096)
  #length = 0
  #bodyAt = 0

  /** `topic` and `frame` are ASCII. */
  write(topic: string, header: TickHeader, frame: string): void {
    const bodyAt = RECORD_HEADER_BYTES + topic.length
    const frameAt = bodyAt + TICK_HEADER_BYTES
    const length = frameAt + frame.length
    if (length > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(length * 2)
    const bytes = this.#bytes
    bytes.writeUInt16LE(topic.length, 0)
    bytes.writeUInt32LE(length - bodyAt, 2)
    bytes.write(topic, RECORD_HEADER_BYTES, 'latin1')
    writeTickHeader(bytes, bodyAt, header)
    bytes.write(frame, frameAt, 'latin1')
    this.#bodyAt = bodyAt
    this.#length = length
  }

  get length(): number {
    return this.#length
  }

  copyTo(target: Buffer, at: number): void {
    this.#bytes.copy(target, at, 0, this.#length)
  }

  /** Body of a tick message of its own: header and frame, in bytes nobody else touches. */
  body(): Buffer {
    return Buffer.from(this.#bytes.subarray(this.#bodyAt, this.#length))
  }
}
