import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { coversMode, type TopicMode } from '../../shared/market/mode.ts'
import type { Union } from './union.ts'

interface LingerParts {
  /** How long the broker does not hear that nobody wants something any more; 0: it hears at once. */
  readonly ms: number
  /** Whether the list still says the same of it: by a token that became another's, prices would go to the wrong name. */
  readonly isListed: (instrument: Instrument) => boolean
  /** Something has lingered long enough. */
  readonly over: () => void
  readonly clock: Clock
}

/** What ends at nearly the same time ends together: one message to the broker, not one for each. */
const LEAST_MS = 500

/**
 * What somebody wanted a moment ago is carried for some more time: charts are switched to and fro, and pages loaded anew.
 * Who comes back in time costs the broker nothing and finds the present value. A mode that is wanted no more lingers on
 * top of a lower one that is.
 */
export class Linger {
  readonly #parts: LingerParts
  /** Until when, monotonic milliseconds; what was given up first comes first. */
  readonly #until = new Map<Instrument, Map<TopicMode, number>>()
  #wanted: Union = new Map()
  #carried: Union = new Map()
  #cancel: Cancel | undefined

  constructor(parts: LingerParts) {
    this.#parts = parts
  }

  /** How many instruments are carried that nobody wants, or in a mode that nobody wants. */
  get size(): number {
    return this.#until.size
  }

  /** What has to be carried, where this much is wanted: each instrument in the highest mode that is wanted or lingers. */
  follow(wanted: Union): Union {
    if (this.#parts.ms > 0) this.#note(wanted)
    this.#wanted = wanted
    this.#carried = this.#until.size === 0 ? wanted : this.#sum()
    this.#schedule()
    return this.#carried
  }

  /**
   * Gives up the `count` that have lingered longest: their places are wanted by others. False when there is none left to
   * give up.
   */
  release(count: number): boolean {
    const { size } = this.#until
    let left = count
    for (const instrument of this.#until.keys()) {
      if (left-- <= 0) break
      this.#until.delete(instrument)
    }
    return this.#until.size < size
  }

  close(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#until.clear()
  }

  #note(wanted: Union): void {
    if (wanted === this.#wanted) return
    const until = this.#parts.clock.monotonic() + this.#parts.ms
    for (const [instrument, mode] of this.#wanted) {
      const now = wanted.get(instrument)
      if (now !== undefined && coversMode(now, mode)) continue
      const modes = this.#until.get(instrument) ?? new Map<TopicMode, number>()
      modes.set(mode, until)
      this.#until.delete(instrument)
      this.#until.set(instrument, modes)
    }
  }

  #sum(): Union {
    const now = this.#parts.clock.monotonic()
    const carried = new Map(this.#wanted)
    for (const [instrument, modes] of this.#until) {
      for (const [mode, until] of modes) if (until <= now || this.#isWanted(instrument, mode)) modes.delete(mode)
      if (modes.size === 0 || !this.#parts.isListed(instrument)) this.#until.delete(instrument)
      else for (const mode of modes.keys()) raise(carried, instrument, mode)
    }
    return carried
  }

  /** What is wanted again lingers anew when it is given up again. */
  #isWanted(instrument: Instrument, mode: TopicMode): boolean {
    const wanted = this.#wanted.get(instrument)
    return wanted !== undefined && coversMode(wanted, mode)
  }

  #schedule(): void {
    if (this.#cancel || this.#until.size === 0) return
    const { clock, over } = this.#parts
    let first = Number.POSITIVE_INFINITY
    for (const modes of this.#until.values()) for (const until of modes.values()) first = Math.min(first, until)
    this.#cancel = clock.after(Math.max(first - clock.monotonic(), LEAST_MS), () => {
      this.#cancel = undefined
      over()
    })
  }
}

function raise(carried: Map<Instrument, TopicMode>, instrument: Instrument, mode: TopicMode): void {
  const held = carried.get(instrument)
  if (held === undefined || !coversMode(held, mode)) carried.set(instrument, mode)
}
