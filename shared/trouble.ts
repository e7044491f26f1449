import type { Log } from './log.ts'

interface Words {
  readonly fails: string
  readonly over: string
}

/** Something that is tried again and again and may fail for long: each cause is told once, and once that it is over. */
export class Trouble {
  readonly #log: Pick<Log, 'warn' | 'info'>
  readonly #words: Words
  readonly #told = new Set<string>()

  constructor(log: Pick<Log, 'warn' | 'info'>, words: Words) {
    this.#log = log
    this.#words = words
  }

  attempt(act: () => void): void {
    try {
      act()
    } catch (err) {
      this.met(err)
      return
    }
    this.over()
  }

  /** It has failed. */
  met(err: unknown): void {
    const cause = String(err)
    if (!this.#told.has(cause)) this.#log.warn({ err }, this.#words.fails)
    this.#told.add(cause)
  }

  /** It has worked. */
  over(): void {
    if (this.#told.size > 0) this.#log.info(this.#words.over)
    this.#told.clear()
  }
}
