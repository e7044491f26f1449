import type { Clock } from '../shared/clock.ts'
import { CONTROL_PREFIX, ORDERS_PREFIX, STATES_PREFIX, STATUS_PREFIX } from './bus.ts'

const KIB = 1024
const MIB = 1024 * KIB

/** Longest honest body of what is signed. A full subscription set of 200,000 topics has some 10 MB. */
const MOST_BYTES: readonly (readonly [string, number])[] = [
  [STATUS_PREFIX, MIB],
  [ORDERS_PREFIX, 64 * KIB],
  [STATES_PREFIX, 16 * MIB],
  [CONTROL_PREFIX, 16 * MIB],
]

/** On a lane only its empty introduction is signed. */
export const fits = (topic: string, bytes: number): boolean =>
  bytes <= (MOST_BYTES.find(([prefix]) => topic.startsWith(prefix))?.[1] ?? 0)

/** Failed checks of one name a second: of runs never heard, and of those that have proven themselves before. */
const UNKNOWN_A_SECOND = 50
const KNOWN_A_SECOND = 200
/** To check this much takes as long again as to check nothing. */
const BYTES_A_CHECK = 64 * KIB

interface Budget {
  left: number
  at: number
}

/**
 * How many forged signatures are looked at: each costs a quarter of a millisecond and more, and whoever writes on the
 * bus can send thousands a second.
 *
 * Only failures cost, and known runs have a budget of their own: what feeds say honestly is checked without bound, and a
 * flood of made-up runs takes nothing from a run that is known. Its tag, which is no secret, can be copied: then its
 * words are unread where the budget is spent. But it grows with each millisecond, not once a second: no message is
 * lost for always coming late in the second, and 5 ms after a flood (20 ms for a new run) the next word is read. STATUS is
 * said anew each second and STATES and CONTROL are whole sets that are repeated too, so that a heartbeat heals what
 * was lost. Lanes of known runs are stamped and cost no check. While a flood lasts, the feed it poses as may count as
 * stale: the truth about a bus that somebody floods, and told as such.
 */
export class Scrutiny {
  readonly #clock: Clock
  /** Of registered feeds only: a name that a stranger makes up has no key to check with. */
  readonly #budgets = new Map<string, Budget>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether one more signature of this name may be looked at. */
  mayCheck(name: string, isKnown: boolean): boolean {
    return this.#budgetOf(name, isKnown).left >= 1
  }

  failed(name: string, isKnown: boolean, bytes: number): void {
    this.#budgetOf(name, isKnown).left -= 1 + Math.floor(bytes / BYTES_A_CHECK)
  }

  #budgetOf(name: string, isKnown: boolean): Budget {
    const key = `${isKnown} ${name}`
    const now = this.#clock.monotonic()
    const most = isKnown ? KNOWN_A_SECOND : UNKNOWN_A_SECOND
    let budget = this.#budgets.get(key)
    if (!budget) {
      budget = { left: most, at: now }
      this.#budgets.set(key, budget)
    }
    budget.left = Math.min(most, budget.left + ((now - budget.at) * most) / 1000)
    budget.at = now
    return budget
  }
}
