import { createServer } from 'node:net'
import { expect, it } from 'vitest'
import type { EmulatorManifest } from './emulator.ts'
import { closeEmulators, portAt, startEmulators } from './fleet.ts'
import zerodha from './kite/manifest.ts'

it('ports are those that are named, then the next ones, or free ones', () => {
  const four = (ports: readonly number[]) => [0, 1, 2, 3].map(place => portAt(ports, place))
  expect(four([9400])).toEqual([9400, 9401, 9402, 9403])
  expect(four([9400, 9500])).toEqual([9400, 9500, 9501, 9502])
  expect(four([0])).toEqual([0, 0, 0, 0])
  expect(four([7, 8, 9, 10])).toEqual([7, 8, 9, 10])
})

it('invented instruments begin with the name of their broker', async () => {
  const emulated = await startEmulators([zerodha], [0], { rows: 600, tickMs: 0 })
  const [one] = emulated
  const list = await (await fetch(`${one?.running.settings.api_url}/instruments`)).text()
  expect(list).toContain(',ZERODHA0,')
  await closeEmulators(emulated)
})

it('a port that is taken leaves none running', async () => {
  const taken = createServer().listen(0, '127.0.0.1')
  await new Promise(resolve => taken.once('listening', resolve))
  const address = taken.address()
  const port = typeof address === 'object' && address ? address.port : 0
  let closed = 0
  const counting: EmulatorManifest = {
    ...zerodha,
    async start(options) {
      const running = await zerodha.start(options)
      return { ...running, close: () => running.close().then(() => void closed++) }
    },
  }
  await expect(startEmulators([counting, counting], [0, port], {})).rejects.toThrow(
    expect.objectContaining({ code: 'USAGE', message: `Port ${port} is taken` }),
  )
  expect(closed).toBe(1)
  taken.close()
})
