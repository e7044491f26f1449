import { describe, expect, it } from 'vitest'
import { isSession, type SessionAdapter } from '../../../adapters/contract.ts'
import { loadAdapter } from '../../../adapters/registry.ts'
import type { Exchange } from '../../../shared/market/exchange.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'

const load = async (): Promise<SessionAdapter> => {
  const adapter = await loadAdapter({ kind: 'builtin', adapter: 'angel' })
  if (!isSession(adapter)) throw new Error('it has a session')
  return adapter
}

describe('the adapter', () => {
  it('stays within what Angel One allows one client code', async () => {
    const { limits, label, modes, books } = await load()
    expect(limits).toMatchObject({ connections: 3, instrumentsPerConnection: 1000 })
    expect([limits.weights, limits.instrumentsPerMode]).toEqual([{ BOOK20: 2 }, { BOOK20: 50 }])
    expect([label, modes, books]).toEqual(['live', ['LTP', 'QUOTE', 'DEPTH', 'BOOK20'], { BOOK20: ['NSE'] }])
  })

  it('makes a deep book of two subscriptions: prices of the day, and the book, which counts more', async () => {
    const { sources } = await load()
    expect(sources).toEqual({ LTP: ['snap'], QUOTE: ['snap'], DEPTH: ['snap'], BOOK20: ['snap', 'book20'] })
  })

  it('asks for a deep book where there is one, else for five levels', async () => {
    const adapter = await load()
    const of = (exchange: Instrument['exchange']) => ({ exchange }) as Instrument
    expect(
      ['NSE', 'NFO', 'BSE', 'NSE_INDEX'].map(exchange => adapter.carries?.(of(exchange as Exchange), 'BOOK20')),
    ).toEqual(['BOOK20', 'DEPTH', 'DEPTH', 'DEPTH'])
    expect((['LTP', 'QUOTE', 'DEPTH'] as const).map(mode => adapter.carries?.(of('NFO'), mode))).toEqual([
      'LTP',
      'QUOTE',
      'DEPTH',
    ])
  })

  it('has a socket for orders besides', async () => {
    const { siblings } = await load()
    expect(siblings?.map(({ name, isAlwaysOpen }) => [name, isAlwaysOpen])).toEqual([['orders', true]])
  })
})
