import { inspect } from 'node:util'
import { forget, type Kept, know, MASK } from './redaction.ts'

/** A value that prints, logs and serialises as `[redacted]`; only `reveal()` gives it. It is masked in whatever leaves the process. */
export class Secret {
  readonly #value: string

  /**
   * `passing`: a ticket of a day, of which only the last ones are remembered. `by-shape`: a key of ours for one use, masked by
   * its shape alone: strangers may ask for any number of them, and each that is remembered costs, and pushes another out.
   */
  constructor(value: string, kept: Kept | 'by-shape' = 'lasting') {
    this.#value = value
    if (kept !== 'by-shape') know(value, kept)
  }

  reveal(): string {
    return this.#value
  }

  /** Masks it no longer: it is good for nothing any more. */
  forget(): void {
    forget(this.#value)
  }

  toString(): string {
    return MASK
  }

  toJSON(): string {
    return MASK
  }

  [inspect.custom](): string {
    return MASK
  }
}
