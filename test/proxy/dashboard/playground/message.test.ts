import { describe, expect, it } from 'vitest'
import { ALL_FEATURES, build, EMPTY, problemOf } from '../../../../proxy/dashboard/playground/message.ts'
import { FEATURES } from '../../../../proxy/dashboard/protocol.ts'

const form = { ...EMPTY, symbols: 'NSE:RELIANCE' }

describe('a message that is built', () => {
  it('says no more than was filled in', () => {
    expect(build('subscribe', form).message).toEqual({
      action: 'subscribe',
      symbols: [{ symbol: 'RELIANCE', exchange: 'NSE' }],
      mode: 'Quote',
    })
  })

  it('says all that was filled in, mode and depth once for the whole message', () => {
    const full = {
      ...form,
      symbols: 'nse:TCS:20, NSE_INDEX:NIFTY\nNFO:M&M26NOVFUT',
      mode: 'Depth',
      depth: 20,
      policy: 'latest',
      intervalMs: '250',
      fields: 'ltp volume,depth',
    } as const
    expect(build('subscribe', full).message).toEqual({
      action: 'subscribe',
      symbols: [
        { symbol: 'TCS:20', exchange: 'NSE' },
        { symbol: 'NIFTY', exchange: 'NSE_INDEX' },
        { symbol: 'M&M26NOVFUT', exchange: 'NFO' },
      ],
      mode: 'Depth',
      depth: 20,
      policy: 'latest',
      interval_ms: 250,
      fields: ['ltp', 'volume', 'depth'],
    })
    expect(build('unsubscribe', { ...full, symbols: 'NSE:TCS' }).message).toEqual({
      action: 'unsubscribe',
      symbols: [{ symbol: 'TCS', exchange: 'NSE' }],
      mode: 'Depth',
    })
  })

  it.each([
    [{ symbols: '' }, /Name an instrument/],
    [{ symbols: 'RELIANCE' }, /not EXCHANGE:SYMBOL/],
    [{ symbols: 'NSE:' }, /not EXCHANGE:SYMBOL/],
    [{ intervalMs: '0' }, /1 to 60000/],
    [{ intervalMs: '2.5' }, /1 to 60000/],
    [{ intervalMs: '100', policy: 'every' }, /contradict/],
  ] as const)('is refused before it is sent: %j', (part, words) => {
    expect(build('subscribe', { ...form, ...part }).problem).toMatch(words)
  })

  it('offers every feature that the page itself asks for', () => {
    expect(ALL_FEATURES).toEqual(expect.arrayContaining([...FEATURES]))
  })
})

describe('any message', () => {
  it('is one JSON object without a key', () => {
    expect(problemOf('{"action":"ping"}')).toBeUndefined()
    expect(problemOf(' ')).toMatch(/Nothing/)
    expect(problemOf('{"action":')).toMatch(/JSON/)
    expect(problemOf('[1]')).toMatch(/one JSON object/)
    expect(problemOf('null')).toMatch(/one JSON object/)
    expect(problemOf('{"action":"authenticate","api_key":"x"}')).toMatch(/key/)
  })
})
