import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EXCHANGES } from '../../../shared/market/exchange.ts'
import {
  formatIdentity,
  type Identity,
  identityOf,
  isSame,
  isTwin,
  parseIdentity,
} from '../../../shared/market/identity.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'

const call: Instrument = {
  exchange: 'NFO',
  symbol: 'NIFTY28NOV2624800CE',
  token: '1',
  brokerSymbol: 'NIFTY26N2824800CE',
  name: 'NIFTY',
  kind: 'CE',
  expiry: '2026-11-28',
  strike: 24800,
  underlying: 'NIFTY',
}

const days = fc.integer({ min: 0, max: 20_000 }).map(day => new Date(day * 86_400_000).toISOString().slice(0, 10))
const names = fc.string({
  unit: fc.constantFrom('A', 'B', '&', '-', ':', '_', ' ', '1', '9', '.'),
  minLength: 1,
  maxLength: 12,
})
const strikes = fc.integer({ min: 1, max: 1e9 }).map(paise => paise / 10_000)
const exchanges = fc.constantFrom(...EXCHANGES)
const identities: fc.Arbitrary<Identity> = fc.oneof(
  fc.record({ exchange: exchanges, kind: fc.constantFrom('EQ' as const, 'INDEX' as const), underlying: names }),
  fc.record({ exchange: exchanges, kind: fc.constant('FUT' as const), underlying: names, expiry: days }),
  fc.record({
    exchange: exchanges,
    kind: fc.constantFrom('CE' as const, 'PE' as const),
    underlying: names,
    expiry: days,
    strike: strikes,
  }),
)

describe('the identity of an instrument', () => {
  it('is what it is, not how a broker spells or numbers it', () => {
    const other: Instrument = { ...call, symbol: 'OTHER', token: '2', brokerSymbol: 'ELSE', name: 'Nifty 50' }
    expect(isTwin(call, other)).toBe(true)
  })

  it.each([
    ['exchange', { exchange: 'BFO' as const }],
    ['kind', { kind: 'PE' as const }],
    ['underlying', { underlying: 'FINNIFTY' }],
    ['expiry', { expiry: '2026-12-01' }],
    ['strike', { strike: 24_850 }],
  ])('is another one with another %s, though the symbol is the same', (_, change) => {
    expect(isTwin(call, { ...call, ...change })).toBe(false)
  })

  it.each(['underlying', 'expiry', 'strike'] as const)('is nobody’s where the list does not tell the %s', field => {
    const { [field]: _, ...untold } = call
    expect(identityOf(untold)).toBeUndefined()
    expect(isTwin(untold, untold)).toBe(false)
  })

  it('of a share is its exchange and symbol', () => {
    const share = { exchange: 'NSE', symbol: 'M&M', kind: 'EQ' } as const
    expect(formatIdentity(identityOf(share) as Identity)).toBe('NSE:EQ:::M&M')
    expect(isTwin(share, { ...share, exchange: 'BSE' })).toBe(false)
    expect(isTwin(share, { ...share, kind: 'INDEX' })).toBe(false)
  })

  it('comes back from its text, and equal texts mean equal identities', () => {
    fc.assert(
      fc.property(identities, identities, (one, other) => {
        expect(parseIdentity(formatIdentity(one))).toEqual(one)
        expect(formatIdentity(one) === formatIdentity(other)).toBe(isSame(one, other))
      }),
    )
  })

  it.each([
    '',
    'NFO',
    'NFO:CE:2026-11-28::NIFTY',
    'NSE:EQ:2026-11-28::TCS',
    'XXX:EQ:::TCS',
    'NFO:FUT:2026-02-30::NIFTY',
  ])('is not read from %j', text => expect(parseIdentity(text)).toBeUndefined())
})
