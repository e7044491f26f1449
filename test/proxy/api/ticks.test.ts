import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { holds } from '../../support/holds.ts'
import { askApi } from '../../support/near.ts'
import { type ProxyRig, startRig } from '../../support/proxy.ts'
import { tickOf } from '../../support/proxyfeed.ts'

let rig: ProxyRig

beforeAll(async () => {
  rig = await startRig({ proxy: { requestsBurst: 1000 } })
  rig.feed.set('NSE', 'RELIANCE', tickOf(2885))
})

afterAll(() => rig.close())

interface Told {
  readonly sequence: number
  readonly receivedAt: number
  readonly data: { readonly ltp: number }
}

const ask = (path: string) => askApi(rig, `/api/v1/ticks/${path}`)
const pricesOf = ({ ticks }: { ticks: readonly Told[] }) => ticks.map(({ data }) => data.ltp)

describe('recent ticks over HTTP', () => {
  it('begin with the last value, and are kept from then on, oldest first', async () => {
    const first = await ask('NSE/RELIANCE?mode=ltp')
    expect(first.body).toMatchObject({
      symbol: 'RELIANCE',
      exchange: 'NSE',
      state: 'live',
      source: { feed: 'TESTFEED' },
    })
    expect(pricesOf(first.body)).toEqual([2885])
    for (const ltp of [2886, 2887, 2888]) rig.feed.tick('NSE', 'RELIANCE', tickOf(ltp))
    const { body } = await holds(async () => {
      const answer = await ask('NSE/RELIANCE?mode=ltp')
      expect(pricesOf(answer.body)).toEqual([2886, 2887, 2888])
      return answer
    })
    expect(body.ticks.map(({ sequence }: Told) => sequence)).toEqual([1, 2, 3])
    const times = body.ticks.map(({ receivedAt }: Told) => receivedAt)
    expect(times).toEqual(times.toSorted())
    expect(pricesOf((await ask('NSE/RELIANCE?mode=ltp&limit=2')).body)).toEqual([2887, 2888])
  })

  it('begin anew behind a hole', async () => {
    await ask('NSE/TCS?mode=ltp')
    const tick = async (ltp: number) => {
      rig.feed.tick('NSE', 'TCS', tickOf(ltp))
      await holds(async () => expect(pricesOf((await ask('NSE/TCS?mode=ltp')).body).at(-1)).toBe(ltp))
    }
    for (const ltp of [1, 2]) await tick(ltp)
    rig.feed.restart()
    await rig.feed.wanted('NSE_TCS_LTP')
    await tick(3)
    expect(pricesOf((await ask('NSE/TCS?mode=ltp')).body)).toEqual([3])
  })

  it('of what there is not are refused, and so is more than there can be', async () => {
    expect(await ask('NSE/NOSUCH')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } })
    expect(await ask('NSE/RELIANCE?limit=5000')).toMatchObject({ status: 400 })
  })

  it('of a symbol with a sign in it are asked for as addresses are written', async () => {
    rig.feed.set('NSE', 'M&M', tickOf(3000))
    expect(pricesOf((await ask('NSE/M%26M?mode=ltp')).body)).toEqual([3000])
  })
})
