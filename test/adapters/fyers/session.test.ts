import { describe, expect, it } from 'vitest'
import type { Failure, Frame } from '../../../adapters/contract.ts'
import { limits, session } from '../../../adapters/fyers/session.ts'
import { settings } from '../../../adapters/fyers/settings.ts'
import type { Ticket } from '../../../adapters/fyers/ticket.ts'

const defaults = settings.parse({})
const ticket: Ticket = { app_id: 'ABCD1234-100', access_token: 'head.body.tail', hsm_key: 'key-of-the-socket' }
const SBIN = 'nse_cm|3045'
const NIFTY = 'nse_cm|Nifty 50'

const FULL = 11
const LITE = 12

/** What a frame asks for, in words. */
function say(frame: Frame): string {
  const bytes = Buffer.from(frame as Uint8Array)
  const type = bytes.readUInt8(2)
  if (type === 8) return `resume ${Math.log2(Number(bytes.readBigUInt64BE(7)))}`
  const verb = { 4: 'subscribe', 5: 'unsubscribe' }[type] ?? `type ${type}`
  const topics: string[] = []
  let at = 9
  for (let read = 0; read < bytes.readUInt16BE(7); read++) {
    const end = at + 1 + bytes.readUInt8(at)
    topics.push(bytes.toString('latin1', at + 1, end))
    at = end
  }
  return `${verb} ${topics.join(' ')} on ${bytes.readUInt8(at + 3)}`
}

const said = (frames: readonly Frame[]): string[] => frames.map(say)

describe('a session on the price socket', () => {
  it('dials without any header, and begins with the key', () => {
    const { url, headers, hello } = session.dial(defaults, ticket)
    expect(url).toBe('wss://socket.fyers.in/hsm/v1-5/prod')
    expect(headers).toBeUndefined()
    expect(hello).toHaveLength(1)
    expect(Buffer.from((hello?.[0] ?? '') as Uint8Array).toString('latin1')).toContain('key-of-the-socket')
    expect(session.dial({ ...defaults, stream_url: 'ws://127.0.0.1:9500/x' }, ticket).url).toBe('ws://127.0.0.1:9500/x')
  })

  it('asks for last prices on the lite channel and for everything else on the full one', () => {
    expect(said(session.subscribe([SBIN, NIFTY], 'LTP'))).toEqual([
      `subscribe sf|${SBIN} if|${NIFTY} on ${LITE}`,
      `resume ${LITE}`,
    ])
    expect(said(session.subscribe([SBIN, NIFTY], 'QUOTE'))).toEqual([
      `subscribe sf|${SBIN} if|${NIFTY} on ${FULL}`,
      `resume ${FULL}`,
    ])
  })

  it('asks for the price beside a book, and for no book of an index', () => {
    for (const mode of ['DEPTH', 'BOOK20', 'BOOK50'] as const) {
      expect(said(session.subscribe([SBIN, NIFTY], mode))[0]).toBe(
        `subscribe sf|${SBIN} if|${NIFTY} dp|${SBIN} on ${FULL}`,
      )
      expect(said(session.unsubscribe([SBIN], mode))).toEqual([`unsubscribe sf|${SBIN} dp|${SBIN} on ${FULL}`])
    }
  })

  it('moves topics between the channels, and lets only the book come and go on one', () => {
    expect(said(session.change([SBIN], 'LTP', 'DEPTH'))).toEqual([
      `unsubscribe sf|${SBIN} on ${LITE}`,
      `subscribe sf|${SBIN} dp|${SBIN} on ${FULL}`,
      `resume ${FULL}`,
    ])
    expect(said(session.change([SBIN], 'DEPTH', 'LTP'))).toEqual([
      `unsubscribe sf|${SBIN} dp|${SBIN} on ${FULL}`,
      `subscribe sf|${SBIN} on ${LITE}`,
      `resume ${LITE}`,
    ])
    expect(said(session.change([SBIN, NIFTY], 'QUOTE', 'DEPTH'))).toEqual([
      `subscribe dp|${SBIN} on ${FULL}`,
      `resume ${FULL}`,
    ])
    expect(said(session.change([SBIN, NIFTY], 'DEPTH', 'QUOTE'))).toEqual([`unsubscribe dp|${SBIN} on ${FULL}`])
    expect(session.change([NIFTY], 'QUOTE', 'DEPTH')).toEqual([])
  })

  it('names no more than 1,500 topics in a message', () => {
    const tokens = Array.from({ length: limits.instrumentsPerMessage }, (_, at) => `nse_fo|${100_000 + at}`)
    const counts = (frames: readonly Frame[]) =>
      frames
        .map(frame => Buffer.from(frame as Uint8Array))
        .filter(bytes => bytes.readUInt8(2) === 4)
        .map(bytes => bytes.readUInt16BE(7))
    expect(counts(session.subscribe(tokens, 'QUOTE'))).toEqual([1500])
    expect(counts(session.subscribe(tokens, 'DEPTH'))).toEqual([1500, 1500])
    const long = Array.from({ length: 1500 }, (_, at) => `bse_cm|${'X'.repeat(60)}${at}`)
    for (const frame of session.subscribe(long, 'QUOTE')) expect((frame as Uint8Array).length).toBeLessThan(65_535)
    expect(counts(session.subscribe(long, 'QUOTE')).reduce((sum, count) => sum + count)).toBe(1500)
  })

  it('asks nothing for no tokens', () => {
    expect([
      ...session.subscribe([], 'DEPTH'),
      ...session.change([], 'LTP', 'QUOTE'),
      ...session.unsubscribe([], 'LTP'),
    ]).toEqual([])
  })

  it('pings in the vendor’s way, which nothing answers, and in that of WebSockets, whose answers count', () => {
    expect(session.heartbeat.send).toEqual({ everyMs: 10_000, frame: Uint8Array.of(0, 1, 11) })
    expect(session.heartbeat.probeMs).toBeLessThan(session.heartbeat.suspectMs)
  })
})

const handshake = (status: number, body = ''): Failure => ({ kind: 'handshake', status, body })

describe('an end of the connection', () => {
  it.each([
    [401, 'SESSION_EXPIRED'],
    [403, 'SESSION_EXPIRED'],
    [404, 'BROKER_REFUSED'],
    [429, 'BROKER_RATE_LIMITED'],
    [500, 'BROKER_UNREACHABLE'],
    [503, 'BROKER_UNREACHABLE'],
  ])('by HTTP %i in place of a socket is %s', (status, code) => {
    expect(session.classify(handshake(status))).toMatchObject({ code })
  })

  it('by a login that is refused needs another login', () => {
    expect(session.classify({ kind: 'refused', reason: 'the key is not taken' })).toMatchObject({
      code: 'SESSION_EXPIRED',
      retry: 'after-login',
      next: 'tickwire account login fyers',
    })
  })

  it('by itself, or of the network, is a broker that is not reached', () => {
    expect(session.classify({ kind: 'closed', code: 1006, reason: '' })).toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: 'Fyers closed the connection (1006)',
    })
    const silent = session.classify({ kind: 'network', reason: 'no answer to the handshake within 7 s' })
    expect(silent).toMatchObject({ code: 'BROKER_UNREACHABLE', next: expect.stringContaining('account login fyers') })
  })

  it('tells the words of the server without any token in them', () => {
    const body = JSON.stringify({ s: 'error', code: -16, message: 'token eyJ0eXAi0Q.eyJpc3Mi1A.sig-nature is\nspent' })
    expect(session.classify(handshake(401, body)).message).toBe(
      'Fyers refused the connection with HTTP 401, code -16: token [redacted] is spent',
    )
  })
})
