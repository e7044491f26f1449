import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { FyersSystem } from '../support/fyers.ts'
import { eventually } from '../support/system.ts'

let all: FyersSystem

beforeAll(async () => {
  all = await FyersSystem.start()
}, 60_000)

afterAll(async () => {
  await all?.close()
})

const worth = (key: string, levels = 5) => {
  const contract = all.broker.market.find(key)
  if (!contract) throw new RangeError(key)
  return all.broker.market.peek(contract, levels)
}

/** Waits until as many more frames of each have come. */
async function goesOn(...wanted: readonly (readonly [symbol: string, mode: number])[]): Promise<void> {
  const from = wanted.map(([symbol, mode]) => all.frames(symbol, mode).length)
  await eventually(
    () => wanted.every(([symbol, mode], at) => all.frames(symbol, mode).length > (from[at] ?? 0) + 3),
    30_000,
  )
}

/** Whether a book that was sent is that of the market, whenever both were looked at. */
const saysTheMarket = (symbol: string, key: string, levels: number) =>
  eventually(() => {
    const { ltp, bids, asks } = worth(key, levels)
    const sent = all.frames(symbol, 3).at(-1)?.data
    return sent?.ltp === ltp && JSON.stringify(sent.depth) === JSON.stringify({ buy: bids, sell: asks })
  }, 30_000)

describe('an account at Fyers', () => {
  it('gives a client the depth it asked for: five levels, or fifty from a socket of their own', async () => {
    all.client.send({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 3, depth: 50 })
    all.client.send({ action: 'subscribe', symbol: 'ITC', exchange: 'NSE', mode: 3 })
    all.client.send({ action: 'subscribe', symbol: 'NIFTY', exchange: 'NSE_INDEX', mode: 2 })
    await goesOn(['TCS', 3], ['ITC', 3], ['NIFTY', 2])
    await eventually(() => all.frames('TCS', 3).at(-1)?.data.depth_level === 50)
    expect(all.frames('ITC', 3).at(-1)?.data).toMatchObject({ depth_level: 5 })
    await saysTheMarket('TCS', 'NSE:TCS', 50)
    await saysTheMarket('ITC', 'NSE:ITC', 5)
    expect(all.broker.prices.open).toHaveLength(1)
    expect([...(all.broker.books.open[0]?.subscribed.keys() ?? [])]).toEqual(['NSE:TCS-EQ'])
    expect([...(all.broker.prices.open[0]?.topics.keys() ?? [])].sort()).toEqual(
      ['dp|nse_cm|11536', 'dp|nse_cm|1660', 'if|nse_cm|Nifty 50', 'sf|nse_cm|11536', 'sf|nse_cm|1660'].sort(),
    )
  }, 60_000)

  it('acknowledges as it is told to', () => {
    const [one] = all.broker.prices.open
    expect(one?.acknowledged.slice(0, 4)).toEqual([2, 4, 6, 8])
    expect(Math.floor((one?.sent.packets ?? 0) / 2)).toBeGreaterThan(2)
  })

  it('reads prices rightly after their decimals and the ids of topics have changed', async () => {
    all.broker.faults.precision({ ticker: 'NSE:ITC-EQ', precision: 4, multiplier: 1 })
    all.broker.faults.renumber()
    all.broker.faults.unknownTopic()
    await goesOn(['TCS', 3], ['ITC', 3])
    await saysTheMarket('ITC', 'NSE:ITC', 5)
    await saysTheMarket('TCS', 'NSE:TCS', 50)
    expect((await all.feed()).state).toBe('live')
  }, 60_000)

  it('has a book of fifty again after a lost message, and after its socket was lost, while prices go on', async () => {
    all.broker.faults.bookGap()
    await goesOn(['TCS', 3])
    await saysTheMarket('TCS', 'NSE:TCS', 50)
    const before = all.broker.books.connections.length
    all.broker.faults.reset({ stream: 'books' })
    await eventually(() => all.broker.books.connections.length > before)
    await goesOn(['ITC', 3])
    await saysTheMarket('TCS', 'NSE:TCS', 50)
    expect(all.broker.prices.connections).toHaveLength(1)
  }, 60_000)

  it('in the morning asks for a login within 5 s after three tries at most, and runs again within 5 s of it', async () => {
    const before = all.broker.prices.connections.length
    const from = systemClock.monotonic()
    all.broker.faults.expireToken()
    const { reason } = await all.enters('auth_required')
    expect(systemClock.monotonic() - from).toBeLessThan(5000)
    expect(reason).toMatch(/SESSION_EXPIRED/)
    expect(all.broker.prices.connections.length - before).toBeLessThanOrEqual(3)
    await all.login()
    const loggedIn = systemClock.monotonic()
    await all.enters('live')
    expect(systemClock.monotonic() - loggedIn).toBeLessThan(5000)
    await goesOn(['TCS', 3], ['ITC', 3], ['NIFTY', 2])
    await saysTheMarket('TCS', 'NSE:TCS', 50)
  }, 60_000)

  it('without the entitlement to deep books gives five levels', async () => {
    all.broker.faults.noEntitlement()
    all.broker.faults.reset({ stream: 'books' })
    await eventually(() => all.frames('TCS', 3).at(-1)?.data.depth_level === 5)
    await goesOn(['TCS', 3], ['ITC', 3])
    await saysTheMarket('TCS', 'NSE:TCS', 5)
    expect((await all.feed()).state).toBe('live')
  }, 60_000)

  it('without the entitlement says so, with the next step, and promises no deep book any more', async () => {
    await eventually(
      async () => /^no books: .*next: .*50-level market depth/.test((await all.feed()).reason ?? ''),
      10_000,
    )
    expect((await all.feed()).state).toBe('live')
    all.client.send({ action: 'subscribe', symbol: 'ITC:50', exchange: 'NSE', mode: 3, request_id: 'deep' })
    await eventually(() => all.client.frames.some(({ request_id }) => request_id === 'deep'))
    expect(all.client.frames.find(({ request_id }) => request_id === 'deep')).toMatchObject({
      subscriptions: [{ symbol: 'ITC:50', status: 'success', depth: 5 }],
    })
  }, 60_000)

  it('tells no secret', () => {
    const { out, err } = all.system.up
    for (const secret of all.secrets) expect(secret !== '' && `${out}${err}`.includes(secret)).toBe(false)
  })
})
