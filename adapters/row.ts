import { isExchange } from '../shared/market/exchange.ts'
import type { Instrument } from '../shared/market/instrument.ts'

const KINDS: ReadonlySet<unknown> = new Set<Instrument['kind']>(['EQ', 'INDEX', 'FUT', 'CE', 'PE'])
const TEXTS = ['symbol', 'token', 'brokerSymbol'] as const
const SIZES = ['tickSize', 'lotSize'] as const

const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isSize = (value: unknown): boolean =>
  value === undefined || (typeof value === 'number' && Number.isFinite(value) && value > 0)

/** Why an instrument that an adapter lists cannot be served, in a few words; nothing when it can. */
export function rowProblem(one: Instrument): string | undefined {
  if (!isExchange(one.exchange)) return `exchange ${JSON.stringify(one.exchange)} is none that clients know`
  for (const field of TEXTS) if (!isText(one[field])) return `${field} must be a text`
  if (typeof one.name !== 'string') return 'name must be a text'
  if (!KINDS.has(one.kind)) return `kind must be one of ${[...KINDS].join(', ')}`
  for (const field of SIZES) if (!isSize(one[field])) return `${field} must be a number above 0, or absent`
  if (one.expiry !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(one.expiry)) return 'expiry must be YYYY-MM-DD, or absent'
  return undefined
}
