import type { TickHeader } from '../../../bus/message.ts'
import { type Delivery, EVERY } from '../../../proxy/delivery.ts'
import type { Hold } from '../../../proxy/fanout/hold.ts'
import { Hub } from '../../../proxy/fanout/hub.ts'
import type { Variation } from '../../../proxy/variation/variant.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { PLAIN, servedOf, tickOf } from './frames.ts'
import type { Inbox } from './inbox.ts'

export const SERVED = servedOf('TCS')

/** A hub, a clock, and one topic. */
export class HubRig {
  readonly topic = SERVED.topic
  readonly clock = new ManualClock()
  /** What the hub said it needs. */
  readonly demand: string[] = []
  readonly hub = new Hub({
    demand: {
      want: (feed, topic) => void this.demand.push(`+${feed} ${topic}`),
      drop: (feed, topic) => void this.demand.push(`-${feed} ${topic}`),
      resync: feed => void this.demand.push(`?${feed}`),
    },
    clock: this.clock,
    resumeBytes: 1_000_000,
  })

  deliver(ltp: number, header: Partial<TickHeader> & { sequence: number }): void {
    const tick = tickOf('TCS', ltp, header)
    this.#take(tick.header, tick.payload)
    // The bus may use its buffer again.
    tick.payload.fill(0)
  }

  /** A record without a value. */
  position(header: Partial<TickHeader> & { sequence: number }): void {
    this.#take({ ...tickOf('TCS', 0, header).header, position: true }, Buffer.alloc(0))
  }

  join(inbox: Inbox, variation: Partial<Variation> = {}, delivery: Partial<Delivery> = {}): Hold {
    const wish = { variation: { ...PLAIN, ...variation }, delivery: { ...EVERY, ...delivery } }
    return this.hub.join(SERVED, wish, inbox.outbox)
  }

  #take(header: TickHeader, payload: Buffer): void {
    const channel = this.hub.find(this.topic)
    if (channel) this.hub.deliver(channel, header, payload)
  }
}

/** What a client is told of a gap. */
export const gapOf = (from: number, to?: number, epoch = 1): string => {
  const range = to === undefined ? `"from":${from}` : `"from":${from},"to":${to},"lost":${to - from + 1}`
  return `{"type":"gap","symbol":"TCS","exchange":"NSE","mode":1,"epoch":${epoch},${range},"broker":"testbroker"}`
}
