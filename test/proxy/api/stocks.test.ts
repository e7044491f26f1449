import { afterAll, beforeAll, expect, it } from 'vitest'
import { holds } from '../../support/holds.ts'
import { askApi } from '../../support/near.ts'
import { type ProxyRig, startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig()
  rig.feed.set('NSE', 'RELIANCE', tickOf(2885.3))
  rig.feed.set('NSE_INDEX', 'NIFTY', tickOf(24_800))
})

afterAll(() => rig.close())

it('a map of prices is by name, with how each stands; a symbol without an exchange is of NSE', async () => {
  const { status, body } = await askApi(rig, '/api/stocks?symbols=RELIANCE,%20NSE_INDEX:NIFTY,NOSUCH')
  expect(status).toBe(200)
  expect(body).toEqual({
    'NSE:RELIANCE': { price: 2885.3, status: 'live', ageMs: expect.any(Number) },
    'NSE_INDEX:NIFTY': { price: 24_800, status: 'live', ageMs: expect.any(Number) },
    'NSE:NOSUCH': { status: 'error', reason: 'Symbol NOSUCH not found for exchange NSE' },
  })
})

it('a price that is not of now is never live in it', async () => {
  rig.feed.enter('down')
  await holds(async () => {
    const { body } = await askApi(rig, '/api/stocks?symbols=RELIANCE')
    expect(body['NSE:RELIANCE']).toMatchObject({ price: 2885.3, status: 'down' })
  })
})
