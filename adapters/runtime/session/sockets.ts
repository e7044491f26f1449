import type { Instrument } from '../../../shared/market/instrument.ts'
import type { LinkView } from './link.ts'
import type { Links } from './links.ts'

/** One connection of the account, of whatever kind. */
export interface SocketView extends LinkView {
  /** Of the kind that proves the session. */
  readonly isMain: boolean
}

/** One kind of connections; the first is the main one. */
interface Kind {
  readonly links: Links
  /** How many connections there are of the kinds before it. */
  readonly before: number
}

/** All connections of an account under numbers of their own, from 1, and which of them has to bring an instrument. */
export class Sockets {
  readonly #kinds: readonly Kind[]
  readonly #kindOf: (instrument: Instrument) => number | undefined

  /** `kindOf`: place of the kind that has to bring an instrument's prices. */
  constructor(kinds: readonly Kind[], kindOf: (instrument: Instrument) => number | undefined) {
    this.#kinds = kinds
    this.#kindOf = kindOf
  }

  views(): SocketView[] {
    return this.#kinds.flatMap(({ links, before }, place) =>
      links.views().map(view => ({ ...view, number: before + view.number, isMain: place === 0 })),
    )
  }

  /** The connection that has to bring it; nothing where it has no place. */
  numberOf(instrument: Instrument): number | undefined {
    const kind = this.#kind(instrument)
    const place = kind?.links.placeOf(instrument)
    return kind && place !== undefined ? kind.before + place + 1 : undefined
  }

  /** Whether the broker was asked for it on a connection that is open. */
  isTold(instrument: Instrument): boolean {
    return this.#kind(instrument)?.links.isTold(instrument) ?? false
  }

  /** Ends their subscriptions and begins them again, in batches: brokers say the present value then. */
  askAgain(instruments: readonly Instrument[]): void {
    for (const [place, { links }] of this.#kinds.entries()) {
      const own = instruments.filter(instrument => this.#kindOf(instrument) === place)
      if (own.length > 0) links.askAgain(own)
    }
  }

  /** Cuts one and connects it again. */
  restart(number: number): void {
    const kind = this.#kinds.findLast(({ before }) => before < number)
    kind?.links.restartOne(number - kind.before - 1)
  }

  #kind(instrument: Instrument): Kind | undefined {
    const place = this.#kindOf(instrument)
    return place === undefined ? undefined : this.#kinds[place]
  }
}
