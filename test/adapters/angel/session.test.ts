import { describe, expect, it } from 'vitest'
import { session } from '../../../adapters/angel/session.ts'
import { settings } from '../../../adapters/angel/settings.ts'
import type { Failure } from '../../../adapters/contract.ts'
import type { TopicMode } from '../../../shared/market/mode.ts'

const ticket = { api_key: 'keyOfApp', client_code: 'A123456', jwt_token: 'jwt.of.it', feed_token: 'feed.of.it' }
const TOKENS = ['1|2885', '2|47163', '1|99926000']

/** What frames ask, without their id. */
const read = (frames: readonly unknown[]) =>
  frames.map(frame => {
    const { action, params } = JSON.parse(String(frame)) as { action: number; params: { mode: number } }
    return `${action === 1 ? 'subscribe' : 'unsubscribe'} ${params.mode}`
  })

describe('a session with Angel One', () => {
  it('shows all four texts in headers, none in the address', () => {
    expect(session.dial(settings.parse({}), ticket)).toEqual({
      url: 'wss://smartapisocket.angelone.in/smart-stream',
      headers: {
        Authorization: 'Bearer jwt.of.it',
        'x-api-key': 'keyOfApp',
        'x-client-code': 'A123456',
        'x-feed-token': 'feed.of.it',
      },
    })
  })

  it('asks for tokens as texts, grouped by their exchange', () => {
    expect(session.subscribe(TOKENS, 'DEPTH').map(frame => JSON.parse(String(frame)) as unknown)).toEqual([
      {
        correlationID: 'tws3000003',
        action: 1,
        params: {
          mode: 3,
          tokenList: [
            { exchangeType: 1, tokens: ['2885', '99926000'] },
            { exchangeType: 2, tokens: ['47163'] },
          ],
        },
      },
    ])
  })

  it.each([
    ['LTP', ['subscribe 1']],
    ['QUOTE', ['subscribe 2']],
    ['DEPTH', ['subscribe 3']],
    ['BOOK20', ['subscribe 3', 'subscribe 4']],
  ] as const)('subscribes %s as %j', (mode, asked) => {
    expect(read(session.subscribe(TOKENS, mode))).toEqual(asked)
    expect(read(session.unsubscribe(TOKENS, mode))).toEqual(asked.map(one => `un${one}`))
  })

  it.each([
    ['LTP', 'QUOTE', ['unsubscribe 1', 'subscribe 2']],
    ['DEPTH', 'LTP', ['unsubscribe 3', 'subscribe 1']],
    ['DEPTH', 'BOOK20', ['subscribe 4']],
    ['BOOK20', 'DEPTH', ['unsubscribe 4']],
    ['BOOK20', 'QUOTE', ['unsubscribe 3', 'unsubscribe 4', 'subscribe 2']],
  ] as const)('changes %s to %s by ending the old first: %j', (from, to, asked) => {
    expect(read(session.change(TOKENS, from, to))).toEqual(asked)
  })

  it('names every request by ten letters and digits', () => {
    const many = Array.from({ length: 1000 }, (_, at) => `1|${at}`)
    for (const mode of ['LTP', 'QUOTE', 'DEPTH', 'BOOK20'] as const satisfies readonly TopicMode[])
      for (const frame of [...session.subscribe(many, mode), ...session.unsubscribe(many, mode)])
        expect((JSON.parse(String(frame)) as { correlationID: string }).correlationID).toMatch(/^[a-zA-Z0-9]{10}$/)
  })

  it('asks nothing for no tokens', () => {
    const frames = [session.subscribe([], 'LTP'), session.change([], 'LTP', 'QUOTE'), session.unsubscribe([], 'BOOK20')]
    expect(frames.flat()).toEqual([])
  })

  it('pings three times before the broker gives up, and gives up itself after two missing answers', () => {
    expect(session.heartbeat).toEqual({ send: { everyMs: 10_000, frame: 'ping' }, suspectMs: 14_000, deadMs: 25_000 })
  })
})

const handshake = (status: number, said?: string, body = ''): Failure => ({
  kind: 'handshake',
  status,
  body,
  ...(said !== undefined && { headers: { 'x-error-message': said } }),
})

describe('a handshake that fails', () => {
  it.each([
    ['Invalid Header - Invalid Auth token', 'SESSION_EXPIRED'],
    ['Invalid Header - Invalid Feed Token', 'SESSION_EXPIRED'],
    ['Invalid Header - Invalid Client Code', 'CREDENTIALS_REJECTED'],
    ['Invalid Header - Invalid API Key', 'CREDENTIALS_REJECTED'],
    ['Something new', 'SESSION_EXPIRED'],
  ])('with 401 and "%s" is %s', (said, code) => {
    expect(session.classify(handshake(401, said))).toMatchObject({
      code,
      message: `Angel One refused the connection with HTTP 401: ${said}`,
    })
  })

  it.each([
    [401, 'SESSION_EXPIRED'],
    [403, 'SESSION_EXPIRED'],
    [500, 'BROKER_UNREACHABLE'],
    [503, 'BROKER_UNREACHABLE'],
    [404, 'BROKER_REFUSED'],
    [302, 'BROKER_REFUSED'],
  ])('with %i and no words is %s', (status, code) => {
    expect(session.classify(handshake(status))).toMatchObject({ code })
  })

  it('for too many connections is waited out, and its page is not told', () => {
    const words = 'Invalid Request. Connection Limit Exceeded.'
    const error = session.classify(handshake(429, words, '<html><h1>429</h1></html>'))
    expect(error).toMatchObject({
      code: 'BROKER_RATE_LIMITED',
      retry: 'backoff',
      message: `Angel One refused the connection with HTTP 429: ${words}`,
    })
  })

  it.each(['ECONNRESET', 'EPIPE'])('by a cut without an answer (%s) says nothing of the tokens', reason => {
    expect(session.classify({ kind: 'network', reason })).toMatchObject({
      code: 'BROKER_RATE_LIMITED',
      retry: 'backoff',
    })
  })

  it('for want of a network is a broker that is not reached', () => {
    expect(session.classify({ kind: 'network', reason: 'ECONNREFUSED' })).toMatchObject({
      code: 'BROKER_UNREACHABLE',
      message: 'No connection to Angel One: ECONNREFUSED',
    })
  })

  it('tells no token that the broker repeats', () => {
    const { message } = session.classify(handshake(401, 'no eyJhbGciOiJIUzUxMiJ9.eyJ1c2VyIjoxfQ.c2ln\nhere'))
    expect(message).toBe('Angel One refused the connection with HTTP 401: no [redacted] here')
  })

  it('gives the slots of the last connection time to become free, and opens no three within a second', () => {
    expect(session.pauses).toEqual({ betweenMs: 700, afterEndMs: 1000, limitedMs: 2000 })
  })
})

describe('an end of the connection', () => {
  it.each([
    [1001, 'Connection Idle Timeout', 'Angel One closed the connection (1001: Connection Idle Timeout)'],
    [1006, '', 'Angel One closed the connection (1006)'],
  ])('with %i is told as it came', (code, reason, message) => {
    expect(session.classify({ kind: 'closed', code, reason })).toMatchObject({ code: 'BROKER_UNREACHABLE', message })
  })
})
