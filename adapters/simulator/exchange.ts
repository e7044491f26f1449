import type { Update } from '../contract.ts'
import type { Listing } from './listing.ts'
import { derivedValue } from './pricing.ts'
import { Quotation } from './quotation.ts'
import { Sfc32, wander } from './random.ts'
import { UNIVERSE } from './universe.ts'

/** Largest step of the market as a whole, the part that all shares and indices share. */
const MARKET_REACH = 0.0001
/** Rounds traded before anyone looks: a day that has begun, with a range and an average. */
const ROUNDS_BEFORE = 16

/** What is written on a tick and has no part in making it. */
export interface Stamp {
  /** Milliseconds since 1970. */
  readonly timestamp: number
  /** Microseconds since 1970. */
  readonly receivedAt: number
}

interface Seat {
  readonly listing: Listing
  readonly underlying: Seat | undefined
  readonly quotation: Quotation
  /** Its own part of the walk, 0.01 = 1 % above the previous close. */
  own: number
  /** What it was worth at its last tick, rupees. */
  value: number
}

/**
 * The simulated exchange: a state machine that nothing but its seed moves. Tick n of a seed is the same in every run,
 * whatever the time, the rate or the audience. Each instrument ticks as often as its weight says, in an order shuffled
 * anew each round, and so at least once a round.
 */
export class Exchange {
  readonly #random: Sfc32
  readonly #seats: Seat[] = []
  /** Every seat as often as its weight; the part before `#turn` has had its turn in this round. */
  readonly #round: Seat[] = []
  #turn = 0
  #market: number

  /** `seed`: integer, 0 to 2^32 - 1. */
  constructor(seed: number) {
    this.#random = new Sfc32(seed)
    this.#market = 0.004 * this.#random.signed()
    const seats = new Map<Listing, Seat>()
    for (const listing of UNIVERSE) {
      const seat = this.#open(listing, seats)
      seats.set(listing, seat)
      this.#seats.push(seat)
      for (let turn = 0; turn < listing.weight; turn++) this.#round.push(seat)
    }
    for (let trades = ROUNDS_BEFORE * this.roundLength; trades > 0; trades--) this.#trade()
  }

  /** Ticks of one round, in which every instrument has at least one. */
  get roundLength(): number {
    return this.#round.length
  }

  /** The present value of every instrument; before the first `next()` these are the opening values. */
  values(stamp: Stamp): readonly Update[] {
    return this.#seats.map(seat => update(seat, stamp))
  }

  /** The next tick of the series. */
  next(stamp: Stamp): Update {
    return update(this.#trade(), stamp)
  }

  #open(listing: Listing, seats: ReadonlyMap<Listing, Seat>): Seat {
    const { model, previousClose } = listing
    const random = this.#random
    if (model.kind === 'walk') {
      const own = 20 * model.reach * random.signed()
      const value = previousClose * (1 + model.beta * this.#market + own)
      return { listing, underlying: undefined, quotation: new Quotation(listing, value, random), own, value }
    }
    const underlying = seats.get(model.underlying)
    const value = derivedValue(model, underlying?.value ?? model.underlying.previousClose)
    return { listing, underlying, quotation: new Quotation(listing, value, random), own: 0, value }
  }

  #trade(): Seat {
    const seat = this.#pick()
    seat.value = this.#valueOf(seat)
    seat.quotation.trade(seat.value, this.#random)
    return seat
  }

  /** Shuffles the round while it is dealt (Fisher-Yates, one swap a turn). */
  #pick(): Seat {
    const round = this.#round
    const turn = this.#turn
    const other = turn + this.#random.below(round.length - turn)
    const seat = round[other] as Seat
    round[other] = round[turn] as Seat
    round[turn] = seat
    this.#turn = turn + 1 === round.length ? 0 : turn + 1
    return seat
  }

  #valueOf(seat: Seat): number {
    const { listing, underlying } = seat
    const { model, instrument, previousClose } = listing
    if (model.kind !== 'walk') return derivedValue(model, underlying?.value ?? model.underlying.previousClose)
    if (instrument.kind === 'INDEX') this.#market = wander(this.#market, MARKET_REACH, this.#random)
    seat.own = wander(seat.own, model.reach, this.#random)
    return previousClose * (1 + model.beta * this.#market + seat.own)
  }
}

const update = ({ listing, quotation }: Seat, { timestamp, receivedAt }: Stamp): Update => ({
  instrument: listing.instrument,
  tick: quotation.tick(timestamp),
  receivedAt,
})
