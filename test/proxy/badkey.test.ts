import { expect, it } from 'vitest'
import { countBadKey } from '../../proxy/badkey.ts'
import { LocalRegistry } from '../../proxy/limits/local.ts'
import { Sampler } from '../../proxy/limits/sampler.ts'
import type { AuditEvent } from '../../shared/audit.ts'
import { ManualClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'

const HERE = '192.0.2.1'

it('a bad key of a request counts towards the lock of its address, and the audit hears of it', async () => {
  const clock = new ManualClock()
  const told: AuditEvent[] = []
  const registry = new LocalRegistry({ ...loadConfig({}, {}).proxy, badKeysPerMinute: 3 }, clock)
  const rooms = { registry, audit: new Sampler({ record: event => told.push(event) }, clock) }
  const show = () => countBadKey(rooms, HERE)
  expect([await show(), await show(), await show()].map(({ isLocked }) => isLocked)).toEqual([false, false, true])
  clock.advance(20_000)
  expect(await show()).toMatchObject({ isLocked: true, isNew: false, waitMs: 40_000 })
  expect(told.map(({ action, address }) => [action, address])).toEqual([
    ['auth.refused', HERE],
    ['auth.locked', HERE],
    ['auth.refused', HERE],
    ['auth.refused', HERE],
  ])
  expect(told[2]?.reason).toBe('a key that is not good; 2 times in the second before')
})
