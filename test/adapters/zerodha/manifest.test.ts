import { describe, expect, it } from 'vitest'
import { isSession } from '../../../adapters/contract.ts'
import { loadAdapter } from '../../../adapters/registry.ts'

describe('the adapter', () => {
  it('stays within what Kite allows one API key', async () => {
    const adapter = await loadAdapter({ kind: 'builtin', adapter: 'zerodha' })
    if (!isSession(adapter)) throw new Error('it has a session')
    expect(adapter.limits).toEqual({
      connections: 3,
      instrumentsPerConnection: 3000,
      instrumentsPerMessage: 1000,
      messagePauseMs: 500,
    })
    expect(adapter.session.heartbeat).toEqual({ suspectMs: 4000, deadMs: 10_000 })
    expect([adapter.label, adapter.modes]).toEqual(['live', ['LTP', 'QUOTE', 'DEPTH']])
  })

  it('makes a decoder for every connection', async () => {
    const adapter = await loadAdapter({ kind: 'builtin', adapter: 'zerodha' })
    if (!isSession(adapter)) throw new Error('it has a session')
    const frame = Buffer.from('000100080000010d00026683', 'hex')
    const first = adapter.createDecoder()
    const told = (signals: readonly { kind: string }[]) => signals.filter(({ kind }) => kind === 'ignored').length
    expect([told(first(frame, 1)), told(first(frame, 1)), told(adapter.createDecoder()(frame, 1))]).toEqual([1, 0, 1])
  })
})
