import { describe, expect, it } from 'vitest'
import { settings } from '../../../adapters/fyers/settings.ts'
import { books } from '../../../adapters/fyers/tbt.ts'
import type { Failure } from '../../../adapters/stream.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { TOPIC_MODES } from '../../../shared/market/mode.ts'
import { booksMessage } from '../../emulators/fyers/booksmessage.ts'

const { session, limits } = books
const ticket = { app_id: 'ABCD1234-100', access_token: 'header.claims.signature', hsm_key: 'k' }

const instrument = (exchange: Instrument['exchange'], brokerSymbol: string, kind: Instrument['kind'] = 'EQ') =>
  ({ exchange, symbol: brokerSymbol, token: 'nse_cm|3045', brokerSymbol, name: '', kind }) satisfies Instrument

const resume = { type: 2, data: { resumeChannels: ['1'], pauseChannels: [] } }
const request = (subs: 1 | -1, ...symbols: string[]) => ({
  type: 1,
  data: { subs, symbols, mode: 'depth', channel: '1' },
})
const sent = (frames: readonly (string | Uint8Array)[]) => frames.map(frame => JSON.parse(String(frame)) as unknown)

describe('the socket of deep books', () => {
  it('is dialled with the token in the header, and not in the address', () => {
    expect(session.dial(settings.parse({}), ticket)).toEqual({
      url: 'wss://rtsocket-api.fyers.in/versova',
      headers: { Authorization: 'ABCD1234-100:header.claims.signature' },
    })
    const mock = settings.parse({ books_url: 'ws://127.0.0.1:9400/versova' })
    expect(session.dial(mock, ticket).url).toBe('ws://127.0.0.1:9400/versova')
  })

  it('is asked by ticker, and its channel, which begins paused, is resumed after that', () => {
    expect(sent(session.subscribe(['NSE:SBIN-EQ', 'NSE:NIFTY26NOVFUT'], 'BOOK50'))).toEqual([
      request(1, 'NSE:SBIN-EQ', 'NSE:NIFTY26NOVFUT'),
      resume,
    ])
    expect(sent(session.unsubscribe(['NSE:SBIN-EQ'], 'BOOK50'))).toEqual([request(-1, 'NSE:SBIN-EQ')])
    expect(session.change(['NSE:SBIN-EQ'], 'BOOK20', 'BOOK50')).toEqual([])
    expect([...session.subscribe([], 'BOOK50'), ...session.unsubscribe([], 'BOOK50')]).toEqual([])
  })

  it('names shares and derivatives by their tickers', () => {
    expect(books.tokenOf?.(instrument('NSE', 'M&M-EQ'))).toBe('NSE:M&M-EQ')
    expect(books.tokenOf?.(instrument('NFO', 'NIFTY26NOVFUT', 'FUT'))).toBe('NSE:NIFTY26NOVFUT')
  })

  it('carries every deep book of the NSE as fifty levels, and nothing else', () => {
    const carried = (of: Instrument) => TOPIC_MODES.map(mode => books.carries?.(of, mode))
    const deep = [undefined, undefined, undefined, 'BOOK50', 'BOOK50', 'BOOK50']
    expect(carried(instrument('NSE', 'SBIN-EQ'))).toEqual(deep)
    expect(carried(instrument('NFO', 'NIFTY26NOVFUT', 'FUT'))).toEqual(deep)
    const none = TOPIC_MODES.map(() => undefined)
    for (const exchange of ['BSE', 'BFO', 'CDS', 'MCX', 'NCO'] as const)
      expect(carried(instrument(exchange, 'X'))).toEqual(none)
    expect(carried(instrument('NSE_INDEX', 'NIFTY50-INDEX', 'INDEX'))).toEqual(none)
  })

  it('asks for no more than the documentation allows', () => {
    expect(limits).toMatchObject({ connections: 3, instrumentsPerConnection: 5 })
    expect(limits.instrumentsPerMessage).toBeLessThanOrEqual(5)
  })

  it('says its ping as text, twice at least before silence counts', () => {
    const { send, suspectMs, deadMs } = session.heartbeat
    expect(send?.frame).toBe('ping')
    expect((send?.everyMs ?? 0) * 2).toBeLessThan(suspectMs)
    expect(deadMs).toBeGreaterThan(suspectMs)
  })

  it('asks for a book anew by letting it go and subscribing it again', () => {
    const decode = books.createDecoder()
    const message = (sequence: number, snapshot: boolean) =>
      booksMessage({ type: 6, snapshot, feeds: [{ ticker: 'NSE:SBIN-EQ', sequence, depth: {} }] })
    decode(message(1, true), 0)
    const frames = decode(message(5, false), 0).flatMap(signal => (signal.kind === 'reply' ? [signal.frame] : []))
    expect(sent(frames)).toEqual([request(-1, 'NSE:SBIN-EQ'), request(1, 'NSE:SBIN-EQ'), resume])
  })
})

const handshake = (status: number, body = ''): Failure => ({ kind: 'handshake', status, body })

describe('an end of the socket of deep books', () => {
  it.each([
    [401, 'SESSION_EXPIRED'],
    // The login may be good: this socket is sold apart.
    [403, 'CREDENTIALS_REJECTED'],
    [404, 'BROKER_REFUSED'],
    [429, 'BROKER_RATE_LIMITED'],
    [502, 'BROKER_UNREACHABLE'],
  ])('by HTTP %i is %s', (status, code) => {
    expect(session.classify(handshake(status))).toMatchObject({ code })
    expect(session.classify(handshake(status)).message).toMatch(`the deep books with HTTP ${status}`)
  })

  it('for want of the entitlement says where to look, and what goes on without it', () => {
    expect(session.classify(handshake(403)).next).toMatch(/50-level market depth.*five levels go on/)
  })

  it('by a close or the network tells why, and no token', () => {
    const token = 'eyJhbGciOiJIUzI1NiJ9.eyJmeV9pZCI6IlhBIn0.c2lnbmF0dXJl'
    const failures: Failure[] = [
      { kind: 'closed', code: 1001, reason: `going\naway ${token}` },
      { kind: 'closed', code: 1006, reason: '' },
      { kind: 'network', reason: 'ECONNREFUSED' },
      { kind: 'refused', reason: 'no' },
    ]
    expect(failures.map(failure => session.classify(failure).message)).toEqual([
      'Fyers closed the socket of deep books (1001: going away [redacted])',
      'Fyers closed the socket of deep books (1006)',
      'No connection to the deep books of Fyers: ECONNREFUSED',
      'Fyers ended the session of deep books: no',
    ])
    expect(new Set(failures.map(failure => session.classify(failure).retry))).toEqual(new Set(['backoff']))
  })
})
