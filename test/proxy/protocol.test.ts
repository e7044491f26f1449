import { describe, expect, it } from 'vitest'
import { parseMessage } from '../../proxy/protocol.ts'
import { quirksOf } from '../../proxy/quirks.ts'
import { readSymbols } from '../../proxy/symbols.ts'
import { systemClock } from '../../shared/clock.ts'
import { SAMPLE_KEY } from '../support/clientraw.ts'

const KNOWN = { authenticated: true, maxSymbols: 100 }

const parse = (message: object, reader = KNOWN) => parseMessage(JSON.stringify(message), reader)
const TCS = { symbol: 'TCS', exchange: 'NSE' }

describe('a message', () => {
  it('is read by its action, and by its type only when it has no action', () => {
    expect(parse({ action: 'ping', type: 'subscribe' })).toMatchObject({ request: { action: 'ping' } })
    expect(parse({ type: 'unsubscribe_all' })).toMatchObject({ request: { action: 'unsubscribe_all' } })
    expect(parse({ action: 'ping', type: 'pong' }).kind).toBe('request')
  })

  const DEPTHS: readonly (readonly [fields: object, depth: number])[] = [
    [{ depth: 20 }, 20],
    [{ depth_level: 30 }, 30],
    [{ depth: 5, depth_level: 30 }, 5],
    [{ depth: '20' }, 20],
    [{}, 5],
    ...[0, -1, 2.5, 'x', '', null, {}].map(depth => [{ depth }, 5] as const),
  ]
  it.each(DEPTHS)('names its depth: %o', (fields, depth) => {
    expect(parse({ action: 'subscribe', ...TCS, ...fields })).toMatchObject({ request: { depth } })
  })

  it('is not read further before authentication when it wants something', () => {
    for (const message of [{ action: 'subscribe' }, { action: 'unsubscribe', ...TCS, mode: 9 }])
      expect(parse(message, { ...KNOWN, authenticated: false })).toMatchObject({
        refusal: { code: 'NOT_AUTHENTICATED' },
      })
    expect(parse({ action: 'fly' }, { ...KNOWN, authenticated: false })).toMatchObject({
      refusal: { code: 'INVALID_ACTION' },
    })
  })
})

describe('the symbols of a message', () => {
  const item = (symbol: string, exchange = 'NSE') => ({ form: 'item', symbol, exchange })
  it.each([
    ['objects', { symbols: [TCS] }, [item('TCS')]],
    ['objects with a mode', { symbols: [{ ...TCS, mode: 'ltp' }] }, [{ ...item('TCS'), mode: 'LTP' }]],
    [
      'objects with a bad mode',
      { symbols: [{ ...TCS, mode: null }] },
      [{ ...item('TCS'), badMode: 'Invalid mode null; expected 1 (LTP), 2 (Quote), or 3 (Depth)' }],
    ],
    ['texts', { symbols: ['NSE:TCS', ' NSE_INDEX:Nifty 50 '] }, [item('TCS'), item('Nifty 50', 'NSE_INDEX')]],
    ['a list in a text', { symbols: ['NSE:A,NSE:B'] }, [item('A'), item('B')]],
    ['a list for symbols', { symbols: 'NSE:A, BSE:B' }, [item('A'), item('B', 'BSE')]],
    ['a text with a suffix', { symbols: ['NSE:TCS:20'] }, [item('TCS:20')]],
    ['one symbol', TCS, [{ ...item('TCS'), form: 'single' }]],
    ['one symbol with a suffix', { symbol: 'TCS:20', exchange: 'NSE' }, [{ ...item('TCS:20'), form: 'single' }]],
    ['a list for symbol', { symbol: 'NSE:A,NSE:B' }, [item('A'), item('B')]],
    ['instruments', { instruments: ['NSE:TCS'] }, [item('TCS')]],
    ['symbols before the single form', { symbols: ['NSE:A'], ...TCS }, [item('A')]],
  ])('are read from %s', (_, fields, symbols) => {
    expect(readSymbols(fields, 100)).toEqual(symbols)
  })

  it.each([{}, { symbols: [] }, { symbols: '' }, { symbols: 7 }, { symbol: 'TCS' }, { symbol: 1, exchange: 'NSE' }])(
    'are not there in %o',
    fields => {
      expect(readSymbols(fields, 100)).toBeUndefined()
    },
  )

  it.each(['TCS', 'NSE:', ':TCS', '', 'a b:TCS'])('are not read from the text %j', text => {
    expect(readSymbols({ symbols: [text] }, 100)).toMatchObject([
      { symbol: text, problem: expect.stringContaining('EXCHANGE:SYMBOL') },
    ])
  })
})

describe('a message of the worst kind', () => {
  /** Microseconds per character would be seconds of everybody's time. */
  const quickly = (fields: Readonly<Record<string, unknown>>) => {
    const from = systemClock.monotonic()
    const symbols = readSymbols(fields, 100) ?? []
    expect(systemClock.monotonic() - from).toBeLessThan(200)
    return symbols
  }

  it.each([
    ['a text of blanks', `a:${' '.repeat(1_000_000)}x`, 1],
    ['a text of commas', ','.repeat(1_000_000), 101],
    ['a text of colons', ':'.repeat(1_000_000), 1],
  ])('is read in no time: %s', (_, symbols, count) => {
    expect(quickly({ symbols })).toHaveLength(count)
    expect(quickly({ symbols: [symbols] })).toHaveLength(count)
  })

  it('is read up to one above the limit', () => {
    expect(quickly({ symbols: Array.from({ length: 200_000 }, () => TCS) })).toHaveLength(101)
    const { kind } = parse({ action: 'unsubscribe', mode: 9, symbols: ','.repeat(1000) })
    expect(kind).toBe('refusal')
  })
})

describe('quirks', () => {
  it('are known by the handshake alone', () => {
    expect(quirksOf(SAMPLE_KEY)).toEqual({ oneFramePerWrite: true })
    for (const key of [undefined, '', 'AAAA']) expect(quirksOf(key)).toEqual({ oneFramePerWrite: false })
  })
})
