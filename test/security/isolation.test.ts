import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { equity, feedRecord, type ProxyRig, startRig } from '../support/proxy.ts'
import { raid } from './isolation.ts'

const ATTEMPTS = 10_000

it('of 10,000 random attempts to subscribe to what is another user’s none gives a frame', async () => {
  const { foreign, examples, own, lent, victim, attempts } = await raid(ATTEMPTS, 7)
  expect({ foreign, examples }).toEqual({ foreign: 0, examples: [] })
  expect(attempts).toBe(ATTEMPTS)
  expect(Math.min(own, lent, victim)).toBeGreaterThan(0)
})

describe('what belongs to another user', () => {
  let rig: ProxyRig

  beforeAll(async () => {
    rig = await startRig({
      symbols: ['ALICEONLY'],
      feeds: [feedRecord('BOBFEED', { userId: 'bob', adapter: 'otherbroker' })],
      lists: { BOBFEED: [equity('RELIANCE')] },
    })
  })
  afterAll(() => rig.close())

  /** What bob is answered; `own`: a word of the other user's, `none`: one of nobody's, as long. */
  const answers = async (message: (word: string) => object, own: string, none: string) => {
    const client = await rig.connect()
    await client.ask({ action: 'authenticate', api_key: rig.keys.bob })
    const texts = []
    for (const word of [own, none]) texts.push((await client.ask(message(word))).text.replaceAll(word, '…'))
    client.close()
    return texts
  }
  const subscribe = (rest: object) => ({ action: 'subscribe', mode: 3, ...rest })
  const item = (rest: object) => subscribe({ symbols: [{ symbol: 'RELIANCE', exchange: 'NSE', ...rest }] })

  it.each<[string, (word: string) => object, string, string]>([
    ['symbol', symbol => subscribe({ symbol, exchange: 'NSE' }), 'ALICEONLY', 'NOBODYCOM'],
    ['symbol in a list', word => subscribe({ symbols: [`NSE:${word}`, 'NSE:RELIANCE'] }), 'ALICEONLY', 'NOBODYCOM'],
    ['symbol with a depth', word => subscribe({ symbols: [`NSE:${word}:20`] }), 'ALICEONLY', 'NOBODYCOM'],
    ['symbol with a place', symbol => item({ symbol, resume: { epoch: 1, seq: 2 } }), 'ALICEONLY', 'NOBODYCOM'],
    ['feed of an item', broker => item({ broker }), 'TESTFEED', 'NONEFEED'],
    ['feed of a message', broker => subscribe({ symbols: ['NSE:RELIANCE'], broker }), 'TESTFEED', 'NONEFEED'],
    ['feed in small letters', broker => item({ broker }), 'testfeed', 'nonefeed'],
    ['broker', broker => item({ broker }), 'testbroker', 'nonebroker'],
    ['feed in a symbol', word => subscribe({ symbols: [`NSE:${word}_NSE_RELIANCE_LTP`] }), 'TESTFEED', 'NONEFEED'],
    ['feed for an exchange', word => subscribe({ symbols: [`${word}:RELIANCE`] }), 'TESTFEED', 'NONEFEED'],
    [
      'symbol to let go of',
      word => ({ action: 'unsubscribe', symbols: [`NSE:${word}`], mode: 1 }),
      'ALICEONLY',
      'NOBODYCOM',
    ],
  ])('is answered like what is nobody’s: %s', async (_, message, own, none) => {
    const [first, second] = await answers(message, own, none)
    expect(first).toBe(second)
    expect(first).not.toContain('testbroker')
  })

  it('is not named among the brokers either', async () => {
    rig.store.feeds.add(feedRecord('ALICE-OWN', { kind: 'external', adapter: 'alice-own' }))
    const client = await rig.connect()
    const before = await client.ask({ action: 'get_supported_brokers' })
    await client.ask({ action: 'authenticate', api_key: rig.keys.bob })
    const after = await client.ask({ action: 'get_supported_brokers' })
    expect(before.text + after.text).not.toContain('alice-own')
    const own = await rig.enter()
    expect((await own.ask({ action: 'get_supported_brokers' })).text).toContain('alice-own')
    for (const one of [client, own]) one.close()
  })
})
