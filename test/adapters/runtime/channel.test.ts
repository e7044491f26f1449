import { describe, expect, it } from 'vitest'
import { ltps, RELIANCE, rig, topicOf } from './rig.ts'

describe('ticks that say less than a topic promises', () => {
  const book = { buy: [{ price: 99, quantity: 1 }], sell: [{ price: 101, quantity: 1 }] }

  it('are kept from it while the broker changes the mode, and go to the topics that want no more', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE'), topicOf('RELIANCE', 'DEPTH')])
    offer(RELIANCE, 100, { mode: 'QUOTE' })
    offer(RELIANCE, 101, { mode: 'DEPTH', book })
    clock.advance(0)
    const seen = bus.lane('P1').map(({ topic, frame }) => [topic, frame.data.ltp])
    expect(seen).toEqual([
      [topicOf('RELIANCE'), 100],
      [topicOf('RELIANCE'), 101],
      [topicOf('RELIANCE', 'DEPTH'), 101],
    ])
  })

  it('go out all the same when the broker gives nothing else for 2 s: less is better than nothing', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE', 'DEPTH')])
    offer(RELIANCE, 100, { mode: 'QUOTE' })
    clock.advance(1999)
    offer(RELIANCE, 101, { mode: 'QUOTE' })
    clock.advance(1)
    offer(RELIANCE, 102, { mode: 'QUOTE' })
    clock.advance(0)
    expect(ltps(bus.lane('P1'))).toEqual([102])
  })

  it('of a last price are told as that: what else a source knows of the day may be of the morning', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE', 'QUOTE')])
    offer(RELIANCE, 100, { mode: 'LTP', volume: 5, open: 99 })
    clock.advance(2000)
    offer(RELIANCE, 101, { mode: 'LTP', volume: 5, open: 99 })
    clock.advance(0)
    const data = bus.lane('P1').at(-1)?.frame.data
    expect(data).toMatchObject({ ltp: 101 })
    expect(data).not.toHaveProperty('volume')
    expect(data).not.toHaveProperty('open')
  })

  it('are kept from it again when it is wanted again', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE', 'DEPTH')])
    offer(RELIANCE, 100, { mode: 'QUOTE' })
    bus.want('P1', 2, [])
    clock.advance(3000)
    bus.want('P1', 3, [topicOf('RELIANCE', 'DEPTH')])
    offer(RELIANCE, 101, { mode: 'QUOTE' })
    offer(RELIANCE, 102, { mode: 'DEPTH', book })
    clock.advance(0)
    expect(ltps(bus.lane('P1'))).toEqual([102])
  })

  it('are no snapshot for it', () => {
    const { bus, clock, offer } = rig()
    offer(RELIANCE, 100, { mode: 'LTP' })
    bus.want('P1', 1, [topicOf('RELIANCE', 'QUOTE'), topicOf('RELIANCE')])
    clock.advance(0)
    expect(bus.lane('P1').map(({ topic }) => topic)).toEqual([topicOf('RELIANCE')])
  })
})

describe('an instrument before its first trade', () => {
  it('gives its book to whoever wants Depth, without a price that never was, and nothing to others', () => {
    const { bus, clock, publisher } = rig()
    bus.want(
      'P1',
      1,
      ['LTP', 'QUOTE', 'DEPTH'].map(mode => topicOf('RELIANCE', mode)),
    )
    const book = { buy: [{ price: 10, quantity: 75 }], sell: [] }
    const tick = { timestamp: clock.now(), previousClose: 12, totalBuyQuantity: 75, book }
    publisher.offer({ instrument: RELIANCE, tick, receivedAt: clock.micros() })
    publisher.offer({
      instrument: RELIANCE,
      tick: { ...tick, book: { buy: [], sell: [] } },
      receivedAt: clock.micros(),
    })
    clock.advance(0)
    const [only, ...others] = bus.lane('P1')
    expect(only?.topic).toBe(topicOf('RELIANCE', 'DEPTH'))
    expect(only?.frame.data).toEqual({
      symbol: 'RELIANCE',
      exchange: 'NSE',
      mode: 3,
      timestamp: clock.now(),
      close: 12,
      total_buy_quantity: 75,
      bid_price: 10,
      bid_size: 75,
      depth: { buy: [{ price: 10, quantity: 75 }], sell: [] },
      depth_level: 1,
    })
    expect(others).toEqual([])
    expect(publisher.counts()).toMatchObject({ ticks: 2, invalid: 0 })
  })
})
