import { describe, expect, it } from 'vitest'
import { isSession } from '../../../adapters/contract.ts'
import { loadAdapter } from '../../../adapters/registry.ts'

const adapter = await loadAdapter({ kind: 'builtin', adapter: 'flattrade' })
if (!isSession(adapter)) throw new Error('it has a session')

describe('the adapter', () => {
  it('has one connection, and as many instruments on it as the settings say', () => {
    const limits = { connections: 1, instrumentsPerConnection: 1000, instrumentsPerMessage: 50, messagePauseMs: 50 }
    expect(adapter.limits).toEqual(limits)
    expect(adapter.limitsOf?.(adapter.settings.parse({}))).toEqual(limits)
    expect(adapter.limitsOf?.(adapter.settings.parse({ max_instruments: '3000' }))).toEqual({
      ...limits,
      instrumentsPerConnection: 3000,
    })
  })

  it('offers what its sources make up', () => {
    expect([adapter.label, adapter.modes]).toEqual(['live', ['LTP', 'QUOTE', 'DEPTH']])
    expect(Object.keys(adapter.sources ?? {})).toEqual(adapter.modes)
  })

  it('names no more than 50 tokens in a message', () => {
    const most = Array.from({ length: adapter.limits.instrumentsPerMessage }, (_, at) => `NSE|${at}`)
    for (const frame of adapter.session.change(most, 'LTP', 'DEPTH'))
      expect((JSON.parse(String(frame)) as { k: string }).k.split('#')).toEqual(most)
  })
})
