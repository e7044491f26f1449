import { describe, expect, it } from 'vitest'
import manifest from '../../../adapters/fyers/manifest.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'

const share: Instrument = {
  exchange: 'NSE',
  symbol: 'SBIN',
  token: 'nse_cm|3045',
  brokerSymbol: 'SBIN-EQ',
  name: 'SBIN',
  kind: 'EQ',
}

describe('the adapter', () => {
  it('stays within what Fyers allows an app', () => {
    expect(manifest.limits).toEqual({
      connections: 3,
      instrumentsPerConnection: 5000,
      weights: { DEPTH: 2 },
      instrumentsPerMessage: 1500,
      messagePauseMs: 250,
    })
  })

  it('has books of fifty on a socket of their own, and the five levels of the main one while they are not there', () => {
    expect(manifest.modes).toEqual(['LTP', 'QUOTE', 'DEPTH', 'BOOK20', 'BOOK30', 'BOOK50'])
    expect(manifest.modes.map(mode => manifest.carries?.(share, mode))).toEqual([
      'LTP',
      'QUOTE',
      'DEPTH',
      'DEPTH',
      'DEPTH',
      'DEPTH',
    ])
    expect(manifest.siblings?.map(({ name }) => name)).toEqual(['books', 'orders'])
    for (const mode of ['BOOK20', 'BOOK30', 'BOOK50'] as const) {
      expect(manifest.sources?.[mode]).toEqual(['sf', 'dp', 'tbt'])
      expect(manifest.books?.[mode]).toEqual(['NSE', 'NFO'])
    }
  })
})
