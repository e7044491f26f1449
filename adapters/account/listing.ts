import { isDeepStrictEqual } from 'node:util'
import type { Clock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { indianDate } from '../../shared/market/india.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import { isExpired } from '../../shared/market/validity.ts'
import type { InstrumentBook } from '../../shared/store/instruments.ts'
import type { Find } from '../runtime/catalogue.ts'

/**
 * What the stored list of one feed says now. An instrument is the same object as long as the list says the same of it;
 * one whose last day is over is not listed, whatever the list says: brokers give its token to another one. A damaged
 * list is none: the next one that is fetched takes its place.
 */
export class Listing {
  readonly #book: Pick<InstrumentBook, 'find' | 'mark' | 'facts' | 'underlyings'>
  readonly #feed: string
  readonly #clock: Clock
  /** What was asked for, found or not. */
  readonly #known = new Map<string, Instrument | undefined>()
  #mark: string | undefined
  #date: string

  constructor(book: Pick<InstrumentBook, 'find' | 'mark' | 'facts' | 'underlyings'>, feed: string, clock: Clock) {
    this.#book = book
    this.#feed = feed
    this.#clock = clock
    this.#mark = book.mark(feed)
    this.#date = indianDate(clock.now())
  }

  readonly find: Find = (exchange, symbol) => {
    const key = `${exchange}:${symbol}`
    if (this.#known.has(key)) return this.#known.get(key)
    const instrument = this.#read(exchange, symbol)
    this.#known.set(key, instrument)
    return instrument
  }

  /** The common symbol of what a broker calls so; nothing for what is not listed. */
  commonSymbol(exchange: string, spelling: string): string | undefined {
    return unlessDamaged(() => this.#book.find(this.#feed, exchange, spelling))?.symbol
  }

  /** What the list has derivatives of (`InstrumentBook.underlyings`). */
  underlyings(): ReadonlySet<string> | undefined {
    return unlessDamaged(() => this.#book.underlyings(this.#feed))
  }

  /** When the list was fetched, milliseconds since 1970; nothing when there is none. */
  writtenAt(): number | undefined {
    return unlessDamaged(() => this.#book.facts(this.#feed))?.writtenAt
  }

  /** Looks whether the list was replaced, or a day is over. True when something that was asked for is another now. */
  look(): boolean {
    const mark = this.#book.mark(this.#feed)
    const date = indianDate(this.#clock.now())
    if (mark === this.#mark && date === this.#date) return false
    this.#mark = mark
    this.#date = date
    let changed = false
    for (const [key, before] of this.#known) {
      const colon = key.indexOf(':')
      const now = this.#read(key.slice(0, colon), key.slice(colon + 1))
      if (isDeepStrictEqual(before, now)) continue
      this.#known.set(key, now)
      changed = true
    }
    return changed
  }

  /** By its common symbol only: a topic has one spelling. */
  #read(exchange: string, symbol: string): Instrument | undefined {
    const found = unlessDamaged(() => this.#book.find(this.#feed, exchange, symbol))
    return found?.symbol === symbol && !isExpired(found, this.#clock.now()) ? found : undefined
  }
}

function unlessDamaged<T>(read: () => T | undefined): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof TickwireError && error.code === 'STORE_CORRUPT') return undefined
    throw error
  }
}
