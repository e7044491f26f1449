import type { Name } from '../names.ts'
import type { InstrumentState } from '../protocol.ts'
import { dayOf, isBeginning } from './timeframes.ts'

interface Hole {
  /** Milliseconds since 1970; infinite: it lasts. */
  readonly until: number
  /** The page was cut off; a value that is repeated says that nothing was missed. */
  readonly isOfLink: boolean
}

const LASTS = Number.POSITIVE_INFINITY
const BROKEN: ReadonlySet<InstrumentState> = new Set(['suspect', 'down'])

/** Owner of what may have happened to an instrument since its last tick that nobody saw. */
export class Holes {
  readonly #all = new Map<Name, Hole>()

  clear(): void {
    this.#all.clear()
  }

  /** Nothing was seen of these until then. */
  note(names: Iterable<Name>, until: number): void {
    for (const name of names) this.#all.set(name, { until, isOfLink: false })
  }

  /** What is said of these begins a hole, or ends it. */
  stand(names: Iterable<Name>, state: InstrumentState, since: number): void {
    for (const name of names) {
      if (BROKEN.has(state)) this.#all.set(name, { until: LASTS, isOfLink: false })
      else if (this.#all.get(name)?.until === LASTS) this.#all.set(name, { until: since, isOfLink: false })
    }
  }

  lost(names: Iterable<Name>): void {
    for (const name of names) if (!this.#all.has(name)) this.#all.set(name, { until: LASTS, isOfLink: true })
  }

  back(at: number): void {
    for (const [name, { until, isOfLink }] of this.#all)
      if (isOfLink && until === LASTS) this.#all.set(name, { until: at, isOfLink })
  }

  /** Its last value was told again: there was none since. */
  repeated(name: Name): void {
    if (this.#all.get(name)?.isOfLink) this.#all.delete(name)
  }

  /** Whether there is one between the tick before and this one, which ends it. A night's is none of the day after. */
  take(name: Name, at: number, { lastAt, exchange }: { readonly lastAt: number; readonly exchange: string }): boolean {
    const hole = this.#all.get(name)
    if (!hole) return false
    this.#all.delete(name)
    const isOfNight = dayOf(lastAt) < dayOf(at) && hole.until <= at && isBeginning(hole.until, exchange)
    return !isOfNight
  }
}
