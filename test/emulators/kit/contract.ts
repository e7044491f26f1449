import type { Exchange } from '../../../shared/market/exchange.ts'
import type { InstrumentKind } from '../../../shared/market/instrument.ts'

/** Something that is quoted, said in no broker's words. */
export interface Contract {
  readonly exchange: Exchange
  /** The common symbol: `SBIN`, `NIFTY`, `NIFTY24NOV2626050CE`. Shares of another series than EQ end in it: `SUBAHOTELS-SM`. */
  readonly symbol: string
  /** Of a share its company, of an index its whole name (`NIFTY 50`), of a contract its underlying; empty for bonds. */
  readonly name: string
  readonly kind: InstrumentKind
  /** Of shares of the NSE: `EQ`, `SM`, `N0`. Else empty. */
  readonly series: string
  /** `YYYY-MM-DD` or empty. */
  readonly expiry: string
  /** Rupees; 0 where there is none. */
  readonly strike: number
  /** Rupees; 0 for indices. */
  readonly tickSize: number
  /** 0 for indices. */
  readonly lotSize: number
  /** The exchange's number: unique within a segment only; indices are numbered among the shares of their exchange. */
  readonly token: number
  /** Rupees: where the price begins to walk. */
  readonly price: number
}

/** `NSE:SBIN`, `NFO:NIFTY24NOV2626050CE`. */
export const keyOf = (contract: Contract): string => `${contract.exchange}:${contract.symbol}`

export const isIndex = (contract: Contract): boolean => contract.kind === 'INDEX'

export const isDerivative = (contract: Contract): boolean => contract.expiry !== ''

export const isOption = (contract: Contract): boolean => contract.kind === 'CE' || contract.kind === 'PE'

/** How many decimals its prices have: four for currencies, else two. */
export const decimalsOf = (contract: Contract): 2 | 4 =>
  contract.exchange === 'CDS' || contract.exchange === 'BCD' ? 4 : 2
