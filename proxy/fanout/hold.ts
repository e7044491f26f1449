import type { Delivery } from '../delivery.ts'
import type { Frame } from './frame.ts'
import type { Outbox } from './outbox.ts'
import type { Paced, Pacer } from './pacer.ts'
import type { Member, Variant } from './variant.ts'

/** One client's hold on one topic, and how it wants its ticks. */
export class Hold implements Member {
  readonly variant: Variant
  readonly outbox: Outbox
  readonly delivery: Delivery
  at = -1
  readonly #paced: Paced | undefined

  constructor(variant: Variant, outbox: Outbox, delivery: Delivery, pacer: Pacer) {
    this.variant = variant
    this.outbox = outbox
    this.delivery = delivery
    const { intervalMs } = delivery
    this.#paced = intervalMs === undefined ? undefined : pacer.open(outbox, intervalMs)
  }

  get taker(): Outbox | undefined {
    return this.delivery.policy === 'every' ? this.outbox : undefined
  }

  take(frame: Frame): void {
    if (this.#paced) this.#paced.take(frame)
    else if (this.delivery.policy === 'every') this.outbox.offer(frame)
    else this.outbox.renew(frame, 0)
  }

  get hearsGaps(): boolean {
    return this.outbox.features.gap
  }

  /** What is to be said of it goes before whatever comes next. */
  miss(lost: number, notice: string | undefined): void {
    this.outbox.miss(lost)
    if (notice === undefined) return
    this.#paced?.release()
    this.outbox.say(notice, this.variant)
  }

  /** What waits for its time goes out now, and nothing that comes later is folded with it. */
  release(): void {
    this.#paced?.release()
    this.outbox.settle(this.variant)
  }
}
