import { describe, expect, it } from 'vitest'
import { Outages } from '../../../../proxy/dashboard/chart/outages.ts'
import type { StateNotice } from '../../../../proxy/dashboard/protocol.ts'

const notice = (state: StateNotice['state'], since: number, rest: Partial<StateNotice> = {}): StateNotice => ({
  type: 'state',
  state,
  since,
  broker: 'simulator',
  feed: 'SIMULATOR',
  ...(rest.symbols ? {} : { exchange: 'NSE', symbol: 'TCS' }),
  ...rest,
})

describe('outages', () => {
  it('are when an instrument is down or stalled, with the newest reason', () => {
    const outages = new Outages()
    for (const one of [
      notice('live', 1),
      notice('suspect', 10, { reason: 'silent for 26 s' }),
      notice('down', 12, { reason: 'closed' }),
      notice('live', 20),
      notice('quiet', 30),
      notice('down', 40),
    ])
      outages.stand(one)
    expect(outages.of('NSE:TCS')).toEqual([
      { from: 10, to: 20, why: 'closed' },
      { from: 40, to: undefined, why: 'the feed was down' },
    ])
  })

  it('are of all instruments of a feed that is spoken of as a whole, and of no other', () => {
    const outages = new Outages()
    outages.stand(notice('live', 1))
    outages.stand(notice('live', 1, { symbol: 'INFY', feed: 'OTHER' }))
    outages.stand(notice('down', 5, { symbols: '*', reason: 'no session' }))
    outages.stand(notice('live', 9, { symbols: '*' }))
    expect(outages.of('NSE:TCS')).toEqual([{ from: 5, to: 9, why: 'no session' }])
    expect(outages.of('NSE:INFY')).toEqual([])
  })

  it('go with an instrument that another feed serves from now on', () => {
    const outages = new Outages()
    outages.stand(notice('live', 1))
    outages.moved({ exchange: 'NSE', symbol: 'TCS', feed: 'OTHER' })
    outages.stand(notice('down', 5, { symbols: '*' }))
    outages.stand(notice('down', 7, { symbols: '*', feed: 'OTHER' }))
    expect(outages.of('NSE:TCS')).toMatchObject([{ from: 7 }])
  })

  it('are of everything while the page is cut off', () => {
    const outages = new Outages()
    outages.stand(notice('down', 30))
    outages.lost(10, 'the page was cut off: broke')
    outages.lost(12, 'the page was cut off: no answer')
    outages.back(20)
    outages.back(25)
    expect(outages.of('NSE:TCS').map(({ from, to }) => [from, to])).toEqual([
      [10, 20],
      [30, undefined],
    ])
    expect(outages.of('NSE:NEW')).toEqual([{ from: 10, to: 20, why: 'the page was cut off: no answer' }])
  })

  it('are forgotten with whoever has left', () => {
    const outages = new Outages()
    outages.stand(notice('down', 10))
    outages.lost(20, 'the page was cut off')
    outages.clear()
    outages.stand(notice('down', 30, { symbols: '*' }))
    expect(outages.of('NSE:TCS')).toEqual([])
  })

  it('do not end before they began, when clocks differ', () => {
    const outages = new Outages()
    outages.lost(100, 'broke')
    outages.back(90)
    expect(outages.of('NSE:TCS')).toMatchObject([{ from: 100, to: 100 }])
  })
})
