import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { Access } from '../../proxy/access.ts'
import { Client } from '../../proxy/client.ts'
import { Holdings } from '../../proxy/holdings.ts'
import { type ProxyRig, startRig } from '../support/proxy.ts'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig()
})

afterEach(() => {
  vi.restoreAllMocks()
})

afterAll(() => rig.close())

const fault = () => {
  throw new RangeError('a fault of the program')
}

const FAULTS: readonly [string, () => unknown][] = [
  ['as it is taken', () => vi.spyOn(Client.prototype, 'receive').mockImplementationOnce(fault)],
  ['as it is answered', () => vi.spyOn(Holdings.prototype, 'subscribe').mockImplementationOnce(fault)],
]

it.each(FAULTS)('a fault met with one client %s closes that client alone', async (_, arm) => {
  const [other, client] = [await rig.enter(), await rig.enter()]
  await other.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })
  arm()
  client.send({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })
  expect(await client.closed).toEqual({ code: 1011, reason: 'internal error' })
  expect(await other.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
  expect((await rig.status()).clients).toMatchObject({ clients: 1, subscriptions: 1 })
  other.close()
  await other.closed
})

it('a fault met as the key of one client is looked at again closes that client alone', async () => {
  const [first, second] = [await rig.enter(), await rig.enter()]
  vi.spyOn(Client.prototype, 'recheck').mockImplementationOnce(fault)
  expect(await first.closed).toEqual({ code: 1011, reason: 'internal error' })
  expect(await second.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
  second.close()
  await second.closed
})

it('a fault met over a request gives 500 on that connection alone, which ends', async () => {
  const client = await rig.enter()
  vi.spyOn(Access.prototype, 'identify').mockImplementationOnce(fault)
  const url = `http://127.0.0.1:${rig.port}/status`
  const { status, headers } = await fetch(url, { headers: { authorization: `Bearer ${rig.keys.alice}` } })
  expect([status, headers.get('connection')]).toEqual([500, 'close'])
  expect(await client.ask({ action: 'ping' })).toMatchObject({ type: 'pong' })
  client.close()
})
