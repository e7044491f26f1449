import { type Contract, decimalsOf } from '../kit/contract.ts'
import type { Market } from '../kit/market.ts'
import type { Quote } from '../kit/walk.ts'
import type { Scale } from './hsmframe.ts'
import { type FyersRow, rowOf } from './list.ts'
import type { Manners } from './manners.ts'
import type { Recorded } from './recorded.ts'
import type { StreamConfiguration } from './streamconfig.ts'
import { type TopicKind, valuesOf } from './values.ts'

/** What a topic has to say now: its raw values in the order of the configuration, and how to read them. */
export interface Say {
  readonly row: FyersRow
  readonly values: readonly number[]
  readonly scale: Scale
}

/** The market in the broker's words: recorded values stay as they are, everything else walks. */
export class FyersMarket {
  readonly configuration: StreamConfiguration
  readonly #market: Market
  readonly #recorded: Recorded
  readonly #manners: Manners
  #contracts: Market['contracts'] = []
  #rows: readonly FyersRow[] = []
  readonly #byPlace = new Map<string, FyersRow>()
  readonly #byTicker = new Map<string, FyersRow>()

  constructor(options: {
    market: Market
    recorded: Recorded
    manners: Manners
    configuration: StreamConfiguration
  }) {
    this.#market = options.market
    this.#recorded = options.recorded
    this.#manners = options.manners
    this.configuration = options.configuration
  }

  /** Today's list. */
  get rows(): readonly FyersRow[] {
    this.#refresh()
    return this.#rows
  }

  /** `nse_cm|3045` */
  at(place: string): FyersRow | undefined {
    this.#refresh()
    return this.#byPlace.get(place)
  }

  /** `NSE:SBIN-EQ` */
  find(ticker: string): FyersRow | undefined {
    this.#refresh()
    return this.#byTicker.get(ticker)
  }

  /** One turn of what is at these places. */
  step(places: Iterable<string>): void {
    this.#market.step([...places].flatMap(place => this.at(place)?.contract ?? []))
  }

  quote(row: FyersRow, levels?: number): Quote {
    return this.#market.quote(row.contract, levels)
  }

  scaleOf(row: FyersRow): Scale {
    return this.#manners.scales.get(row.place) ?? usualScale(row.contract)
  }

  /** Nothing of a topic that is not there: `sf|nse_cm|999999`, the book of an index. */
  say(topic: string): Say | undefined {
    const [kind = '', ...rest] = topic.split('|')
    const row = this.at(rest.join('|'))
    const order = this.#orderOf(kind)
    if (!row || !order || (row.contract.kind === 'INDEX') !== (kind === 'if')) return undefined
    const scale = this.scaleOf(row)
    const values = { ...valuesOf(kind as TopicKind, this.quote(row, 5), scale), ...this.#recorded.get(topic) }
    return { row, values: order.map(id => values[id] ?? 0), scale }
  }

  #orderOf(kind: string): readonly string[] | undefined {
    const { scrip, index, depth } = this.configuration
    return kind === 'sf' ? scrip : kind === 'if' ? index : kind === 'dp' ? depth : undefined
  }

  /** After another day's list. */
  #refresh(): void {
    const { contracts } = this.#market
    if (contracts === this.#contracts) return
    this.#contracts = contracts
    this.#rows = contracts.flatMap(one => rowOf(one) ?? [])
    this.#byPlace.clear()
    this.#byTicker.clear()
    for (const row of this.#rows) {
      this.#byPlace.set(row.place, row)
      this.#byTicker.set(row.ticker, row)
    }
  }
}

/** Paise; currencies in hundredths of them; commodities that move by whole rupees, in rupees. */
function usualScale(contract: Contract): Scale {
  if (decimalsOf(contract) === 4) return { precision: 2, multiplier: 100 }
  return { precision: contract.exchange === 'MCX' && contract.tickSize >= 1 ? 0 : 2, multiplier: 1 }
}
