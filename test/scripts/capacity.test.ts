import { describe, expect, it } from 'vitest'
import { loadAdapter } from '../../adapters/registry.ts'
import { advise } from '../../scripts/advice.ts'
import { type Carrier, verdictOf, type Wish } from '../../scripts/capacity.ts'

async function account(adapter: string, now: Carrier['now'] = {}): Promise<Carrier> {
  const loaded = await loadAdapter({ kind: 'builtin', adapter })
  return { name: adapter, adapter: loaded, settings: loaded.settings.parse({}), modes: loaded.modes, now }
}

const wish = (count: number, mode: Wish['mode'], rest: Partial<Wish> = {}): Wish => ({ count, mode, ...rest })

describe('what a feed can carry', () => {
  it('is what its broker allows on all connections, less what is used; the sockets are those of both together', async () => {
    const used = await account('zerodha', { instruments: { used: 2500, limit: 9000 } })
    const { can, free, sockets } = verdictOf(used, wish(1000, 'QUOTE'))
    expect({ can, free }).toEqual({ can: true, free: 6500 })
    expect(sockets).toMatchObject([{ kind: 'prices', needed: 2, most: 3, used: 2500, limit: 9000, leftAfter: 5500 }])
    expect(verdictOf(used, wish(6501, 'QUOTE'))).toMatchObject({ can: false, free: 6500, why: /6500 more fit$/ })
  })

  it('counts twice what the broker counts twice', async () => {
    const fyers = await account('fyers')
    expect(verdictOf(fyers, wish(1, 'QUOTE')).free).toBe(15_000)
    expect(verdictOf(fyers, wish(1, 'DEPTH')).free).toBe(7500)
  })

  it('takes the shallowest book that is deep enough, with the sockets that bring it', async () => {
    const fyers = await account('fyers')
    const deep = verdictOf(fyers, wish(12, 'DEPTH', { depth: 25 }))
    expect(deep).toMatchObject({ can: true, mode: 'BOOK30', free: 15 })
    expect(deep.sockets.map(({ kind, needed }) => [kind, needed])).toEqual([
      ['prices', 1],
      ['books', 3],
    ])
    const some = await account('fyers', { instruments: { used: 40, limit: 15_000 }, books: { used: 10, limit: 15 } })
    expect(verdictOf(some, wish(6, 'DEPTH', { depth: 50 }))).toMatchObject({
      can: false,
      free: 5,
      why: 'the broker allows 15 at a time in this mode, and 10 are used: 5 more fit',
    })
  })

  it('keeps to the number of a mode that the broker allows fewer of', async () => {
    const angel = await account('angel', { instruments: { used: 20, limit: 3000 }, books: { used: 10, limit: 50 } })
    expect(verdictOf(angel, wish(40, 'DEPTH', { depth: 20 }))).toMatchObject({ can: true, free: 40 })
    expect(verdictOf(angel, wish(41, 'DEPTH', { depth: 20 })).can).toBe(false)
  })

  it('has no deep book where the broker has none', async () => {
    const angel = await account('angel')
    expect(verdictOf(angel, wish(1, 'DEPTH', { depth: 20, exchange: 'NFO' })).why).toMatch(/20 levels of NSE only/)
    expect(verdictOf(angel, wish(1, 'DEPTH', { depth: 30 })).why).toMatch(/20 levels at most/)
    expect(verdictOf(await account('zerodha'), wish(1, 'DEPTH', { depth: 6 })).can).toBe(false)
  })

  it('is no more than it lists', async () => {
    const { adapter } = await account('simulator')
    const simulated = { name: 'SIM', adapter, modes: adapter?.modes ?? [], listed: 216 }
    expect(verdictOf(simulated, wish(216, 'LTP')).can).toBe(true)
    expect(verdictOf(simulated, wish(217, 'LTP')).why).toBe('lists 216 instruments')
  })
})

describe('what would do', () => {
  const adviceOf = (asked: Wish, carriers: readonly Carrier[], others: readonly Carrier[]) =>
    advise(
      asked,
      carriers,
      carriers.map(carrier => verdictOf(carrier, asked)),
      others,
    )

  it('is fewer, another mode, or an account of a broker that can', async () => {
    const flattrade = await account('flattrade')
    const advice = adviceOf(wish(1800, 'QUOTE'), [flattrade], [flattrade, await account('zerodha')])
    expect(advice).toEqual(['fewer: tickwire plan 1000 quote', 'another account: tickwire account add zerodha'])
    const deep = adviceOf(wish(100, 'DEPTH', { depth: 20 }), [await account('angel')], [])
    expect(deep).toContain('depth: angel can; tickwire plan 100 depth')
  })

  it('is two accounts, each with a part of it', async () => {
    const two = [await account('flattrade'), { ...(await account('flattrade')), name: 'SECOND' }]
    expect(adviceOf(wish(1800, 'QUOTE'), two, [])[0]).toMatch(/^split them: 1000 by flattrade, 1000 by SECOND/)
  })
})
