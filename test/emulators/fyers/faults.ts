import { Faults } from '../kit/faults.ts'
import type { Stream } from '../kit/stream.ts'
import type { FyersAccount } from './account.ts'
import type { BookConnection } from './books.ts'
import { masterFrame, type Scale, updateItem } from './hsmframe.ts'
import { GOOD_MANNERS, type Manners } from './manners.ts'
import type { FyersMarket } from './market.ts'
import type { OrderConnection } from './orderfeed.ts'
import type { PriceConnection } from './prices.ts'

interface Parts {
  readonly account: FyersAccount
  readonly manners: Manners
  readonly prices: Stream<PriceConnection>
  readonly books: Stream<BookConnection>
  readonly orders: Stream<OrderConnection>
  readonly listed: FyersMarket
}

/** What this broker alone can be had to. */
export class FyersFaults extends Faults {
  readonly #parts: Parts
  readonly #now: () => number

  constructor(options: ConstructorParameters<typeof Faults>[0] & Parts) {
    super(options)
    this.#parts = options
    this.#now = () => options.clock.now()
  }

  /** Refresh tokens are good no more. */
  endRefresh(): void {
    this.#parts.account.endRefresh()
  }

  /** Requests on the price socket are done, and left without an answer. */
  unanswered(): void {
    this.#parts.manners.isTongueTied = true
  }

  /** The next so many logins on the price socket are refused; the sockets stay open. */
  refuseLogins({ times = 1 }: { times?: number | undefined } = {}): void {
    this.#parts.manners.refusedLogins = times
  }

  /** The next so many other requests on the price socket are refused. */
  refuseRequests({ times = 1 }: { times?: number | undefined } = {}): void {
    this.#parts.manners.refusedRequests = times
  }

  /** Logins from now on say so: 0 is no acknowledgements and no message numbers. */
  acknowledgements(options: { interval?: number | undefined; patience?: number | undefined }): void {
    const { manners } = this.#parts
    manners.interval = options.interval ?? manners.interval
    manners.patience = options.patience ?? manners.patience
  }

  /** A change of a topic that nobody was told of, with a topic behind it that everybody knows. */
  unknownTopic({ id = 60_000 }: { id?: number | undefined } = {}): void {
    for (const one of this.#parts.prices.open) one.push([updateItem(id, [1, 2, 3])])
  }

  /** An item that nobody knows the length of. */
  unknownItem(): void {
    for (const one of this.#parts.prices.open) one.push([Buffer.from('Z0123456789')])
  }

  /** Frames of no use: master data, and a type that is none. */
  uselessFrames(): void {
    for (const one of this.#parts.prices.open) {
      one.raw(masterFrame(Buffer.from('master data')))
      one.raw(Buffer.from('00026300', 'hex'))
    }
  }

  /** Prices of one instrument are written otherwise from now on, which a new snapshot says. */
  precision({ ticker, ...scale }: Scale & { ticker: string }): void {
    const row = this.#parts.listed.find(ticker)
    if (!row) return
    this.#parts.manners.scales.set(row.place, scale)
    for (const one of this.#parts.prices.open) one.show([row.place])
  }

  /** Topics get other ids, which new snapshots say. */
  renumber(): void {
    for (const one of this.#parts.prices.open) one.renumber()
  }

  /** The account has no deep books: their socket opens and stays silent. */
  noEntitlement(): void {
    this.#parts.manners.isEntitled = false
  }

  /** A message of each deep book is lost on the way. */
  bookGap(): void {
    for (const one of this.#parts.books.open) one.skip()
  }

  /** Differences of deep books hold nothing but what has changed. */
  sparseBooks(): void {
    this.#parts.manners.isSparse = true
  }

  /** The deep books' own words. */
  booksError({ text }: { text: string }): void {
    for (const one of this.#parts.books.open) one.complain(text)
  }

  /** An order of the user changed. */
  order(fields: object = {}): void {
    const content = orderOf(this.#now(), fields)
    for (const one of this.#parts.orders.open) one.order(content)
  }

  override async heal(): Promise<void> {
    Object.assign(this.#parts.manners, GOOD_MANNERS)
    this.#parts.manners.scales.clear()
    await super.heal()
  }

  /** Exactly these bytes as one binary frame, to every connection of a kind. */
  pushFrame(stream: 'prices' | 'books', bytes: Uint8Array): number {
    return this.#parts[stream].open.filter(one => one.raw(bytes)).length
  }
}

/** As the order socket says it, before the vendor's clients rename it. */
const orderOf = (now: number, fields: object): object => ({
  client_id: 'XE00001',
  id: '26112100000001',
  id_fyers: 'c5f8a7b2-0000-4000-8000-000000000001',
  id_parent: '',
  id_exchange: '1100000000000001',
  qty: 1,
  qty_remaining: 0,
  qty_filled: 1,
  price_limit: 960,
  price_stop: 0,
  price_traded: 960,
  ord_type: 1,
  fy_token: '10100000003045',
  exchange: 10,
  segment: 10,
  symbol: 'NSE:SBIN-EQ',
  instrument: 0,
  oms_msg: '',
  offline_flag: false,
  time_oms: new Date(now).toISOString().slice(0, 19).replace('T', ' '),
  validity: 'DAY',
  product_type: 'CNC',
  tran_side: 1,
  ord_status: 90,
  ord_source: 'API',
  symbol_exch: 'SBIN',
  symbol_desc: 'STATE BANK OF INDIA',
  ordertag: '',
  ...fields,
})
