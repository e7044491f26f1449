import type { Delivery } from '../delivery.ts'
import type { Left, Place } from '../place.ts'
import type { Frame, Tick } from './frame.ts'
import type { Guard } from './guard.ts'
import type { Outbox } from './outbox.ts'
import type { Paced, Pacer } from './pacer.ts'
import type { Member, Variant } from './variant.ts'

interface Beginning {
  readonly delivery: Delivery
  readonly guard?: Guard | undefined
  readonly left?: Left | undefined
  /** How many ticks the topic has given before. */
  readonly news?: number
}

/** One client's hold on one topic, and how it wants its ticks. */
export class Hold implements Member {
  readonly variant: Variant
  readonly outbox: Outbox
  readonly delivery: Delivery
  at = -1
  readonly #paced: Paced | undefined
  /** After a change of the source, until the new one has something newer. */
  #guard: Guard | undefined
  /** Where its client was before, until it is given anything of this topic. */
  #left: Left | undefined
  /** How many ticks the topic had given when it began to be given each of them; `undefined`: it was given something. */
  #since: number | undefined

  constructor(variant: Variant, outbox: Outbox, { delivery, guard, left, news = 0 }: Beginning, pacer: Pacer) {
    this.variant = variant
    this.outbox = outbox
    this.delivery = delivery
    this.#guard = guard
    this.#left = left
    this.#since = news
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
    this.given()
    this.#dismiss()
    return true
  }

  /** Its client has something of this topic, and is no longer where it was before. */
  given(): void {
    this.#since = undefined
    this.#left = undefined
  }

  /** Where its client was before, or goes on from; `news`: how many ticks the topic has given. */
  leftAt(news: number): Left | 'here' | undefined {
    const isGiven = this.#since === undefined || (!this.#guard && news > this.#since)
    return isGiven ? 'here' : this.#left
  }

  /** Until it is given anything, that is where its client is. */
  comesFrom(left: Left): void {
    this.#left = left
  }

  /** The guard has stood long enough; whether it held anything back. `news`: how many ticks the topic has given. */
  endGuard(news: number): boolean {
    if (this.#guard && this.#since !== undefined) this.#since = news
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
  miss(lost: number, notice: string | undefined, upTo?: Place): void {
    this.outbox.miss(lost)
    if (notice === undefined) return
    if (upTo) this.comesFrom({ topic: this.variant.served.topic, ...upTo })
    this.#paced?.release()
    this.outbox.say(notice, this.variant)
  }

  release(): void {
    this.#paced?.release()
    this.outbox.settle(this.variant)
  }
}
