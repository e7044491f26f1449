import { describe, expect, it } from 'vitest'
import { FEED, NIFTY, RELIANCE, rig, sequences, TCS, topicOf } from './rig.ts'

describe('direct demand', () => {
  it('for one topic gets the last value as a snapshot, then the live ticks', () => {
    const { bus, offer } = rig()
    offer(RELIANCE, 100)
    bus.demand(`${topicOf('RELIANCE')}\0`)
    offer(RELIANCE, 101)
    bus.demand(`${topicOf('RELIANCE')}\0`, false)
    offer(RELIANCE, 102)
    expect(
      bus.direct(topicOf('RELIANCE')).map(({ header, frame }) => [header.sequence, header.snapshot, frame.data.ltp]),
    ).toEqual([
      [0, true, 100],
      [1, false, 101],
    ])
  })

  it('shares the sequence with the lanes', () => {
    const { bus, clock, offer } = rig()
    bus.want('P1', 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    bus.demand(`${topicOf('RELIANCE')}\0`)
    offer(RELIANCE, 101)
    clock.advance(0)
    expect(sequences(bus.lane('P1'))).toEqual([1, 2])
    expect(sequences(bus.direct(topicOf('RELIANCE')))).toEqual([1, 2])
  })

  it.each(['', FEED, `${FEED}_`, `${FEED}_NSE_`])('for the prefix "%s" gets every mode of what it covers', prefix => {
    const { bus, offer } = rig()
    offer(RELIANCE, 99)
    bus.demand(prefix)
    offer(RELIANCE, 100)
    offer(TCS, 200)
    for (const symbol of ['RELIANCE', 'TCS'])
      for (const mode of ['LTP', 'QUOTE', 'DEPTH']) expect(sequences(bus.direct(topicOf(symbol, mode)))).toEqual([1])
  })

  it('for a prefix leaves out what it does not cover, and ends', () => {
    const { bus, offer } = rig()
    bus.demand(`${FEED}_NSE_INDEX_`)
    offer(RELIANCE, 100)
    offer(NIFTY, 24_800)
    bus.demand(`${FEED}_NSE_INDEX_`, false)
    offer(NIFTY, 24_801)
    expect(bus.messages.map(({ topic }) => topic)).toEqual(
      ['LTP', 'QUOTE', 'DEPTH'].map(mode => `${FEED}_NSE_INDEX_NIFTY_${mode}`),
    )
  })

  it('for one topic outlives a prefix that covered it too', () => {
    const { bus, offer } = rig()
    bus.demand(`${topicOf('RELIANCE')}\0`)
    bus.demand('')
    bus.demand('', false)
    offer(RELIANCE, 100)
    expect(bus.messages.map(({ topic }) => topic)).toEqual([topicOf('RELIANCE')])
  })

  it('for other feeds and for control topics is none of its business', () => {
    const { audience, bus, offer } = rig()
    for (const filter of ['OTHER_NSE_RELIANCE_LTP\0', `CONTROL_${FEED}\0`, 'STATUS_', 'OTHER_']) bus.demand(filter)
    offer(RELIANCE, 100)
    expect(bus.messages).toEqual([])
    expect(audience.instruments().size).toBe(0)
    expect(audience.rejected()).toEqual([])
  })
})
