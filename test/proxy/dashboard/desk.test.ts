import { expect, it, vi } from 'vitest'

it('tells the time by the clock of the server, once it is known how far that is ahead', async () => {
  vi.stubGlobal('document', { visibilityState: 'visible', addEventListener: () => {} })
  const { clock, offset, serverNow } = await import('../../../proxy/dashboard/desk.ts')
  vi.spyOn(clock, 'now').mockReturnValue(1_000_000)
  expect(serverNow()).toBe(1_000_000)
  offset.take(1_000_000, 1_090_005, 1_000_010)
  expect(serverNow()).toBe(1_090_000)
  vi.unstubAllGlobals()
})
