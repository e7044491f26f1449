import { dayNumber } from './ist.ts'
import type { Fields, MarketFrame } from './protocol.ts'

/** The last frame of one mode. */
interface Held {
  readonly data: Fields
  /** As the source said, milliseconds since 1970. */
  readonly at: number | undefined
  /** By the monotonic clock of the page. */
  readonly arrivedAt: number
  readonly broker: string | undefined
  readonly via: 'stream' | 'snapshot'
  isStale: boolean
}

/** What a reader sees of all modes of one instrument. */
export interface View {
  readonly fields: Fields
  readonly tickAt: number | undefined
  readonly arrivedAt: number | undefined
  readonly broker: string | undefined
  readonly via: 'stream' | 'snapshot'
  readonly isStale: boolean
  readonly isBookStale: boolean
}

type Mode = MarketFrame['mode']

const QUOTE = 2
const DEPTH = 3
/** The quote first, where two are of the same moment. */
const ORDER: readonly Mode[] = [QUOTE, DEPTH, 1]
/** Sources of two modes do not tick together: only a quote that stands still gives way to another source. */
const OTHER_SOURCE_MS = 5000

/** The last frame of each mode of one instrument. A new one replaces the whole one before it: what it does not say is not known. */
export class HeldFrames {
  readonly #held = new Map<Mode, Held>()

  /** False: what is there is better. */
  take({ mode, data, broker, stale }: MarketFrame, via: Held['via'], arrivedAt: number): boolean {
    const at = data.timestamp ?? data.ltt
    const was = this.#held.get(mode)
    const isStale = stale === true
    if (was && !was.isStale) {
      const isOlder = at !== undefined && was.at !== undefined && at < was.at
      // An answer may have been overtaken by the stream.
      if (via === 'snapshot' && isOlder) return false
      // What is known to be of now is not replaced by what may not be, unless that is newer.
      if (isStale && (at ?? 0) <= (was.at ?? 0)) return false
    }
    // Both are of the past: the later one tells more.
    if (was?.isStale && isStale && (at ?? 0) < (was.at ?? 0)) return false
    this.#held.set(mode, { data, at, arrivedAt, broker: broker || undefined, via, isStale })
    return true
  }

  /** Nothing says any more that they are of now. */
  age(): void {
    for (const held of this.#held.values()) held.isStale = true
  }

  /** The stream no longer brings this mode. A book that nobody looks at is worth nothing. */
  letGo(mode: Mode): void {
    const held = this.#held.get(mode)
    if (mode === DEPTH) this.#held.delete(mode)
    else if (held) held.isStale = true
  }

  /** Of this mode another source sends from now on. */
  moved(mode: Mode, broker: string): void {
    const held = this.#held.get(mode)
    if (held && held.broker !== broker) held.isStale = true
  }

  view(): View {
    const lead = this.#lead()
    const book = this.#held.get(DEPTH)
    return {
      fields: lead ? this.#fieldsWith(lead) : {},
      tickAt: lead?.at,
      arrivedAt: lead?.arrivedAt,
      broker: lead?.broker,
      via: lead?.via ?? 'stream',
      isStale: lead?.isStale ?? false,
      isBookStale: book?.isStale ?? false,
    }
  }

  /** What is said of the instrument comes from this one. */
  #lead(): Held | undefined {
    const all = ORDER.flatMap(mode => this.#held.get(mode) ?? [])
    const priced = orAll(all, ({ data }) => data.ltp !== undefined)
    const choice = orAll(priced, ({ isStale }) => !isStale)
    const quote = this.#held.get(QUOTE)
    const newest = choice.reduce<Held | undefined>(
      (best, one) => (best && (one.at ?? 0) <= (best.at ?? 0) ? best : one),
      undefined,
    )
    if (!newest || !quote || !choice.includes(quote) || quote.broker === newest.broker) return newest
    return (newest.at ?? 0) - (quote.at ?? 0) > OTHER_SOURCE_MS ? newest : quote
  }

  /** Its own, and beneath it what the same source said the same day in another mode; the book from Depth alone. */
  #fieldsWith(lead: Held): Fields {
    const isAlike = ({ broker, isStale, at }: Held) =>
      broker === lead.broker && (!isStale || lead.isStale) && isSameDay(at, lead.at)
    const others = [...this.#held.values()].filter(one => one !== lead && isAlike(one))
    others.sort((one, other) => (one.at ?? 0) - (other.at ?? 0))
    const { depth: _, ...fields } = Object.assign({}, ...others.map(({ data }) => data), lead.data) as Fields
    const depth = this.#held.get(DEPTH)?.data.depth
    return { ...fields, ...(depth && { depth }) }
  }
}

const orAll = (all: readonly Held[], isGood: (one: Held) => boolean): readonly Held[] =>
  all.some(isGood) ? all.filter(isGood) : all

const isSameDay = (one: number | undefined, other: number | undefined): boolean =>
  one === undefined || other === undefined || dayNumber(one) === dayNumber(other)
