import { type Name, nameOf } from '../names.ts'
import type { InstrumentState, SourceNotice, StateNotice } from '../protocol.ts'

/** A time whose prices are missing, or not to be trusted. Milliseconds since 1970. */
export interface Outage {
  readonly from: number
  /** `undefined`: it lasts. */
  readonly to: number | undefined
  readonly why: string
}

const KEPT = 50
const BROKEN: ReadonlySet<InstrumentState> = new Set(['suspect', 'down'])

/** Owner of when nothing came of an instrument, though it should have: its feed was down or silent, or the page was cut off. */
export class Outages {
  readonly #ofName = new Map<Name, Outage[]>()
  readonly #ofLink: Outage[] = []
  /** Whoever stood on a feed last, as notices about all of one name nobody. */
  readonly #feeds = new Map<Name, string>()

  /** All of this instrument, the oldest first. */
  of(name: Name): readonly Outage[] {
    return [...(this.#ofName.get(name) ?? []), ...this.#ofLink].sort((a, b) => a.from - b.from)
  }

  stand(notice: StateNotice): void {
    const { exchange, symbol, feed } = notice
    if (exchange !== undefined && symbol !== undefined) this.#feeds.set(nameOf({ exchange, symbol }), feed)
    for (const name of this.namesOf(notice)) this.#stand(name, notice)
  }

  /** Another feed serves an instrument: what is said of that one is said of it. */
  moved(notice: Pick<SourceNotice, 'exchange' | 'symbol' | 'feed'>): void {
    this.#feeds.set(nameOf(notice), notice.feed)
  }

  /** Whom a notice is about. */
  namesOf({ exchange, symbol, symbols, feed }: StateNotice): Name[] {
    if (symbols === '*') return [...this.#feeds].filter(([, its]) => its === feed).map(([name]) => name)
    return exchange === undefined || symbol === undefined ? [] : [nameOf({ exchange, symbol })]
  }

  /** The page was cut off, or is back. */
  lost(at: number, why: string): void {
    begin(this.#ofLink, at, why)
  }

  back(at: number): void {
    end(this.#ofLink, at)
  }

  clear(): void {
    this.#ofName.clear()
    this.#ofLink.length = 0
    this.#feeds.clear()
  }

  #stand(name: Name, { state, reason, since }: StateNotice): void {
    const all = this.#ofName.get(name) ?? []
    this.#ofName.set(name, all)
    if (BROKEN.has(state)) begin(all, since, reason ?? `the feed was ${state}`)
    else end(all, since)
  }
}

/** One that lasts goes on with the newest reason. */
function begin(all: Outage[], from: number, why: string): void {
  const last = all.at(-1)
  if (last && last.to === undefined) all[all.length - 1] = { ...last, why }
  else all.push({ from, to: undefined, why })
  if (all.length > KEPT) all.shift()
}

function end(all: Outage[], at: number): void {
  const last = all.at(-1)
  // Clocks of two machines differ: it does not end before it began.
  if (last && last.to === undefined) all[all.length - 1] = { ...last, to: Math.max(at, last.from) }
}
