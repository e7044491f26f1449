import { describe, expect, it } from 'vitest'
import { connected, kinds, parts, TOPIC } from './conversation.ts'
import { ABSENT, data, filled, lite, SBIN, snapshot, update } from './wire.ts'

describe('a snapshot', () => {
  it('says everything of an instrument', () => {
    expect(connected()(data(1, snapshot(7, TOPIC, SBIN)))).toEqual([
      {
        kind: 'part',
        token: 'nse_cm|3045',
        source: 'sf',
        isWhole: true,
        part: {
          ltp: 1068.45,
          volume: 9217341,
          lastTradeTime: 1747896300_000,
          timestamp: 1747896301_000,
          lastQuantity: 25,
          totalBuyQuantity: 812345,
          totalSellQuantity: 912345,
          averagePrice: 1070.12,
          openInterest: null,
          low: 1063,
          high: 1077.7,
          lowerCircuit: 978.25,
          upperCircuit: 1195.55,
          open: 1075,
          previousClose: 1086.9,
          buy: [{ quantity: 14914, price: 1068.45 }],
          sell: [{ quantity: 0, price: 0 }],
        },
      },
    ])
  })

  it('says an open interest of 0 where contracts are traded, and no price or time of 0 anywhere', () => {
    const values = SBIN.map(() => 0)
    expect(parts(connected()(data(1, snapshot(7, 'sf|nse_fo|58067', values))))[0]?.part).toEqual({
      ltp: null,
      volume: 0,
      lastTradeTime: null,
      lastQuantity: 0,
      totalBuyQuantity: 0,
      totalSellQuantity: 0,
      averagePrice: null,
      openInterest: 0,
      low: null,
      high: null,
      lowerCircuit: null,
      upperCircuit: null,
      open: null,
      previousClose: null,
      buy: [{ quantity: 0, price: 0 }],
      sell: [{ quantity: 0, price: 0 }],
    })
  })

  it('of a book gives five levels a side, with orders, and no last price', () => {
    const prices = [60625, 60620, 60615, 60610, 60605, 60630, 60635, 60640, 60645, 0]
    const sizes = [20, 902, 111, 110, 979, 282, 568, 2910, 1676, 0]
    const orders = [1, 3, 2, 2, 9, 4, 2, 12, 9, 0]
    const [one] = parts(connected()(data(1, snapshot(3, 'dp|nse_cm|3045', [...prices, ...sizes, ...orders]))))
    expect(one).toMatchObject({ token: 'nse_cm|3045', source: 'dp', isWhole: true })
    expect(Object.keys(one?.part ?? {})).toEqual(['buy', 'sell'])
    expect(one?.part.buy?.map(level => level?.price)).toEqual([606.25, 606.2, 606.15, 606.1, 606.05])
    expect(one?.part.sell?.[3]).toEqual({ price: 606.45, quantity: 1676, orders: 9 })
    expect(one?.part.sell?.[4]).toEqual({ price: 0, quantity: 0, orders: 0 })
  })

  it.each([6, 8])('of an index has %i values, and its trailer is read over', count => {
    const values = [2618810, 2621605, 1727428424, 2627735, 2616695, 2624825, 2670000, 2100000].slice(0, count)
    const signals = connected()(data(1, snapshot(8, 'if|nse_cm|Nifty 50', values), snapshot(7, TOPIC, SBIN)))
    expect(parts(signals).map(({ token, source }) => [token, source])).toEqual([
      ['nse_cm|Nifty 50', 'sf'],
      ['nse_cm|3045', 'sf'],
    ])
    expect(parts(signals)[0]?.part).toEqual({
      ltp: 26188.1,
      previousClose: 26216.05,
      timestamp: 1727428424_000,
      high: 26277.35,
      low: 26166.95,
      open: 26248.25,
    })
  })

  it.each([
    [965475, { precision: 2, multiplier: 100 }, 96.5475],
    [965475, { precision: 4 }, 96.5475],
    [78_001, { precision: 0 }, 78_001],
    [-4021, { precision: 2 }, -40.21],
    [2147483647, { precision: 0, multiplier: 1 }, 2147483647],
    [39295, { precision: 2 }, 392.95],
  ])('scales %i by its own precision and multiplier %o and rounds nothing', (raw, scale, ltp) => {
    expect(parts(connected()(data(1, snapshot(1, 'sf|cde_fo|1', [raw], scale))))[0]?.part).toEqual({ ltp })
  })

  it('takes another precision for what follows it', () => {
    const hear = connected()
    hear(data(1, snapshot(1, TOPIC, [10000], { precision: 2 })))
    const before = parts(hear(data(2, update(1, [10050]))))
    hear(data(3, snapshot(1, TOPIC, [1000000], { precision: 4 })))
    const after = parts(hear(data(4, update(1, [1005000]))))
    expect([...before, ...after].map(({ part }) => part.ltp)).toEqual([100.5, 100.5])
  })

  it('skips what a later server adds to its trailer', () => {
    const first = snapshot(1, TOPIC, [10000], { more: Buffer.from('something new') })
    expect(parts(connected()(data(1, first, snapshot(2, 'sf|nse_cm|11536', [20000]))))).toHaveLength(2)
  })

  it('with a multiplier of 0 leaves its topic unknown from then on, and the others and the connection alone', () => {
    const hear = connected()
    hear(data(1, snapshot(1, TOPIC, [10000])))
    const bad = snapshot(1, TOPIC, [10000], { multiplier: 0 })
    const signals = hear(data(2, bad, snapshot(2, 'sf|nse_cm|11536', [20000])), data(3, update(1, [10050])))
    expect(kinds(signals)).toEqual(['ignored', 'part', 'reply', 'ignored'])
  })

  it('with a scale that cannot be stops the frame', () => {
    const bad = snapshot(1, TOPIC, [10000], { precision: 10 })
    expect(kinds(connected()(data(1, bad, snapshot(2, 'sf|nse_cm|11536', [20000]))))).toEqual(['malformed'])
  })

  it('may have more or fewer values than the list', () => {
    const hear = connected()
    expect(parts(hear(data(1, snapshot(1, TOPIC, [10000, 5]))))[0]?.part).toEqual({ ltp: 100, volume: 5 })
    expect(parts(hear(data(2, snapshot(1, TOPIC, [...SBIN, 1, 2, 3]))))[0]?.part.previousClose).toBe(1086.9)
  })

  it('of a kind nobody asked for is read over, and so are its updates', () => {
    const hear = connected()
    const signals = hear(
      data(1, snapshot(1, 'op|nse_fo|1', [1, 2]), snapshot(2, TOPIC, [10000])),
      data(2, update(1, [1])),
    )
    expect(kinds(signals)).toEqual(['ignored', 'part', 'ignored', 'reply'])
  })
})

describe('an update', () => {
  it('says only what was sent: absent is no zero, and zero no absence', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, SBIN)))
    const values = [ABSENT, ABSENT, ABSENT, ABSENT, 0, ABSENT, 0]
    expect(parts(hear(data(2, update(7, values))))).toEqual([
      {
        kind: 'part',
        token: 'nse_cm|3045',
        source: 'sf',
        isWhole: false,
        part: { buy: [{ quantity: 0, price: 0 }] },
      },
    ])
  })

  it('of a deeper level leaves the places before it as they are', () => {
    const hear = connected()
    hear(data(1, snapshot(3, 'dp|nse_cm|3045', filled(30, 100))))
    const values = filled(13, ABSENT)
    values[2] = 60000
    values[12] = 7
    expect(parts(hear(data(2, update(3, values))))[0]?.part).toEqual({
      buy: [undefined, undefined, { price: 600, quantity: 7 }],
    })
  })

  it('in which nothing was sent says nothing', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, SBIN)))
    expect(hear(data(2, update(7, [ABSENT, ABSENT]), update(7, [])))).toEqual([
      expect.objectContaining({ kind: 'reply' }),
    ])
  })

  it('of an unknown topic is dropped and counted, and what stands behind it is read', () => {
    const hear = connected()
    const signals = hear(data(1, update(99, [1, 2]), lite(98, [5]), snapshot(7, TOPIC, SBIN)))
    expect(kinds(signals)).toEqual(['ignored', 'ignored', 'part'])
  })

  it('counts for the topic that had its id last', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, [10000]), snapshot(8, 'sf|nse_cm|11536', [20000])))
    hear(data(2, snapshot(7, 'sf|nse_cm|11536', [20000])))
    const signals = hear(data(3, update(7, [20005]), update(8, [1])))
    expect(parts(signals).map(({ token, part }) => [token, part.ltp])).toEqual([['nse_cm|11536', 200.05]])
    expect(kinds(signals)).toEqual(['part', 'ignored'])
  })

  it('of a topic that moved is no longer known by its old id, nor is the topic that was pushed out', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, [10000]), snapshot(8, 'sf|nse_cm|11536', [20000])))
    hear(data(2, snapshot(8, TOPIC, [10000])))
    expect(kinds(hear(data(3, update(7, [1]))))).toEqual(['ignored'])
    expect(parts(hear(data(4, update(8, [10005]))))[0]).toMatchObject({ token: 'nse_cm|3045', part: { ltp: 100.05 } })
    hear(data(5, snapshot(7, 'sf|nse_cm|11536', [20000])))
    expect(parts(hear(data(6, update(7, [20005]))))[0]?.token).toBe('nse_cm|11536')
  })

  it('counts for the topic that has its id now, though the one before it comes back under another', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, [10000])))
    hear(data(2, snapshot(7, 'sf|nse_cm|11536', [20000])))
    hear(data(3, snapshot(9, TOPIC, [10000])))
    expect(parts(hear(data(4, update(7, [20005]), update(9, [10005])))).map(({ token }) => token)).toEqual([
      'nse_cm|11536',
      'nse_cm|3045',
    ])
  })

  it('twice of one topic in a frame is applied in order', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, [10000])))
    expect(parts(hear(data(2, update(7, [10005]), update(7, [10010])))).map(({ part }) => part.ltp)).toEqual([
      100.05, 100.1,
    ])
  })

  it('of another connection means nothing here', () => {
    connected()(data(1, snapshot(7, TOPIC, SBIN)))
    expect(kinds(connected()(data(1, update(7, [1]))))).toEqual(['ignored'])
  })
})

describe('a lite item', () => {
  it('says a last price and nothing more: the times of the snapshot are not its own', () => {
    const hear = connected()
    hear(data(1, snapshot(7, TOPIC, SBIN)))
    expect(parts(hear(data(2, lite(7, [107000]))))).toEqual([
      {
        kind: 'part',
        token: 'nse_cm|3045',
        source: 'sf',
        isWhole: false,
        part: { mode: 'LTP', ltp: 1070, timestamp: null, lastTradeTime: null },
      },
    ])
  })

  it('has as many values as the server announced, of instruments and of indices', () => {
    const configuration = { scrip_lite: { hfid: 3 }, index_lite: { hfid: 2 } }
    const hear = connected({ interval: 2, configuration })
    hear(data(1, snapshot(7, TOPIC, SBIN), snapshot(8, 'if|nse_cm|Nifty 50', [1, 2, 3, 4, 5, 6])))
    const signals = hear(data(2, lite(7, [191275, 1498563, 1684218816]), lite(8, [2618810, 2621605])))
    expect(parts(signals).map(({ part }) => part)).toEqual([
      { mode: 'LTP', timestamp: null, ltp: 1912.75, volume: 1498563, lastTradeTime: 1684218816_000 },
      { mode: 'LTP', timestamp: null, lastTradeTime: null, ltp: 26188.1, previousClose: 26216.05 },
    ])
  })

  it('whose length nobody knows stops the frame', () => {
    const hear = connected({ interval: 2, configuration: { scrip_lite: { hfid: 3 } } })
    hear(data(1, snapshot(3, 'dp|nse_cm|3045', filled(30, 1))))
    expect(kinds(hear(data(2, lite(3, [1]), update(3, [1]))))).toEqual(['malformed', 'reply'])
    expect(kinds(hear(data(3, lite(99, [1]), update(3, [1]))))).toEqual(['malformed'])
  })
})
