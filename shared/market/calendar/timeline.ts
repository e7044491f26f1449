import type { Exchange } from '../exchange.ts'
import type { Phase } from '../phase.ts'
import { type Day, dayOf, type Window } from './day.ts'
import type { CalendarData, Exception } from './schema.ts'
import { addDays, type Zone } from './zone.ts'

/** A phase of the calendar. */
export interface SessionPhase extends Phase {
  /** How orders meet. The market is open while it is `continuous`. */
  readonly matching: 'continuous' | 'auction' | 'none'
  /** From when on it may end at any moment, milliseconds since 1970. */
  readonly randomEndFrom?: number
}

/** A stretch of time; without a phase nothing is known of it. */
export interface Stretch {
  readonly from: number
  readonly to: number
  readonly phase?: SessionPhase
}

/** More than any closed stretch: beyond the covered days everything is unknown, which ends one. */
const MOST_DAYS = 400
/** About a year of every profile. */
const MOST_KEPT = 10_000

/** The days of one segment and profile, one after the other, as stretches of time. What was worked out is kept. */
export class Timeline {
  readonly #data: CalendarData
  readonly #zone: Zone
  readonly #rowsOf: (date: string) => readonly Exception[]
  readonly #subject: { readonly exchange: Exchange; readonly profile: string }
  readonly #days = new Map<string, { day: Day; stretches: readonly Stretch[] }>()
  /** Most questions are of the same stretch as the last one. */
  #last: Stretch = { from: 0, to: 0 }

  constructor(
    data: CalendarData,
    zone: Zone,
    rowsOf: (date: string) => readonly Exception[],
    subject: { readonly exchange: Exchange; readonly profile: string },
  ) {
    this.#data = data
    this.#zone = zone
    this.#rowsOf = rowsOf
    this.#subject = subject
  }

  /** The stretch an instant is in. Stretches follow each other without holes. */
  at(instant: number): Stretch {
    const last = this.#last
    if (last.from <= instant && instant < last.to) return last
    this.#last = this.#find(instant)
    return this.#last
  }

  /** The phases and the unknown times that begin on a date; what is between them is closed. */
  stretches(date: string): readonly Stretch[] {
    return this.#known(date).stretches
  }

  isTrading(date: string): boolean | undefined {
    return this.#known(date).day.isTrading
  }

  #find(instant: number): Stretch {
    const date = this.#zone.dateOf(instant)
    const today = this.stretches(date)
    const current = today.find(({ from, to }) => from <= instant && instant < to)
    if (current) return current
    const before = today.findLast(({ to }) => to <= instant)
    const after = today.find(({ from }) => from > instant)
    const from = before?.to ?? this.#search(date, -1)?.to ?? this.#zone.at(date, 0)
    const to = after?.from ?? this.#search(date, 1)?.from ?? this.#zone.at(addDays(date, 1), 0)
    return { from, to, phase: { name: 'closed', matching: 'none', ticks: 'none', from, to } }
  }

  /** The next stretch on another day. */
  #search(date: string, step: 1 | -1): Stretch | undefined {
    for (let days = step; Math.abs(days) <= MOST_DAYS; days += step) {
      const found = this.stretches(addDays(date, days)).at(step === 1 ? 0 : -1)
      if (found) return found
    }
    return undefined
  }

  #known(date: string): { day: Day; stretches: readonly Stretch[] } {
    const kept = this.#days.get(date)
    if (kept) return kept
    const day = dayOf(this.#data, this.#subject, date, this.#rowsOf(date))
    const made = { day, stretches: day.windows.map(window => this.#stretch(date, window)) }
    if (this.#days.size >= MOST_KEPT) this.#days.clear()
    this.#days.set(date, made)
    return made
  }

  #stretch(date: string, { start, end, name, matching, ticks, randomEndFrom, isKnown }: Window): Stretch {
    const [from, to] = [this.#zone.at(date, start), this.#zone.at(date, end)]
    if (!isKnown) return { from, to }
    const phase = { name, matching, ticks, from, to }
    if (randomEndFrom === undefined) return { from, to, phase }
    return { from, to, phase: { ...phase, randomEndFrom: this.#zone.at(date, randomEndFrom) } }
  }
}
