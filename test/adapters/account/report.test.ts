import { expect, it } from 'vitest'
import { labelOf } from '../../../adapters/account/report.ts'
import { isSession } from '../../../adapters/contract.ts'
import { builtinNames, loadAdapter } from '../../../adapters/registry.ts'

it('calls what comes from this machine simulated, and nothing else', () => {
  const of = (stream_url: string, label: 'live' | 'delayed' = 'live') =>
    labelOf({ label }, { expect_ticks: 'calendar', stream_url })
  expect(of('ws://127.0.0.1:9400')).toBe('simulated')
  expect(of('wss://ws.broker.example')).toBe('live')
  expect(of('ws://localhost:9400', 'delayed')).toBe('delayed')
  expect(labelOf({ label: 'live' }, { expect_ticks: 'calendar' })).toBe('live')
})

it('calls every built-in broker live as it comes', async () => {
  for (const name of builtinNames()) {
    const adapter = await loadAdapter({ kind: 'builtin', adapter: name })
    if (isSession(adapter)) expect(labelOf(adapter, adapter.settings.parse({}) as never), name).toBe('live')
  }
})
