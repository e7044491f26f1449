import { afterAll, beforeAll, expect, it } from 'vitest'
import { EventReader } from '../support/events.ts'
import { eventually, System } from '../support/system.ts'

let system: System

beforeAll(async () => {
  system = await System.start()
}, 60_000)

afterAll(() => system?.close())

it('prices of the real processes come as events, with the stamps of every hop, until the system ends', async () => {
  const port = Number(new URL(system.url()).port)
  const query = 'symbols=NSE:RELIANCE,NSE:TCS&mode=quote&features=stamps,seq,shutdown'
  const reader = await EventReader.open(port, query, { key: system.key })
  expect(reader.status).toBe(200)
  await eventually(() => new Set(reader.ticks.map(({ symbol }) => symbol)).size === 2)
  const live = await reader.frame('a live price', ({ type, snapshot }) => type === 'market_data' && !snapshot)
  const { adapter = 0, published = 0, proxy = 0 } = live.stamps as Record<string, number>
  expect([adapter <= published, published <= proxy, adapter > 0]).toEqual([true, true, true])
  await system.close()
  await reader.ended
  expect(reader.frames.at(-1)).toMatchObject({ type: 'server_shutdown' })
  expect(reader.named).toMatchObject([{ name: 'close', data: { code: 1012 } }])
})
