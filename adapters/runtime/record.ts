import { RECORD_HEADER_BYTES, writeRecordHeader } from '../../bus/lane.ts'
import { positionHeader, stampTick, TICK_HEADER_BYTES, type TickStamp, writeTickHeader } from '../../bus/message.ts'
import { type FrameTemplate, writePayload } from '../../shared/market/frame.ts'
import { Pen } from '../../shared/market/pen.ts'
import type { Tick } from '../../shared/market/tick.ts'

/** Reused by all records: they are written one after the other. */
const pen = new Pen()

/**
 * The record of one topic: encoded once per tick, whatever number of lanes copies it. Most of it is the same every time
 * and stays; the next tick is written over this one, so whoever needs the bytes for longer copies them.
 */
export class TopicRecord {
  readonly #topic: string
  readonly #topicNumber: number
  readonly #template: FrameTemplate
  readonly #epoch: number
  readonly #bodyAt: number
  readonly #payloadAt: number
  readonly #tail: Buffer
  /** Has room for a longer record. */
  #room: Buffer
  /** The view of it that is the record. */
  #bytes: Buffer

  /** `topic` and `template` are ASCII. `topicNumber`: of no other topic in this epoch. */
  constructor(options: { topic: string; topicNumber: number; template: FrameTemplate; epoch: number }) {
    const { topic, topicNumber, template, epoch } = options
    const { head, symbolAt, dataSymbolAt, symbolLength } = template
    this.#topic = topic
    this.#topicNumber = topicNumber
    this.#template = template
    this.#tail = Buffer.from(template.tail, 'latin1')
    this.#bodyAt = RECORD_HEADER_BYTES + topic.length
    this.#payloadAt = this.#bodyAt + TICK_HEADER_BYTES + head.length
    this.#room = Buffer.allocUnsafeSlow(this.#payloadAt)
    this.#bytes = this.#room
    this.#epoch = epoch
    const fixed = { ...positionHeader(epoch, 0), position: false, symbolAt, dataSymbolAt, symbolLength }
    writeTickHeader(this.#room, this.#bodyAt, fixed)
    this.#room.write(head, this.#bodyAt + TICK_HEADER_BYTES, 'latin1')
  }

  write(tick: Tick, stamp: TickStamp): void {
    pen.begin(this.#room, this.#payloadAt)
    writePayload(pen, tick, this.#template.mode)
    pen.write(this.#tail)
    if (pen.bytes !== this.#room || pen.at !== this.#bytes.length) this.#resize(pen.bytes, pen.at)
    stampTick(this.#bytes, this.#bodyAt, stamp)
  }

  /** A record without a frame, which says only how far the topic's sequence is. */
  position(sequence: number): Buffer {
    const bytes = Buffer.alloc(this.#bodyAt + TICK_HEADER_BYTES)
    writeRecordHeader(bytes, this.#topic, this.#topicNumber)
    writeTickHeader(bytes, this.#bodyAt, positionHeader(this.#epoch, sequence))
    return bytes
  }

  /** Topic, header and frame, as a lane carries them. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /** Header and frame: body of a tick message of its own. */
  get body(): Buffer {
    return this.#bytes.subarray(this.#bodyAt)
  }

  #resize(room: Buffer, end: number): void {
    this.#room = room
    this.#bytes = room.subarray(0, end)
    writeRecordHeader(this.#bytes, this.#topic, this.#topicNumber)
  }
}
