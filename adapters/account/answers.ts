import type { Cancel, Clock } from '../../shared/clock.ts'
import type { Instrument } from '../../shared/market/instrument.ts'

interface AnswersParts {
  /** What somebody wants, and the broker is asked for. */
  readonly wanted: () => ReadonlyMap<Instrument, unknown>
  /** Whether the broker can answer: a connection is open. */
  readonly isOpen: () => boolean
  /** Whether the broker has said a price of an instrument. */
  readonly isKnown: (instrument: Instrument) => boolean
  /** Whether it ought to be: its market trades, or the broker would say its last price. */
  readonly isDue: (instrument: Instrument) => boolean
  /** One line for a person; nothing when there is nothing to say. */
  readonly tell: (text: string | undefined) => void
  readonly clock: Clock
}

const LOOK_MS = 1000
/** Time for a subscription in its turn, and for a quote in its place. */
const PATIENCE_MS = 30_000
const NAMED = 3

/**
 * Notices instruments that never answer: brokers take a subscription of a token that is none, or of an index under a wrong
 * name, without a word. The subscription was acknowledged to the client long ago, so a person has to hear of it.
 */
export class Answers {
  readonly #parts: AnswersParts
  readonly #stop: Cancel
  /** Since when an answer is due, monotonic milliseconds. */
  readonly #since = new Map<Instrument, number>()

  constructor(parts: AnswersParts) {
    this.#parts = parts
    this.#stop = parts.clock.every(LOOK_MS, () => this.#look())
  }

  close(): void {
    this.#stop()
  }

  #look(): void {
    const { wanted, isOpen, isKnown, isDue, tell, clock } = this.#parts
    const now = clock.monotonic()
    const silent = new Set<Instrument>()
    if (isOpen())
      for (const instrument of wanted().keys()) if (!isKnown(instrument) && isDue(instrument)) silent.add(instrument)
    for (const instrument of this.#since.keys()) if (!silent.has(instrument)) this.#since.delete(instrument)
    for (const instrument of silent) if (!this.#since.has(instrument)) this.#since.set(instrument, now)
    const late = [...silent].filter(one => now - (this.#since.get(one) ?? now) >= PATIENCE_MS)
    tell(late.length === 0 ? undefined : sentence(late))
  }
}

function sentence(late: readonly Instrument[]): string {
  const names = late.slice(0, NAMED).map(({ exchange, symbol }) => `${exchange}:${symbol}`)
  const more = late.length > NAMED ? ` and ${late.length - NAMED} more` : ''
  return `the broker sends no prices of ${names.join(', ')}${more}`
}
