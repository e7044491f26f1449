import type { Log } from '../shared/log.ts'

/** Something that is tried again and again and may fail for long: each cause is told once, and once that it is over. */
export class Trouble {
  readonly #log: Pick<Log, 'warn' | 'info'>
  readonly #words: { readonly fails: string; readonly over: string }
  readonly #told = new Set<string>()

  constructor(log: Pick<Log, 'warn' | 'info'>, words: { readonly fails: string; readonly over: string }) {
    this.#log = log
    this.#words = words
  }

  attempt(act: () => void): void {
    try {
      act()
    } catch (err) {
      const cause = String(err)
      if (!this.#told.has(cause)) this.#log.warn({ err }, this.#words.fails)
      this.#told.add(cause)
      return
    }
    if (this.#told.size > 0) this.#log.info(this.#words.over)
    this.#told.clear()
  }
}
