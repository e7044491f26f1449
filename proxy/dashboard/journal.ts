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
  /** Of routine that is told in one line, however often it comes. */
  readonly tally?: Tally
}

/** What is added up while nothing else happens. */
interface Tally {
  readonly kind: string
  readonly amount: number
  readonly words: (amount: number) => string
}

const KEPT = 1000
/** Of those at most so many are routine: it pushes out no outage. */
const KEPT_TALLIES = 200

/** Owner of what happened since the page was opened, the newest last; a line that repeats is counted. */
export class Journal {
  readonly entries = signal<readonly Entry[]>([])
  /** Lines ever begun; there are no more than those kept. */
  begun = 0
  readonly #clock: Pick<PageClock, 'now'>

  constructor(clock: Pick<PageClock, 'now'>) {
    this.#clock = clock
  }

  /** Somebody else may look next. */
  clear(): void {
    this.entries.value = []
    this.begun = 0
  }

  add(news: Omit<Entry, 'at' | 'count'>): void {
    const at = this.#clock.now()
    const entries = this.entries.value
    const nth = entries.length - 1
    const last = entries[nth]
    const isSame = !news.tally && last?.text === news.text && last.what === news.what && last.name === news.name
    const place = isSame ? nth : news.tally ? tallyOf(entries, news.tally) : -1
    const was = entries[place]
    if (was) {
      this.entries.value = entries.with(place, { ...again(was, news), at, count: was.count + 1 })
      return
    }
    this.begun++
    const isRoutine = news.tally && entries.filter(({ tally }) => tally).length >= KEPT_TALLIES
    const room = isRoutine
      ? entries.toSpliced(
          entries.findIndex(({ tally }) => tally),
          1,
        )
      : entries
    this.entries.value = [...room.slice(-(KEPT - 1)), { ...news, at, count: 1 }]
  }
}

/** Where the same is added up, unless something else happened since; -1: nowhere. */
function tallyOf(entries: readonly Entry[], { kind }: Tally): number {
  const since = entries.findLastIndex(({ tally }) => !tally)
  const place = entries.findLastIndex(({ tally }) => tally?.kind === kind)
  return place > since ? place : -1
}

function again(was: Entry, { tally }: Pick<Entry, 'tally'>): Entry {
  if (!tally || !was.tally) return was
  const amount = was.tally.amount + tally.amount
  return { ...was, text: tally.words(amount), tally: { ...tally, amount } }
}
