import type { Delivery } from '../delivery.ts'
import type { Frame, Tick } from './frame.ts'
import type { Guard } from './guard.ts'
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
  /** After a change of the source, until the new one has something newer. */
  #guard: Guard | undefined

  constructor(
    variant: Variant,
    outbox: Outbox,
    { delivery, guard }: { readonly delivery: Delivery; readonly guard?: Guard | undefined },
    pacer: Pacer,
  ) {
    this.variant = variant
    this.outbox = outbox
    this.delivery = delivery
    this.#guard = guard
    const { intervalMs } = delivery
    this.#paced = intervalMs === undefined ? undefined : pacer.open(outbox, intervalMs)
  }

  get taker(): Outbox | undefined {
    return this.delivery.policy === 'every' && !this.#guard ? this.outbox : undefined
  }

  /** Who stands before it, if anybody. */
  get guard(): Guard | undefined {
    return this.#guard
  }

  /** Whether this is news to its client, which it always is but after a change of the source. */
  welcomes(tick: Tick): boolean {
    if (!this.#guard) return true
    if (!this.#guard.admits(tick)) return false
    this.#dismiss()
    return true
  }

  /** The guard has stood long enough; whether it held anything back. */
  endGuard(): boolean {
    const hasWithheld = this.#guard?.hasWithheld ?? false
    this.#dismiss()
    return hasWithheld
  }

  #dismiss(): void {
    this.#guard = undefined
    this.variant.renew(this)
  }

  take(frame: Frame): void {
    if (this.#guard && frame.tick && !this.welcomes(frame.tick)) {
      // A newer one stands for it.
      this.outbox.fold(frame.stands)
      return
    }
    if (this.#paced) this.#paced.take(frame)
    else if (this.delivery.policy === 'every') this.outbox.offer(frame)
    else this.outbox.renew(frame, 0)
  }

  get hearsGaps(): boolean {
    // What is missing among what would have been held back is not missed.
    return this.outbox.features.gap && !this.#guard
  }

  get listener(): Outbox | undefined {
    return this.outbox.features.state ? this.outbox : undefined
  }

  /** What is to be said of it goes before whatever comes next. */
  miss(lost: number, notice: string | undefined): void {
    this.outbox.miss(lost)
    if (notice === undefined) return
    this.#paced?.release()
    this.outbox.say(notice, this.variant)
  }

  release(): void {
    this.#paced?.release()
    this.outbox.settle(this.variant)
  }
}
