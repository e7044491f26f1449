import type { Cancel, PageClock } from './clock.ts'
import type { Name } from './names.ts'
import { nameOf } from './names.ts'
import type { Fields, InstrumentState, Label, MarketFrame, StateNotice } from './protocol.ts'

/** The newest of one instrument, from whatever modes are held of it. Changed in place: read it when it is drawn. */
export interface Price {
  readonly name: Name
  fields: Fields
  /** As the source said, milliseconds since 1970. */
  tickAt: number | undefined
  /** By the monotonic clock of the page. */
  arrivedAt: number | undefined
  broker: string | undefined
  feed: string | undefined
  label: Label | undefined
  state: InstrumentState | undefined
  reason: string | undefined
  /** Not of now, however it came. */
  isStale: boolean
  via: 'stream' | 'snapshot'
  updates: number
  /** Of the last price that differed. */
  direction: -1 | 0 | 1
}

type Look = (price: Price) => void

/** No row is drawn anew more often. */
const REDRAW_MS = 125

/**
 * Owner of every price in the page. Who draws one is called before a picture is drawn, at most eight times a second,
 * however fast the feed is; nothing goes through the component tree.
 */
export class Prices {
  /** Frames taken, of all instruments. */
  updates = 0
  readonly #clock: Pick<PageClock, 'frame' | 'monotonic'>
  readonly #all = new Map<Name, Price>()
  readonly #looks = new Map<Name, Set<Look>>()
  readonly #dirty = new Set<Name>()
  readonly #listeners = new Set<(price: Price, frame: MarketFrame) => void>()
  #drawnAt = Number.NEGATIVE_INFINITY
  #isScheduled = false

  constructor(clock: Pick<PageClock, 'frame' | 'monotonic'>) {
    this.#clock = clock
  }

  get size(): number {
    return this.#all.size
  }

  find(name: Name): Price | undefined {
    return this.#all.get(name)
  }

  all(): Iterable<Price> {
    return this.#all.values()
  }

  /** Hears of each change of an instrument before the next picture, and at once of what is there. */
  watch(name: Name, look: Look): Cancel {
    const looks = this.#looks.get(name) ?? new Set()
    looks.add(look)
    this.#looks.set(name, looks)
    look(this.#open(name))
    return () => {
      looks.delete(look)
      if (looks.size === 0) this.#looks.delete(name)
    }
  }

  /** Hears every frame as it comes: for charts and counts, never for drawing. */
  listen(listener: (price: Price, frame: MarketFrame) => void): Cancel {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  take(frame: MarketFrame, via: Price['via'] = 'stream'): void {
    const price = this.#open(nameOf(frame))
    const { data } = frame
    const before = price.fields.ltp
    if (before !== undefined && data.ltp !== undefined && data.ltp !== before)
      price.direction = data.ltp > before ? 1 : -1
    // A mode that tells less than another one takes nothing away.
    price.fields = { ...price.fields, ...data }
    price.tickAt = data.timestamp ?? data.ltt ?? price.tickAt
    price.arrivedAt = this.#clock.monotonic()
    price.broker = frame.broker
    price.isStale = frame.stale === true
    price.via = via
    price.updates++
    this.updates++
    for (const listener of this.#listeners) listener(price, frame)
    this.touch(price.name)
  }

  /** How an instrument stands now; with `symbols` all of that feed. */
  stand(notice: StateNotice): void {
    if (notice.symbols === '*') {
      for (const price of this.#all.values()) if (price.feed === notice.feed) this.#stand(price, notice)
    } else if (notice.exchange !== undefined && notice.symbol !== undefined)
      this.#stand(this.#open(nameOf({ exchange: notice.exchange, symbol: notice.symbol })), notice)
  }

  /** It is to be drawn again, without a new price: its age, or the connection, says something else. */
  touch(name: Name): void {
    this.#dirty.add(name)
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#clock.frame(() => this.#draw())
  }

  touchAll(): void {
    for (const name of this.#looks.keys()) this.touch(name)
  }

  #stand(price: Price, { state, reason, label, feed, broker }: StateNotice): void {
    price.state = state
    price.reason = reason
    price.label = label ?? price.label
    price.feed = feed
    price.broker ??= broker
    this.touch(price.name)
  }

  #draw(): void {
    const now = this.#clock.monotonic()
    if (now - this.#drawnAt < REDRAW_MS) {
      this.#clock.frame(() => this.#draw())
      return
    }
    this.#isScheduled = false
    this.#drawnAt = now
    for (const name of this.#dirty) {
      const price = this.#all.get(name)
      const looks = price && this.#looks.get(name)
      if (looks) for (const look of looks) look(price)
    }
    this.#dirty.clear()
  }

  #open(name: Name): Price {
    let price = this.#all.get(name)
    if (!price) {
      price = {
        name,
        fields: {},
        tickAt: undefined,
        arrivedAt: undefined,
        broker: undefined,
        feed: undefined,
        label: undefined,
        state: undefined,
        reason: undefined,
        isStale: false,
        via: 'stream',
        updates: 0,
        direction: 0,
      }
      this.#all.set(name, price)
    }
    return price
  }
}
