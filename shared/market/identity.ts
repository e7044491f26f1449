import { type Exchange, isExchange } from './exchange.ts'
import type { Instrument, InstrumentKind } from './instrument.ts'
import { isDate } from './symbol.ts'

/** What an instrument is, whoever lists it: two brokers mean the same thing exactly when these are equal. */
export interface Identity {
  readonly exchange: Exchange
  readonly kind: InstrumentKind
  /** Of a share or an index its own common symbol, of a contract that of what it is on. */
  readonly underlying: string
  /** `YYYY-MM-DD`, of contracts. */
  readonly expiry?: string
  /** Rupees, of options. */
  readonly strike?: number
}

type Named = Pick<Instrument, 'exchange' | 'symbol' | 'kind' | 'underlying' | 'expiry' | 'strike'>

const isContract = (kind: InstrumentKind): boolean => kind !== 'EQ' && kind !== 'INDEX'

/**
 * The identity of a listed instrument; `undefined` for a contract whose list does not say all of it: such a one is like
 * no other, because a guess would be a wrong price.
 */
export function identityOf({ exchange, symbol, kind, underlying, expiry, strike }: Named): Identity | undefined {
  if (!isContract(kind)) return { exchange, kind, underlying: symbol }
  if (underlying === undefined || expiry === undefined) return undefined
  if (kind === 'FUT') return { exchange, kind, underlying, expiry }
  return strike === undefined ? undefined : { exchange, kind, underlying, expiry, strike }
}

/** Whether two lists mean the same thing by these. */
export function isTwin(one: Named, other: Named): boolean {
  const [a, b] = [identityOf(one), identityOf(other)]
  return a !== undefined && b !== undefined && isSame(a, b)
}

export const isSame = (one: Identity, other: Identity): boolean =>
  one.exchange === other.exchange &&
  one.kind === other.kind &&
  one.underlying === other.underlying &&
  one.expiry === other.expiry &&
  one.strike === other.strike

/**
 * `NFO:CE:2026-11-28:24800:NIFTY`, `NSE:EQ:::RELIANCE`: equal for equal identities. The underlying stands last, because it
 * may hold a colon.
 */
export const formatIdentity = ({ exchange, kind, expiry, strike, underlying }: Identity): string =>
  `${exchange}:${kind}:${expiry ?? ''}:${strike ?? ''}:${underlying}`

const TEXT = /^([A-Z_]+):(EQ|INDEX|FUT|CE|PE):([\d-]*):(-?[\d.e+-]*):(.+)$/

/** The identity of its text; `undefined` for what is none. */
export function parseIdentity(text: string): Identity | undefined {
  const [, exchange = '', kind, expiry = '', strike = '', underlying = ''] = TEXT.exec(text) ?? []
  if (!isExchange(exchange) || (expiry !== '' && !isDate(expiry)) || Number.isNaN(Number(strike))) return undefined
  const identity: Identity = {
    exchange,
    kind: kind as InstrumentKind,
    underlying,
    ...(expiry !== '' && { expiry }),
    ...(strike !== '' && { strike: Number(strike) }),
  }
  const whole = identityOf({ symbol: underlying, ...identity })
  return whole && isSame(whole, identity) ? identity : undefined
}
