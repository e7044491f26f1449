import type { Instrument } from './instrument.ts'

/**
 * What to expect of the market as a whole in a phase. `expected`: it trades continuously, so that silence of all of it is
 * a fault; `sparse`: few trade, as in an auction; `none`: nothing comes.
 */
export type Ticks = 'expected' | 'sparse' | 'none'

/** One stretch of a trading day, or the time between two of them (`closed`). */
export interface Phase {
  /** As the calendar names it: `continuous`, `pre-open`, `closing auction`, `closed`, … */
  readonly name: string
  readonly ticks: Ticks
  /** First instant, milliseconds since 1970. */
  readonly from: number
  /** First instant after it. */
  readonly to: number
}

/** The phase an instrument is in at an instant, milliseconds since 1970; nothing when the calendar does not know. */
export type PhaseAt = (instrument: Instrument, at: number) => Phase | undefined
