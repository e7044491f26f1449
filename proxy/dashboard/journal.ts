import { signal } from '@preact/signals'
import type { PageClock } from './clock.ts'
import type { Name } from './names.ts'

/** One line of the activity log. */
export interface Entry {
  /** Milliseconds since 1970, of its last repetition. */
  readonly at: number
  readonly level: 'good' | 'news' | 'warn' | 'bad'
  readonly what: 'link' | 'feed' | 'instrument' | 'message' | 'page'
  readonly text: string
  readonly name?: Name
  readonly broker?: string
  readonly direction?: 'in' | 'out'
  /** How often the same was said in a row. */
  readonly count: number
}

const KEPT = 1000

/** Owner of what happened since the page was opened, the newest last; a line that repeats is counted. */
export class Journal {
  readonly entries = signal<readonly Entry[]>([])
  readonly #clock: Pick<PageClock, 'now'>

  constructor(clock: Pick<PageClock, 'now'>) {
    this.#clock = clock
  }

  add(news: Omit<Entry, 'at' | 'count'>): void {
    const at = this.#clock.now()
    const entries = this.entries.value
    const last = entries.at(-1)
    const isSame = last?.text === news.text && last.what === news.what && last.name === news.name
    this.entries.value = isSame
      ? [...entries.slice(0, -1), { ...last, at, count: last.count + 1 }]
      : [...entries.slice(-(KEPT - 1)), { ...news, at, count: 1 }]
  }
}
