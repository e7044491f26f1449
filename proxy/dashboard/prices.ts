import type { Cancel, PageClock } from './clock.ts'
import { HeldFrames } from './held.ts'
import type { Name } from './names.ts'
import { nameOf } from './names.ts'
import type { Fields, InstrumentState, Label, MarketFrame, SourceNotice, StateNotice } from './protocol.ts'

/** The newest of one instrument, of whatever modes are held of it. Changed in place: read it when it is drawn. */
export interface Price {
  readonly name: Name
  /** Of the newest frame, beneath it what else its source said; `depth` of the last frame of Depth, whatever it is worth. */
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
  /** The same of `fields.depth`. */
  isBookStale: boolean
  via: 'stream' | 'snapshot'
  updates: number
  /** Of the last price that differed. */
  direction: -1 | 0 | 1
}

type Look = (price: Price) => void

/** No row is drawn anew more often. */
const REDRAW_MS = 125
/** A book that was cut off so long is no picture of anything. */
const BOOK_MS = 60_000

interface Kept {
  readonly price: Price
  readonly held: HeldFrames
  /** Whose label and feed the price has. */
  standsWith?: string | undefined
  /** Its state is what the page made of a refusal; no notice ends it. */
  isRefused?: boolean
}

type Clock = Pick<PageClock, 'after' | 'frame' | 'monotonic'>

/**
 * Owner of every price in the page. Who draws one is called before a picture is drawn, at most eight times a second,
 * however fast the feed is; nothing goes through the component tree.
 */
export class Prices {
  /** Frames of the stream, of all instruments. */
  updates = 0
  readonly #clock: Clock
  readonly #all = new Map<Name, Kept>()
  /** What is known of the prices of a feed. */
  readonly #labels = new Map<string, Label>()
  readonly #looks = new Map<Name, Set<Look>>()
  readonly #dirty = new Set<Name>()
  readonly #listeners = new Set<(price: Price, frame: MarketFrame) => void>()
  #drawnAt = Number.NEGATIVE_INFINITY
  #isScheduled = false
  #forget: Cancel | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Instruments that have a price. */
  get size(): number {
    let size = 0
    for (const { price } of this.#all.values()) if (price.fields.ltp !== undefined) size++
    return size
  }

  find(name: Name): Price | undefined {
    return this.#all.get(name)?.price
  }

  /** Hears of each change of an instrument before the next picture, and at once of what is there. */
  watch(name: Name, look: Look): Cancel {
    const looks = this.#looks.get(name) ?? new Set()
    looks.add(look)
    this.#looks.set(name, looks)
    look(this.#open(name).price)
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
    const kept = this.#open(nameOf(frame))
    const { price, held } = kept
    const isTaken = held.take(frame, via, this.#clock.monotonic())
    if (via === 'snapshot' && !isTaken) return
    if (isTaken) {
      const before = price.fields.ltp
      this.#show(kept)
      const { ltp } = price.fields
      if (before !== undefined && ltp !== undefined && ltp !== before) price.direction = ltp > before ? 1 : -1
    }
    if (via === 'stream') {
      if (kept.isRefused) {
        kept.isRefused = false
        price.state = undefined
        price.reason = undefined
      }
      price.updates++
      this.updates++
    }
    // What came is counted and drawn in charts, whether or not something better is shown.
    for (const listener of this.#listeners) listener(price, frame)
  }

  /** How an instrument stands now; with `symbols` all of that feed. */
  stand(notice: StateNotice): void {
    if (notice.label) this.#labels.set(notice.feed, notice.label)
    if (notice.symbols === '*') {
      for (const kept of this.#all.values()) if (kept.price.feed === notice.feed) this.#stand(kept, notice)
    } else if (notice.exchange !== undefined && notice.symbol !== undefined)
      this.#stand(this.#open(nameOf({ exchange: notice.exchange, symbol: notice.symbol })), notice)
  }

  /** The server was asked for it and said no. */
  refuse(name: Name, reason: string): void {
    const kept = this.#open(name)
    const { price } = kept
    kept.isRefused = true
    price.state = 'refused'
    price.reason = reason
    this.touch(name)
  }

  /** Another source sends one mode of it from now on. */
  moved({ exchange, symbol, mode, broker, feed }: SourceNotice): void {
    const kept = this.#open(nameOf({ exchange, symbol }))
    kept.price.feed = feed
    kept.price.label = this.#labels.get(feed)
    kept.standsWith = broker
    if (mode === 1 || mode === 2 || mode === 3) kept.held.moved(mode, broker)
    this.#show(kept)
  }

  /** The stream brings this mode of it no longer. */
  letGo(name: Name, mode: MarketFrame['mode']): void {
    const kept = this.#all.get(name)
    if (!kept) return
    kept.held.letGo(mode)
    this.#show(kept)
  }

  /** The stream is gone: nothing is of now until its next frame or snapshot. */
  lost(): void {
    for (const kept of this.#all.values()) {
      kept.held.age()
      this.#show(kept)
    }
    this.#forget?.()
    this.#forget = this.#clock.after(BOOK_MS, () => {
      for (const name of this.#all.keys()) this.letGo(name, 3)
    })
  }

  /** The stream is there again. */
  back(): void {
    this.#forget?.()
    this.touchAll()
  }

  /** Somebody else may look next. */
  clear(): void {
    this.#forget?.()
    this.#all.clear()
    this.#labels.clear()
    this.updates = 0
    for (const name of this.#looks.keys()) this.#open(name)
    this.touchAll()
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

  #stand(kept: Kept, { state, reason, label, feed, broker }: StateNotice): void {
    const { price } = kept
    kept.isRefused = false
    price.state = state
    price.reason = reason
    price.label = label ?? (price.feed === feed ? price.label : this.#labels.get(feed))
    price.feed = feed
    price.broker ??= broker || undefined
    kept.standsWith = broker
    this.touch(price.name)
  }

  #show(kept: Kept): void {
    const { price, held } = kept
    const { broker = price.broker, ...view } = held.view()
    Object.assign(price, view)
    // What was said of another source says nothing of this one.
    if (broker !== price.broker && kept.standsWith !== undefined && kept.standsWith !== broker) {
      price.label = undefined
      price.feed = undefined
    }
    price.broker = broker
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
    const dirty = [...this.#dirty]
    // Before anybody is called: a fault in one of them must not come again with every picture.
    this.#dirty.clear()
    for (const name of dirty) {
      const price = this.#all.get(name)?.price
      const looks = price && this.#looks.get(name)
      if (looks) for (const look of looks) look(price)
    }
  }

  #open(name: Name): Kept {
    let kept = this.#all.get(name)
    if (!kept) {
      const held = new HeldFrames()
      const standing = { feed: undefined, label: undefined, state: undefined, reason: undefined }
      kept = { price: { name, ...held.view(), ...standing, updates: 0, direction: 0 }, held }
      this.#all.set(name, kept)
    }
    return kept
  }
}
