import { type Contract, decimalsOf, isDerivative, isIndex } from './contract.ts'
import { generator, hashOf, mixed } from './random.ts'

/** The most levels a side that any broker shows. */
const DEEPEST = 50
/** Levels that the totals of both sides are made of, and that every price leaves room for. */
const SHALLOW = 5
/** Prices stay within this share of yesterday's close. */
const BAND = 0.05
const CIRCUIT = 0.2
/** Indices have no tick size. Rupees. */
const INDEX_STEP = 0.05
/** Prices are counted in these, so that no sum of doubles goes astray. */
const UNITS = 10_000
/** Lots in a moment: so much is traded of everything, whoever plays it, so that two brokers agree on the volume of the day. */
const LOTS_A_MOMENT = 40
const MOMENT_MS = 10
/** What nobody wants does not walk; everybody who looks within this time sees the same. */
const ASLEEP_MS = 1000
/** Volumes fit into 31 bits. */
const TRADING_MS = 21_600_000
const LARGEST_LOT = 20

export interface Level {
  readonly price: number
  readonly quantity: number
  readonly orders: number
}

/** All there is to say of a contract at one moment. Rupees; milliseconds since 1970. */
export interface Quote {
  readonly ltp: number
  readonly lastQuantity: number
  readonly averagePrice: number
  readonly volume: number
  readonly totalBuyQuantity: number
  readonly totalSellQuantity: number
  readonly open: number
  readonly high: number
  readonly low: number
  readonly previousClose: number
  /** 0 for what is no contract, like its high and low. */
  readonly openInterest: number
  readonly openInterestHigh: number
  readonly openInterestLow: number
  readonly upperCircuit: number
  readonly lowerCircuit: number
  readonly lastTradeTime: number
  readonly exchangeTime: number
  /** Best first; none for indices, fewer where the price is near 0. */
  readonly bids: readonly Level[]
  readonly asks: readonly Level[]
}

/** The price of one contract as it wanders: the same seed and the same contract give the same steps. */
export class Walk {
  readonly #contract: Contract
  readonly #random: () => number
  readonly #hash: number
  readonly #step: number
  readonly #close: number
  readonly #open: number
  #last: number
  #high: number
  #low: number
  readonly #base: number
  #volume: number
  #turnover: number
  #lastQuantity = 1
  #interest = 0
  #interestHigh = 0
  #interestLow = 0
  #tradedAt: number
  #movedAt: number
  #turn = 0

  /** `now`, milliseconds since 1970: when the last trade was. */
  constructor(contract: Contract, seed: number, now: number) {
    this.#contract = contract
    const words = `${seed}:${contract.exchange}:${contract.symbol}`
    this.#random = generator(words)
    this.#hash = hashOf(words)
    this.#step = Math.max(1, Math.round((contract.tickSize || INDEX_STEP) * UNITS))
    const onGrid = (price: number) => Math.max(this.#step * (SHALLOW + 1), this.#grid(price * UNITS))
    this.#last = onGrid(contract.price)
    this.#close = onGrid(contract.price * (0.99 + 0.02 * this.#random()))
    this.#open = onGrid(contract.price * (0.995 + 0.01 * this.#random()))
    this.#high = Math.max(this.#last, this.#open)
    this.#low = Math.min(this.#last, this.#open)
    this.#base = this.#pick(1000, 5_000_000)
    this.#volume = this.#due(now)
    this.#turnover = this.#volume * ((this.#high + this.#low) / 2)
    this.#tradedAt = now
    this.#movedAt = now
    if (isDerivative(contract)) this.#hold(this.#pick(1000, 2_000_000))
  }

  /** One turn: most turns trade, every turn changes the book. */
  step(now: number): void {
    this.#turn++
    this.#catchUp(now)
    if (this.#random() < 0.75) this.#trade(now)
  }

  /** What there is to say, with so many levels a side; `now` is the exchange's time. */
  quote(now: number, levels = SHALLOW): Quote {
    const hasTrades = !isIndex(this.#contract)
    const depth = hasTrades ? Math.max(SHALLOW, Math.min(levels, DEEPEST)) : 0
    const [bids, asks] = [this.#side(-1, depth), this.#side(1, depth)]
    const most = 10 ** decimalsOf(this.#contract)
    return {
      ltp: this.#last / UNITS,
      lastQuantity: hasTrades ? this.#lastQuantity : 0,
      averagePrice: hasTrades ? Math.round((this.#turnover / this.#volume / UNITS) * most) / most : 0,
      volume: hasTrades ? this.#volume : 0,
      totalBuyQuantity: total(bids) * 17,
      totalSellQuantity: total(asks) * 19,
      open: this.#open / UNITS,
      high: this.#high / UNITS,
      low: this.#low / UNITS,
      previousClose: this.#close / UNITS,
      openInterest: this.#interest,
      openInterestHigh: this.#interestHigh,
      openInterestLow: this.#interestLow,
      upperCircuit: this.#grid(this.#close * (1 + CIRCUIT)) / UNITS,
      lowerCircuit: Math.max(this.#step, this.#grid(this.#close * (1 - CIRCUIT))) / UNITS,
      lastTradeTime: this.#tradedAt,
      exchangeTime: now,
      bids: levels < depth ? bids.slice(0, levels) : bids,
      asks: levels < depth ? asks.slice(0, levels) : asks,
    }
  }

  /** For who looks at what has not moved for long: others have traded meanwhile. */
  wake(now: number): void {
    if (now - this.#movedAt >= ASLEEP_MS) this.#catchUp(now)
  }

  #catchUp(now: number): void {
    const more = Math.max(0, this.#due(now) - this.#volume)
    this.#volume += more
    this.#turnover += more * this.#last
    this.#movedAt = now
  }

  #trade(now: number): void {
    const pull = this.#last > this.#close * (1 + BAND) ? -1 : this.#last < this.#close * (1 - BAND) ? 1 : 0
    const moved = this.#last + (pull || this.#pick(-2, 2)) * this.#step
    this.#last = Math.max(this.#step * (SHALLOW + 1), moved)
    this.#high = Math.max(this.#high, this.#last)
    this.#low = Math.min(this.#low, this.#last)
    this.#lastQuantity = this.#pick(1, 200) * Math.max(1, this.#contract.lotSize)
    // The rest of it is in what others have traded: so two brokers never differ by more than some hundredths of a second.
    this.#volume++
    this.#turnover += this.#last
    this.#tradedAt = now
    if (this.#interest > 0) this.#hold(Math.max(1, this.#interest + this.#pick(-50, 50)))
  }

  /** What has been traded at an instant at least, by whomever it is told. */
  #due(now: number): number {
    const moments = Math.floor((now % TRADING_MS) / MOMENT_MS)
    return this.#base + moments * LOTS_A_MOMENT * Math.min(LARGEST_LOT, Math.max(1, this.#contract.lotSize))
  }

  #hold(interest: number): void {
    this.#interestHigh = Math.max(this.#interestHigh, interest)
    this.#interestLow = this.#interestLow === 0 ? interest : Math.min(this.#interestLow, interest)
    this.#interest = interest
  }

  /**
   * Levels a step apart. What stands at a price depends on the price and the turn alone, however deep the book is shown:
   * the best level changes every turn, those behind it every few turns.
   */
  #side(direction: 1 | -1, depth: number): Level[] {
    const levels: Level[] = []
    for (let n = 1; n <= depth; n++) {
      const price = this.#last + direction * n * this.#step
      if (price <= 0) break
      const own = mixed(this.#hash ^ Math.imul(price, 2 * direction + 3))
      const every = n === 1 ? 1 : 2 + (own % 8)
      const bits = mixed(own + Math.floor((this.#turn + (own >>> 8)) / every))
      const orders = 1 + (bits % 40)
      const quantity = orders * (1 + ((bits >>> 8) % 60)) * Math.max(1, this.#contract.lotSize)
      levels.push({ price: price / UNITS, quantity, orders })
    }
    return levels
  }

  #grid(units: number): number {
    return Math.round(units / this.#step) * this.#step
  }

  #pick(from: number, to: number): number {
    return from + Math.floor(this.#random() * (to - from + 1))
  }
}

const total = (levels: readonly Level[]): number =>
  levels.slice(0, SHALLOW).reduce((sum, level) => sum + level.quantity, 0)
