import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Log } from '../../shared/log.ts'
import { indianClock } from '../../shared/market/india.ts'

interface CountdownParts {
  /** Name of the feed. */
  readonly account: string
  /** When the login at hand ends, milliseconds since 1970; nothing when there is none, or nobody knows. */
  readonly endsAt: () => number | undefined
  /** A new login can be hoped for without a person. */
  readonly renewsItself: () => boolean
  /** When what is wanted trades next, from a moment on, or may do so; nothing when it never does. */
  readonly tradesFrom: (at: number) => number | undefined
  /** One line for a person while the end is near; nothing when it is not. */
  readonly tell: (text: string | undefined) => void
  readonly clock: Clock
  readonly log: Pick<Log, 'warn'>
}

const LOOK_MS = 1000
const MINUTE_MS = 60_000
/** Minutes before the end at which a person hears of it. */
const NOTICES = [5, 15, 60]
/** A login that ends at dawn on a trading day has to be made anew before the open; one that ends on Saturday has time. */
const BEFORE_TRADING_MS = 12 * 3_600_000

/** Says that the login of an account is about to end, where the market will want another one and only a person can make it. */
export class Countdown {
  readonly #parts: CountdownParts
  readonly #stop: Cancel
  /** The end that was told last, and how many minutes before it. */
  #told: { readonly endsAt: number; readonly minutes: number } | undefined

  constructor(parts: CountdownParts) {
    this.#parts = parts
    this.#stop = parts.clock.every(LOOK_MS, () => this.#look())
    this.#look()
  }

  close(): void {
    this.#stop()
  }

  #look(): void {
    const { clock, endsAt, tell } = this.#parts
    const end = endsAt()
    const leftMs = end === undefined ? 0 : end - clock.now()
    const minutes = leftMs > 0 ? NOTICES.find(one => leftMs <= one * MINUTE_MS) : undefined
    if (end === undefined || minutes === undefined || !this.#matters(end)) {
      if (this.#told) tell(undefined)
      this.#told = undefined
      return
    }
    if (this.#told?.endsAt === end && this.#told.minutes === minutes) return
    this.#told = { endsAt: end, minutes }
    this.#announce(end, Math.ceil(leftMs / MINUTE_MS))
  }

  #announce(end: number, minutes: number): void {
    const { account, tell, log } = this.#parts
    const [what, next] = [`the login ends at ${indianClock(end)}`, `next: tickwire account login ${account}`]
    log.warn({ expiresAt: end, minutes }, `${what}, in ${minutes} min; ${next}`)
    // It stands there for long: minutes would soon be wrong.
    tell(`${what}; ${next}`)
  }

  #matters(end: number): boolean {
    const { renewsItself, tradesFrom } = this.#parts
    if (renewsItself()) return false
    const next = tradesFrom(end)
    return next !== undefined && next - end <= BEFORE_TRADING_MS
  }
}
