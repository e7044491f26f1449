import { expect, it } from 'vitest'
import { rowProblem } from '../../adapters/row.ts'
import type { Instrument } from '../../shared/market/instrument.ts'

const share = { exchange: 'NSE', symbol: 'SBIN', token: '3045', brokerSymbol: 'SBIN-EQ', name: '', kind: 'EQ' } as const

it.each([
  ['the least there is', {}],
  ['everything there is', { tickSize: 0.05, lotSize: 65, expiry: '2026-12-29', strike: 24_800, underlying: 'NIFTY' }],
])('an instrument with %s can be served', (_, more) => {
  expect(rowProblem({ ...share, ...more })).toBeUndefined()
})

it.each([
  [{ exchange: 'NYSE' }, 'exchange "NYSE" is none that clients know'],
  [{ exchange: undefined }, 'exchange undefined is none that clients know'],
  [{ token: 3045 }, 'token must be a text'],
  [{ symbol: '' }, 'symbol must be a text'],
  [{ brokerSymbol: undefined }, 'brokerSymbol must be a text'],
  [{ name: undefined }, 'name must be a text'],
  [{ kind: 'SHARE' }, 'kind must be one of EQ, INDEX, FUT, CE, PE'],
  [{ tickSize: 0 }, 'tickSize must be a number above 0, or absent'],
  [{ lotSize: '65' }, 'lotSize must be a number above 0, or absent'],
  [{ expiry: '29-DEC-2026' }, 'expiry must be YYYY-MM-DD, or absent'],
])('an instrument with %o cannot', (wrong, problem) => {
  expect(rowProblem({ ...share, ...wrong } as Instrument)).toBe(problem)
})
