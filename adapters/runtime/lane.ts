import type { Bus } from '../../bus/bus.ts'
import { LANE_HEADER_BYTES, writeLaneHeader } from '../../bus/lane.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Delays } from './delays.ts'

/** A full message goes out within the turn; filling one takes well under a millisecond. */
const LANE_BYTES = 65_536
const MAX_RECORDS = 65_535

/** Collects what one proxy wants and sends it as one message at the end of the event-loop turn. */
export class Lane {
  readonly #topic: string
  readonly #epoch: number
  readonly #bus: Bus
  readonly #clock: Clock
  readonly #delays: Pick<Delays, 'message'> | undefined
  #bytes = Buffer.allocUnsafeSlow(LANE_BYTES)
  #end = LANE_HEADER_BYTES
  #records = 0
  #sequence: number
  #scheduled = false
  /** When the first of the ticks in it was received, microseconds. */
  #receivedAt: number | undefined

  /** `sequence`: of the last message this proxy's lane sent in this epoch. */
  constructor(options: {
    topic: string
    epoch: number
    sequence: number
    bus: Bus
    clock: Clock
    delays?: Pick<Delays, 'message'>
  }) {
    this.#topic = options.topic
    this.#epoch = options.epoch
    this.#sequence = options.sequence
    this.#bus = options.bus
    this.#clock = options.clock
    this.#delays = options.delays
  }

  get sequence(): number {
    return this.#sequence
  }

  /** Copies one record; `receivedAt`: of a new tick, microseconds. */
  append(record: Buffer, receivedAt?: number): void {
    if (this.#records === MAX_RECORDS || this.#end + record.length > this.#bytes.length) this.flush()
    const needed = this.#end + record.length
    if (needed > this.#bytes.length) this.#bytes = Buffer.allocUnsafeSlow(needed)
    this.#bytes.set(record, this.#end)
    this.#end = needed
    this.#records++
    this.#receivedAt ??= receivedAt
    if (this.#scheduled) return
    this.#scheduled = true
    this.#clock.soon(() => {
      this.#scheduled = false
      this.flush()
    })
  }

  /** Sends what has been collected, if anything. */
  flush(): void {
    if (this.#records === 0) return
    const sentAt = this.#clock.micros()
    if (this.#receivedAt !== undefined) this.#delays?.message(this.#receivedAt, sentAt)
    this.#receivedAt = undefined
    writeLaneHeader(this.#bytes, {
      records: this.#records,
      epoch: this.#epoch,
      sequence: ++this.#sequence,
      sentAt,
    })
    this.#bus.publish(this.#topic, this.#bytes.subarray(0, this.#end))
    this.#end = LANE_HEADER_BYTES
    this.#records = 0
  }
}
