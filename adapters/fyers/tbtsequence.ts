/** A book that was asked for and has not come by then is asked for again. Microseconds. */
const PATIENCE = 10_000_000
/** So many gaps are believed, and one more for every so many messages that count on: see `Sequences`. */
const GAPS_BELIEVED = 3
const STEPS_PER_GAP = 100

/** What is known of one instrument's messages. */
interface Trail {
  sequence: number
  /** Since when its book is waited for. Microseconds. */
  waitsSince: number | undefined
}

/**
 * Finds lost messages of one connection: each message of an instrument counts on by one. Nothing says so but the name of
 * the field (`sequence_no`), so gaps are believed only while they are rare: if it counts something else, books would be
 * asked for anew all the time.
 */
export class Sequences {
  readonly #trails = new Map<string, Trail>()
  #gaps = 0
  #steps = 0

  /**
   * `follows`: it can be taken on top of those before it. `gap`: it cannot, and the book has to be asked for anew. `waits`:
   * that was done, and the book has not come. A sequence of 0 is none.
   */
  judge(ticker: string, sequence: number, isWhole: boolean, receivedAt: number): 'follows' | 'gap' | 'waits' {
    const trail = this.#trails.get(ticker)
    if (trail === undefined || isWhole) {
      this.#trails.set(ticker, { sequence, waitsSince: undefined })
      return 'follows'
    }
    const step = sequence === 0 || trail.sequence === 0 ? undefined : sequence - trail.sequence
    if (sequence !== 0) trail.sequence = sequence
    if (step === 1) this.#steps++
    // The same number twice is one moment in two messages.
    const isGap = trail.waitsSince === undefined && step !== undefined && step !== 0 && step !== 1
    if (isGap) this.#gaps++
    if (this.#gaps > GAPS_BELIEVED + this.#steps / STEPS_PER_GAP) return 'follows'
    const isOverdue = trail.waitsSince !== undefined && receivedAt - trail.waitsSince >= PATIENCE
    if (!isGap && !isOverdue) return trail.waitsSince === undefined ? 'follows' : 'waits'
    trail.waitsSince = receivedAt
    return 'gap'
  }
}
