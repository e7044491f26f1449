import { describe, expect, it } from 'vitest'
import { createCatalogue, indexInstruments } from '../../../adapters/runtime/catalogue.ts'
import { Subscriptions } from '../../../adapters/runtime/subscriptions.ts'
import type { Union } from '../../../adapters/runtime/union.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { SET_EXPIRY_MS } from '../../../shared/control.ts'
import { FEED, RELIANCE, TCS, topicOf } from './rig.ts'

function open() {
  const clock = new ManualClock()
  const instruments = [RELIANCE, TCS]
  const catalogue = createCatalogue({
    feed: FEED,
    broker: 'testbroker',
    modes: ['LTP', 'QUOTE'],
    find: indexInstruments('testbroker', instruments),
  })
  const subscriptions = new Subscriptions(catalogue, clock)
  const receive = (proxy: string, revision: number, topics: string[], resync = 0) => {
    const change = subscriptions.receive({ version: 1, feed: FEED, proxy, revision, resync, topics })
    const names = (targets: readonly { topic: string }[] = []) => targets.map(({ topic }) => topic)
    return change && { added: names(change.added), dropped: names(change.dropped), snapshots: names(change.snapshots) }
  }
  return { clock, subscriptions, receive }
}

const shown = (union: Union) => [...union].map(([{ symbol }, mode]) => [symbol, mode])

describe('a set', () => {
  it('changes a lane by what it holds more and less than the one before', () => {
    const { receive } = open()
    receive('P1', 1, [topicOf('RELIANCE')])
    expect(receive('P1', 2, [topicOf('TCS')])).toEqual({
      added: [topicOf('TCS')],
      dropped: [topicOf('RELIANCE')],
      snapshots: [topicOf('TCS')],
    })
  })

  it('holds a topic once, however often it names it', () => {
    const { receive } = open()
    expect(receive('P1', 1, [topicOf('TCS'), topicOf('TCS')])?.added).toEqual([topicOf('TCS')])
  })

  it('is done with when it is older or the same', () => {
    const { receive } = open()
    receive('P1', 5, [topicOf('TCS')])
    expect(receive('P1', 5, [topicOf('TCS')])).toBeUndefined()
    expect(receive('P1', 4, [])).toBeUndefined()
  })

  it('that was not the proxy’s ends in time, though the proxy goes on with what it wants', () => {
    const { clock, subscriptions, receive } = open()
    receive('P1', 5, [topicOf('TCS')])
    receive('P1', Number.MAX_SAFE_INTEGER, [])
    for (let passed = 0; passed <= SET_EXPIRY_MS; passed += 2000) {
      expect(receive('P1', 5, [topicOf('TCS')])).toBeUndefined()
      clock.advance(2000)
      subscriptions.expire()
    }
    expect(receive('P1', 5, [topicOf('TCS')])?.added).toEqual([topicOf('TCS')])
  })

  it('asks for all its snapshots when resync changed', () => {
    const { receive } = open()
    receive('P1', 1, [topicOf('TCS')])
    expect(receive('P1', 1, [topicOf('TCS')], 1)).toEqual({ added: [], dropped: [], snapshots: [topicOf('TCS')] })
  })

  it('is forgotten after silence, not before, and repeating it is no silence', () => {
    const { clock, receive, subscriptions } = open()
    receive('P1', 1, [topicOf('TCS')])
    clock.advance(SET_EXPIRY_MS - 1)
    expect(subscriptions.expire()).toEqual([])
    receive('P1', 1, [topicOf('TCS')])
    clock.advance(SET_EXPIRY_MS - 1)
    expect(subscriptions.expire()).toEqual([])
    clock.advance(1)
    expect(subscriptions.expire()).toMatchObject([{ proxy: 'P1', dropped: [{ topic: topicOf('TCS') }] }])
    expect(subscriptions.instruments().size).toBe(0)
  })
})

describe('a topic that cannot be served', () => {
  it.each([
    ['OTHER_NSE_TCS_LTP', 'TOPIC_MALFORMED', 'names OTHER'],
    ['nonsense', 'TOPIC_MALFORMED', 'no feed name'],
    [`${FEED}_NSE_TCS_PRICE`, 'TOPIC_MALFORMED', 'no mode'],
    [`${FEED}_NSE_UNKNOWN_LTP`, 'INSTRUMENT_UNKNOWN', 'NSE:UNKNOWN'],
    [`${FEED}_BSE_TCS_LTP`, 'INSTRUMENT_UNKNOWN', 'BSE:TCS'],
    [`${FEED}_NSE_TCS_BOOK20`, 'MODE_NOT_OFFERED', 'offers LTP, QUOTE'],
  ])('%s is rejected as %s', (topic, code, reason) => {
    const { receive, subscriptions } = open()
    expect(receive('P1', 1, [topic, topicOf('TCS')])?.added).toEqual([topicOf('TCS')])
    expect(subscriptions.rejected()).toEqual([{ topic, code, reason: expect.stringContaining(reason) }])
  })

  it('is listed no longer when the set no longer holds it', () => {
    const { receive, subscriptions } = open()
    receive('P1', 1, ['nonsense'])
    receive('P1', 2, [])
    expect(subscriptions.rejected()).toEqual([])
  })

  it('is one of at most 200 that are listed', () => {
    const { receive, subscriptions } = open()
    for (const proxy of ['P1', 'P2'])
      receive(
        proxy,
        1,
        Array.from({ length: 150 }, (_, number) => `${FEED}_NSE_X${number}_LTP`),
      )
    expect(subscriptions.rejected()).toHaveLength(200)
  })
})

describe('the union', () => {
  it('holds each instrument once, with the highest mode anyone wants', () => {
    const { receive, subscriptions } = open()
    receive('P1', 1, [topicOf('RELIANCE'), topicOf('TCS', 'QUOTE')])
    receive('P2', 1, [topicOf('RELIANCE', 'QUOTE'), topicOf('TCS')])
    expect(shown(subscriptions.instruments())).toEqual([
      ['RELIANCE', 'QUOTE'],
      ['TCS', 'QUOTE'],
    ])
    receive('P2', 2, [])
    expect(shown(subscriptions.instruments())).toEqual([
      ['RELIANCE', 'LTP'],
      ['TCS', 'QUOTE'],
    ])
  })

  it('counts who subscribes to one topic on the bus, but not who listens to everything', () => {
    const { subscriptions } = open()
    expect(subscriptions.demand('', true)).toBe('prefix')
    expect(subscriptions.instruments().size).toBe(0)
    subscriptions.demand(`${topicOf('TCS')}\0`, true)
    expect(shown(subscriptions.instruments())).toEqual([['TCS', 'LTP']])
    subscriptions.demand(`${topicOf('TCS')}\0`, false)
    expect(subscriptions.instruments().size).toBe(0)
  })
})
