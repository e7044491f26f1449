import { describe, expect, it } from 'vitest'
import { Bounds } from '../../shared/bounds.ts'
import { grantSchema } from '../../shared/grant.ts'

describe('what bounds a key', () => {
  it('is nothing where nothing is named', () => {
    const bounds = new Bounds({ quota: { connections: 1 } })
    expect([bounds.isWide, bounds.permits('NSE', 'TCS'), bounds.reads('BOOK50'), bounds.admits(undefined)]).toEqual([
      true,
      true,
      true,
      true,
    ])
  })

  it('lets through what every one of them lets through', () => {
    const bounds = new Bounds({ exchanges: ['NSE', 'NFO'], symbols: ['NIFTY*', 'RELIANCE', 'M?M'] })
    expect(bounds.isWide).toBe(false)
    for (const [exchange, symbol] of [
      ['NSE', 'RELIANCE'],
      ['NFO', 'NIFTY28NOV2624800CE'],
      ['NSE', 'M&M'],
    ] as const)
      expect([symbol, bounds.permits(exchange, symbol)]).toEqual([symbol, true])
    for (const [exchange, symbol] of [
      ['BSE', 'RELIANCE'],
      ['NSE', 'RELIANCE2'],
      ['NSE', 'BANKNIFTY'],
      ['NSE', 'reliance'],
      ['', ''],
    ] as const)
      expect([symbol, bounds.permits(exchange, symbol)]).toEqual([symbol, false])
  })

  it('takes every deep book for Depth', () => {
    const bounds = new Bounds({ modes: ['LTP', 'DEPTH'] })
    expect((['LTP', 'QUOTE', 'DEPTH', 'BOOK20', 'BOOK50'] as const).map(mode => bounds.reads(mode))).toEqual([
      true,
      false,
      true,
      true,
      true,
    ])
  })

  it('is checked in one place', () => {
    const good = {
      exchanges: ['NSE'],
      modes: ['LTP'],
      symbols: ['*', 'NIFTY 50', 'M&M'],
      quota: { connections: 1, subscriptions: 10, messagesPerSecond: 5 },
      addresses: ['10.0.0.0/8'],
    }
    expect(grantSchema.parse(good)).toEqual(good)
    for (const bad of [
      { exchanges: ['NYSE'] },
      { exchanges: [] },
      { modes: ['BOOK20'] },
      { symbols: [''] },
      { symbols: ['A,B'] },
      { symbols: ['x'.repeat(65)] },
      { symbols: ['ÜBER'] },
      { symbols: Array.from({ length: 201 }, (_, nth) => `S${nth}`) },
      { quota: { connections: 0 } },
      { quota: { connections: 1.5 } },
      { quota: { orders: 1 } },
      { addresses: ['10.0.0.0/40'] },
      { trade: true },
      [],
      null,
    ])
      expect([bad, grantSchema.safeParse(bad).success]).toEqual([bad, false])
  })
})
