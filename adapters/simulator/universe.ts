import { TickwireError } from '../../shared/errors.ts'
import type { DerivedModel, Listing, Traded } from './listing.ts'
import { derivedValue, rupees, stepOf, stepsIn } from './pricing.ts'
import { type Right, spellFuture, spellOption } from './symbols.ts'
import { CHAINS, CONTRACTS, INDEX_FUTURES, INDICES, SECOND_LISTINGS, SHARE_FUTURES, SHARES } from './tables.ts'

/**
 * What a contract month is called and what it is worth. The dates are fixed and far away: the list must not depend on
 * the day it is made (same seed, same symbols, same ticks), and a near date would be stale next month. So a date here
 * is a name; prices take `days` for the time left, always.
 */
const EXPIRIES = {
  near: { NFO: '2049-11-30', BFO: '2049-11-25', premium: 0.004, days: 30 },
  next: { NFO: '2049-12-28', BFO: '2049-12-30', premium: 0.009, days: 60 },
} as const

type Month = keyof typeof EXPIRIES
const MONTHS: readonly Month[] = ['near', 'next']
const RIGHTS: readonly Right[] = ['CE', 'PE']
const SHARE_REACH = 0.0002
const INDEX_REACH = 0.00002

/** NSE's rule of 2025: the dearer the share, the wider its step. */
const shareTick = (price: number): number =>
  price < 250 ? 0.01 : price < 1000 ? 0.05 : price < 5000 ? 0.1 : price < 10_000 ? 0.5 : 1

const onGrid = (value: number, tickSize: number): number => {
  const step = stepOf(tickSize)
  return rupees(Math.round(stepsIn(value, step)), step)
}

/** A listing whose previous close follows from that of its underlying. */
function derive(instrument: Traded, model: DerivedModel, weight: number, tradeSize: number): Listing {
  const value = derivedValue(model, model.underlying.previousClose)
  return { instrument, previousClose: onGrid(value, instrument.tickSize), model, weight, tradeSize }
}

// Every table has its own thousand of tokens, so that a row added at its end changes no other token.

const shares = SHARES.map(([symbol, name, close], row): Listing => {
  const facts = { exchange: 'NSE', symbol, brokerSymbol: `${symbol}-EQ`, name, kind: 'EQ', lotSize: 1 } as const
  return {
    instrument: { ...facts, token: String(1000 + row), tickSize: shareTick(close) },
    previousClose: close,
    model: { kind: 'walk', beta: 1, reach: SHARE_REACH },
    weight: row < 10 ? 4 : 2,
    tradeSize: 60,
  }
})

const indices = INDICES.map(([exchange, symbol, name, close, tickSize, beta, weight], row): Listing => {
  const facts = { exchange, symbol, brokerSymbol: name, name, kind: 'INDEX', lotSize: 1 } as const
  return {
    instrument: { ...facts, token: String(2000 + row), tickSize },
    previousClose: close,
    model: { kind: 'walk', beta, reach: INDEX_REACH },
    weight,
    tradeSize: 0,
  }
})

const spot = new Map([...shares, ...indices].map(listing => [listing.instrument.symbol, listing]))

function spotOf(symbol: string): Listing {
  const listing = spot.get(symbol)
  if (!listing)
    throw new TickwireError('ADAPTER_INVALID', `The tables name ${symbol}, which is neither share nor index`)
  return listing
}

const secondListings = SECOND_LISTINGS.map((symbol, row): Listing => {
  const underlying = spotOf(symbol)
  const { tickSize, name } = underlying.instrument
  const facts = { exchange: 'BSE', symbol, brokerSymbol: symbol, name, kind: 'EQ', tickSize, lotSize: 1 } as const
  return derive({ ...facts, token: String(3000 + row) }, { kind: 'follow', underlying, premium: 0 }, 1, 20)
})

function future(exchange: 'NFO' | 'BFO', base: string, month: Month, tickSize: number, lot: number, token: number) {
  const underlying = spotOf(base)
  const expiry = EXPIRIES[month][exchange]
  const { premium } = EXPIRIES[month]
  const facts = { exchange, ...spellFuture(base, expiry), name: base, kind: 'FUT', underlying: base, expiry } as const
  const weight = month === 'next' ? 1 : underlying.instrument.kind === 'INDEX' ? 6 : 2
  const instrument = { ...facts, token: String(token), tickSize, lotSize: lot }
  return derive(instrument, { kind: 'follow', underlying, premium }, weight, 4)
}

const indexFutures = INDEX_FUTURES.flatMap(([exchange, base, tickSize, lot], row) =>
  MONTHS.map((month, nth) => future(exchange, base, month, tickSize, lot, 4000 + 2 * row + nth)),
)

const shareFutures = SHARE_FUTURES.map(([base, lot], row) =>
  future('NFO', base, 'near', spotOf(base).instrument.tickSize, lot, 5000 + row),
)

const options = CHAINS.flatMap(({ base, expiry: month, apart, each, lot, volatility }, row) => {
  const underlying = spotOf(base)
  const { NFO: expiry, premium, days } = EXPIRIES[month]
  const deviation = volatility * Math.sqrt(days / 365)
  const money = Math.round(underlying.previousClose / apart)
  const strikes = Array.from({ length: 2 * each + 1 }, (_, nth) => nth - each)
  return strikes.flatMap(away =>
    RIGHTS.map((right, side) => {
      const strike = (money + away) * apart
      const names = spellOption(base, expiry, strike, right)
      const token = String(6000 + 200 * row + 2 * (away + each) + side)
      const facts = { exchange: 'NFO', ...names, name: base, kind: right, underlying: base, expiry, strike } as const
      const weight = month === 'next' || each < 10 ? 1 : Math.abs(away) <= 3 ? 4 : Math.abs(away) <= 6 ? 2 : 1
      const instrument = { ...facts, token, tickSize: 0.05, lotSize: lot }
      return derive(instrument, { kind: 'option', underlying, premium, strike, right, deviation }, weight, 6)
    }),
  )
})

const contracts = CONTRACTS.map(([exchange, base, name, close, tickSize, lot, expiry, reach], row): Listing => {
  const facts = { exchange, ...spellFuture(base, expiry), name, kind: 'FUT', underlying: base, expiry } as const
  return {
    instrument: { ...facts, token: String(7000 + row), tickSize, lotSize: lot },
    previousClose: close,
    model: { kind: 'walk', beta: 0, reach },
    weight: 2,
    tradeSize: 3,
  }
})

/** Everything the simulated exchange lists; an underlying stands before what is derived from it. */
export const UNIVERSE: readonly Listing[] = [
  ...indices,
  ...shares,
  ...secondListings,
  ...indexFutures,
  ...shareFutures,
  ...options,
  ...contracts,
]
