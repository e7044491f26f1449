import { describe, expect, it } from 'vitest'
import { parseMessage } from '../../proxy/protocol.ts'
import { quirksOf } from '../../proxy/quirks.ts'
import { readSymbols } from '../../proxy/symbols.ts'
import { SAMPLE_KEY } from '../support/clientraw.ts'

const KNOWN = { authenticated: true, maxSymbols: 100 }

const parse = (message: object, reader = KNOWN) => parseMessage(JSON.stringify(message), reader)
const TCS = { symbol: 'TCS', exchange: 'NSE' }

/** Of the processor: the machine may have other things to do. */
function millisecondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

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
    const before = process.cpuUsage()
    const symbols = readSymbols(fields, 100) ?? []
    expect(millisecondsSince(before)).toBeLessThan(200)
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

describe('the wishes of a subscription', () => {
  const LATEST = { policy: 'latest', intervalMs: undefined, fields: undefined }
  const PLACE = { epoch: 1_795_220_416_120, seq: 41 }
  const symbolsOf = (fields: object) => {
    const parsed = parse({ action: 'subscribe', ...fields })
    return parsed.kind === 'request' && parsed.request.action === 'subscribe' ? parsed.request.symbols : parsed
  }

  it('of a message are those of its items, of texts and of the single form, unless an item has its own', () => {
    const wish = { delivery: LATEST, resume: PLACE }
    const said = { policy: 'latest', resume: PLACE }
    const item = (symbol: string, form = 'item') => ({ form, symbol, exchange: 'NSE' })
    expect(symbolsOf({ ...said, ...TCS })).toEqual([{ ...item('TCS', 'single'), ...wish }])
    expect(symbolsOf({ ...said, symbols: 'NSE:A,NSE:B' })).toEqual(
      [item('A'), item('B')].map(one => ({ ...one, ...wish })),
    )
    expect(
      symbolsOf({ ...said, symbols: ['NSE:A', TCS, { ...TCS, interval_ms: 9, resume: { epoch: 1, seq: 0 } }] }),
    ).toEqual([
      { ...item('A'), ...wish },
      { ...item('TCS'), ...wish },
      { ...item('TCS'), delivery: { ...LATEST, intervalMs: 9 }, resume: { epoch: 1, seq: 0 } },
    ])
  })

  it('are absent when nothing is asked', () => {
    expect(symbolsOf({ symbols: [TCS], resume: null })).toEqual([{ form: 'item', ...TCS }])
  })

  const BAD = 'Invalid resume: give {"epoch":…,"seq":…} of the last frame you have, both whole numbers, or leave it out'
  const RESUMES = [
    {},
    [],
    'there',
    5,
    { epoch: 1 },
    { epoch: 1, seq: -1 },
    { epoch: 1, seq: '2' },
    { epoch: 0.5, seq: 1 },
  ]
  it.each(RESUMES)('are refused where they stand, in the item or for the whole message: resume %j', resume => {
    expect(symbolsOf({ symbols: [TCS, { ...TCS, resume }] })).toEqual([
      { form: 'item', ...TCS },
      { form: 'item', ...TCS, problem: BAD },
    ])
    expect(symbolsOf({ ...TCS, resume })).toMatchObject({ refusal: { code: 'INVALID_PARAMETERS', message: BAD } })
  })

  it('are refused with a suggestion only so often: thousands of misspellings cost little', () => {
    const items = Array.from({ length: 5000 }, (_, nth) => ({ ...TCS, fields: [`last_trade_quantit${nth}`] }))
    const before = process.cpuUsage()
    const symbols = readSymbols({ symbols: items }, 5000, {}) ?? []
    expect(millisecondsSince(before)).toBeLessThan(200)
    const helped = symbols.filter(({ problem }) => problem?.includes('did you mean last_trade_quantity'))
    expect(helped).toEqual(symbols.slice(0, 8))
    expect(symbols.every(({ problem }, nth) => problem?.startsWith(`Unknown field last_trade_quantit${nth}`))).toBe(
      true,
    )
  })

  it('are nothing to an unsubscribe, which may say them out of habit', () => {
    const message = { action: 'unsubscribe', symbols: [{ ...TCS, policy: 'lates', resume: 7 }], fields: 3 }
    expect(parse(message)).toMatchObject({ kind: 'request', request: { symbols: [{ form: 'item', ...TCS }] } })
  })
})

describe('the features of authenticate', () => {
  it('are undefined when not mentioned, and refused when they are no array', () => {
    expect(parse({ action: 'auth', api_key: 'k' })).toMatchObject({ request: { key: 'k', features: undefined } })
    expect(parse({ action: 'auth', api_key: 'k', features: ['gap'] })).toMatchObject({
      request: { features: { gap: true, seq: false } },
    })
    const refused = parse({ action: 'auth', api_key: 'k', features: 'gap', request_id: 1 })
    expect(refused).toMatchObject({ refusal: { code: 'INVALID_PARAMETERS' }, requestId: '1' })
  })
})

describe('quirks', () => {
  it('are known by the handshake alone', () => {
    expect(quirksOf(SAMPLE_KEY)).toEqual({ oneFramePerWrite: true })
    for (const key of [undefined, '', 'AAAA']) expect(quirksOf(key)).toEqual({ oneFramePerWrite: false })
  })
})
