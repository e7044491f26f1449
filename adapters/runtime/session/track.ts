import type { Instrument } from '../../../shared/market/instrument.ts'
import type { Phase } from '../../../shared/market/phase.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { nameOf } from '../states.ts'
import { Pace } from './pace.ts'

/** A broker that takes a question answers it within this time, or does not. */
export const ANSWER_MS = 4000
/** What comes later than this after a question has come by itself. */
const LATE_MS = 10_000
const NEVER = Number.NEGATIVE_INFINITY
/** The calendar may be another a minute later. */
const PHASE_KEPT_MS = 60_000

/**
 * What came of asking the broker for an instrument once more, in one stretch of silence. `moved`: another value, once; it
 * may have traded in the moment in which it was not subscribed. `news`: once more another one.
 */
export type Answer = 'none' | 'awaited' | 'unanswered' | 'same' | 'moved' | 'news'

/**
 * What is known of one wanted instrument on the connection that has to bring it. Times are monotonic milliseconds.
 */
export class Track {
  readonly instrument: Instrument
  readonly name: string
  readonly pace = new Pace()
  /** Number of the connection. */
  socket: number | undefined
  /** When the broker was asked for it on this connection; nothing while it was not. */
  toldAt: number | undefined
  /** When the broker last said anything of it on this connection, be it because it was asked. */
  saidAt = NEVER
  /** How often it was asked for again since the broker last said anything of it. */
  asked = 0
  askedAt = NEVER
  /** Known to all as `live`: further ticks are no news. */
  isLive = false
  isSuspect = false
  /** What was said last was the first since it was asked for again. */
  isReply = false
  /** The broker refuses it, in its own words. */
  refusal: string | undefined
  phase: Phase | undefined
  /** When the phase began for us, as far as it is known. */
  phaseSince = NEVER
  #phaseUntil = NEVER
  /** By name of the phases in which ticks are expected: whether it ticked every second of the last one. */
  readonly #habits = new Map<string, boolean>()
  #lastHabit = false
  #isAwaited = false
  #answer: 'same' | 'moved' | 'news' | undefined
  #before: 'moved' | undefined
  #ltp: number | undefined
  #volume: number | undefined

  constructor(instrument: Instrument) {
    this.instrument = instrument
    this.name = nameOf(instrument)
  }

  /** The broker was asked for it on a connection that is open. */
  told(now: number): void {
    this.toldAt = now
    this.pace.resume(now)
  }

  /** The connection is no more, or does not carry it any more. */
  lost(): void {
    this.toldAt = undefined
    this.saidAt = NEVER
    this.asked = 0
    this.askedAt = NEVER
    this.refusal = undefined
    this.#isAwaited = false
    this.#answer = undefined
    this.isLive = false
  }

  /** True when it came by itself: neither the first word after a wish nor an answer. */
  said(tick: Tick | undefined, now: number): boolean {
    const isFirst = this.saidAt === NEVER
    this.isReply = this.#isAwaited
    this.saidAt = now
    this.refusal = undefined
    const isNews = tick !== undefined && (tick.ltp !== this.#ltp || tick.volume !== this.#volume)
    if (isNews) {
      this.#ltp = tick.ltp
      this.#volume = tick.volume
    }
    const isLate = this.#isAwaited && now - this.askedAt > LATE_MS
    if (isFirst || (this.#isAwaited && !isLate)) {
      if (this.#isAwaited) this.#answer = isNews && !isFirst ? (this.#before ? 'news' : 'moved') : 'same'
      this.#isAwaited = false
      this.asked = 0
      return false
    }
    this.#isAwaited = false
    this.#answer = undefined
    this.asked = 0
    this.pace.ticked(now)
    return true
  }

  /** It is asked for once more. */
  ask(now: number): void {
    this.asked++
    this.askedAt = now
    this.#isAwaited = true
    this.#before = this.#answer === 'moved' || this.#answer === 'news' ? 'moved' : undefined
    this.#answer = undefined
  }

  /** It had moved when it was asked for before. */
  get hasMoved(): boolean {
    return this.#before !== undefined
  }

  /** The same answer says that nothing was traded: a price alone may come back to where it was. */
  get isTelling(): boolean {
    return this.#volume !== undefined || this.phase === undefined
  }

  answer(now: number): Answer {
    if (this.#isAwaited) return now - this.askedAt >= ANSWER_MS ? 'unanswered' : 'awaited'
    return this.#answer ?? 'none'
  }

  /** Since when nothing came by itself, though it could: not since before the broker was asked, or the market opened. */
  get silentSince(): number {
    return Math.max(this.pace.lastAt, this.toldAt ?? Number.POSITIVE_INFINITY, this.phaseSince)
  }

  /** It ticked every second when its market was last in this phase; where it never was, in the one that was before. */
  get isUsuallyDense(): boolean {
    return (this.phase && this.#habits.get(this.phase.name)) ?? this.#lastHabit
  }

  /** The calendar may say another thing now. */
  isPhaseDue(wall: number): boolean {
    return wall >= this.#phaseUntil || wall < this.#phaseUntil - PHASE_KEPT_MS
  }

  /** Whether it is another phase than before; the first is no other. `wall`: milliseconds since 1970. */
  enter(phase: Phase | undefined, now: number, wall: number): boolean {
    const isFirst = this.#phaseUntil === NEVER
    this.#phaseUntil = Math.min(phase?.to ?? Number.POSITIVE_INFINITY, wall + PHASE_KEPT_MS)
    const isOther = phase?.name !== this.phase?.name || phase?.ticks !== this.phase?.ticks
    if (isOther) {
      if (this.phase?.ticks === 'expected') {
        this.#lastHabit = this.pace.isRegular
        this.#habits.set(this.phase.name, this.#lastHabit)
      }
      this.pace.forget()
      this.isLive = false
    }
    this.phase = phase
    this.phaseSince = phase ? now - Math.max(wall - phase.from, 0) : NEVER
    return isOther && !isFirst
  }
}
