import { describe, expect, it } from 'vitest'
import { LISTED, openSession, told } from './sessionrig.ts'

describe('an instrument whose values were forgotten', () => {
  const QUOTE_SOURCES = { sources: { LTP: ['top'], QUOTE: ['top'] } }

  it('is asked for anew when it is wanted again before the broker has heard that it was not', async () => {
    const session = openSession({ broker: QUOTE_SOURCES })
    session.live()
    session.want('A:QUOTE')
    session.broker.last.say('top A 100')
    session.want()
    session.want('A:QUOTE')
    await session.pass(2000)
    expect(told(session)).toEqual(['sub QUOTE A', 'drop A', 'sub QUOTE A'])
  })

  it('is asked for anew when the list says something else of it', async () => {
    const session = openSession({ broker: QUOTE_SOURCES })
    session.live()
    session.want('A:QUOTE', 'B:QUOTE')
    session.broker.last.say('top A 100')
    session.relist(LISTED.map(one => (one.symbol === 'A' ? { ...one, lotSize: 75 } : one)))
    await session.pass(2000)
    expect(told(session)).toEqual(['sub QUOTE A,B', 'drop A', 'sub QUOTE A'])
    session.broker.last.say('top A 101; more A 5')
    session.clock.advance(2)
    expect(session.bus.lane('P1').at(-1)).toMatchObject({ frame: { data: { ltp: 101, volume: 5 } } })
  })
})
