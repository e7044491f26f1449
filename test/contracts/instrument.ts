import type { Instrument } from '../../shared/market/instrument.ts'
import { isSymbol } from '../../shared/market/topic.ts'

/** Whether an adapter may list it. */
export const isWellFormed = ({ symbol, token, brokerSymbol, tickSize, lotSize, expiry }: Instrument): boolean =>
  isSymbol(symbol) &&
  token !== '' &&
  brokerSymbol !== '' &&
  (tickSize === undefined || tickSize > 0) &&
  (lotSize === undefined || (Number.isInteger(lotSize) && lotSize > 0)) &&
  (expiry === undefined || /^\d{4}-\d{2}-\d{2}$/.test(expiry))
