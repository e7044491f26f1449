import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Signal } from '../../../adapters/contract.ts'
import { createTbtDecoder } from '../../../adapters/fyers/tbtdecoder.ts'
import { type BooksFeed, type BooksLevel, booksMessage } from '../../emulators/fyers/booksmessage.ts'
import { ROOT } from '../../support/source.ts'

const SBIN = 'NSE:SBIN-EQ'
const SECOND = 1_000_000
const AT = 1_775_001_601 * SECOND

const decoder = () => createTbtDecoder(ticker => [`again ${ticker}`])

const depth = (bids: readonly BooksLevel[], asks: readonly BooksLevel[] = []) => ({ bids, asks })

const feed = (fields: BooksFeed): BooksFeed => ({ ticker: SBIN, depth: {}, ...fields })

const message = (fields: BooksFeed, snapshot = false) => booksMessage({ type: 6, feeds: [feed(fields)], snapshot })

const read = (frame: string | Uint8Array): readonly Signal[] => decoder()(frame, AT)

const ignored = (what: string): Signal => ({ kind: 'ignored', what })
const part = (fields: object, isWhole = false) => ({ kind: 'part', token: SBIN, source: 'tbt', isWhole, part: fields })

const fixture = join(ROOT, '../shared/fixtures/brokers/fyers/tbt-sbin.json')

describe('a message of the 50-level socket', () => {
  it.runIf(existsSync(fixture))('is read from the published frames', () => {
    const { frames } = JSON.parse(readFileSync(fixture, 'utf8')) as { frames: { label: string; hex: string }[] }
    const of = (label: string) => read(Buffer.from(frames.find(one => one.label === label)?.hex ?? '', 'hex'))
    expect(of('depth_snapshot')).toEqual([
      part(
        {
          timestamp: 1_775_001_600_000,
          totalBuyQuantity: 1000,
          totalSellQuantity: 900,
          buy: [undefined, { price: 675.4, quantity: 120, orders: 3 }],
          sell: [undefined, { price: 675.45, quantity: 100, orders: 2 }],
        },
        true,
      ),
      ignored('levels whose numbers are not their places in the list'),
    ])
    expect(of('socket_message')).toEqual([ignored('message without a feed')])
    expect(of('error')).toEqual([{ kind: 'notice', level: 'error', text: 'bad symbol' }])
  })

  it('is a whole book where it says so, of itself or of the instrument', () => {
    const whole = part({ buy: [{ price: 10.05, quantity: 5, orders: 1 }], sell: [] }, true)
    const content = { depth: depth([{ price: 1005, qty: 5, nord: 1, num: 0 }]) }
    expect(read(message(content, true))).toEqual([whole])
    expect(read(message({ ...content, snapshot: true }))).toEqual([whole])
    expect(read(message({}, true))).toEqual([part({ buy: [], sell: [] }, true)])
  })

  it('is else a difference: what is not there is as before, what is there and empty is 0', () => {
    expect(
      read(
        message({
          depth: {
            tsq: 0,
            bids: [{ qty: 7, num: 2 }],
            asks: [{ price: -5, num: 0 }, { price: 0, qty: 0, nord: 0 }, {}],
          },
        }),
      ),
    ).toEqual([
      part({
        totalSellQuantity: 0,
        buy: [undefined, undefined, { quantity: 7 }],
        sell: [{ price: -0.05 }, { price: 0, quantity: 0, orders: 0 }, {}],
      }),
      ignored('levels whose numbers are not their places in the list'),
    ])
    expect(read(message({}))).toEqual([part({})])
  })

  it('keeps all fifty levels, whether their numbers begin with 0 or with 1, and none beyond', () => {
    const levels = (first: number, count: number) =>
      Array.from({ length: count }, (_, at) => ({ price: 100_000 - at, qty: at + 1, num: first + at }))
    const bought = (frame: Buffer) => {
      const [signal] = read(frame)
      return signal?.kind === 'part' ? signal.part.buy?.filter(level => level !== undefined) : undefined
    }
    for (const first of [0, 1]) expect(bought(message({ depth: depth(levels(first, 50)) }, true))).toHaveLength(50)
    expect(bought(message({ depth: depth([{ price: 5, qty: 1, num: 4_294_967_295 }]) }, true))).toEqual([])
    expect(read(message({ depth: depth(levels(0, 52)) }, true)).at(-1)).toEqual(ignored('levels beyond the 50th'))
  })

  it('tells its time in milliseconds, and none where it has none', () => {
    expect(read(message({ feedTime: 1_775_001_600 }))).toEqual([part({ timestamp: 1_775_001_600_000 })])
    expect(read(message({ feedTime: 0 }))).toEqual([part({})])
  })

  it('holds several instruments, each by its ticker, whatever the key of its entry', () => {
    const decode = decoder()
    const feeds = [
      { key: '10100000003045', token: '10100000003045', ticker: SBIN, depth: {} },
      { key: 'NSE:INFY-EQ', depth: {} },
    ]
    const tokens = (signals: readonly Signal[]) =>
      signals.map(signal => (signal.kind === 'part' ? signal.token : signal))
    expect(tokens(decode(booksMessage({ type: 6, feeds }), AT))).toEqual([SBIN, 'NSE:INFY-EQ'])
    const numbered = booksMessage({ type: 6, feeds: [{ key: '10100000003045', depth: {} }] })
    expect(tokens(decode(numbered, AT))).toEqual([SBIN])
    expect(tokens(read(numbered))).toEqual([ignored('feed without a ticker')])
  })

  it('without depth is of no use', () => {
    expect(read(booksMessage({ type: 6, feeds: [{ ticker: SBIN, feedTime: 5 }] }))).toEqual([
      ignored('feed without depth'),
    ])
    expect(read(new Uint8Array())).toEqual([ignored('message without a feed')])
  })

  it('with an error names the instruments that the server refuses, else it is told', () => {
    const error = (msg: string) => read(booksMessage({ type: 8, msg, error: true }))
    expect(error('invalid symbol: NSE:FOO-EQ, NSE:M&M26SEP7.5CE.')).toEqual([
      {
        kind: 'rejected',
        tokens: ['NSE:FOO-EQ', 'NSE:M&M26SEP7.5CE'],
        reason: 'invalid symbol: NSE:FOO-EQ, NSE:M&M26SEP7.5CE.',
      },
    ])
    expect(error('limit\nreached')).toEqual([{ kind: 'notice', level: 'error', text: 'limit reached' }])
    const worthless = booksMessage({ type: 6, error: true, msg: 'no', feeds: [feed({})] })
    expect(read(worthless)).toEqual([{ kind: 'notice', level: 'error', text: 'no' }])
    expect(error('')).toEqual([{ kind: 'notice', level: 'error', text: 'no text' }])
    expect(read(booksMessage({ type: 8, msg: 'subscribed' }))).toEqual([
      { kind: 'notice', level: 'message', text: 'subscribed' },
    ])
  })

  it('that is no message, or cut, counts for nothing', () => {
    const whole = message({ depth: depth([{ price: 1005, qty: 5 }]), token: '1010' }, true)
    for (let length = 1; length < whole.length; length++) {
      const signals = read(whole.subarray(0, length))
      // Cut between two fields, it is whole as messages go.
      const kind = length === 2 ? 'ignored' : length === whole.length - 2 ? 'part' : 'malformed'
      expect(
        signals.map(signal => signal.kind),
        `${length} bytes`,
      ).toEqual([kind])
    }
    for (const hex of ['07', '0c', '0b0800', '12021205', '0800080012', '08ffffffffffffffffffffff'])
      expect(read(Buffer.from(hex, 'hex'))).toEqual([{ kind: 'malformed', what: 'no protobuf message, or cut' }])
  })

  it('that is damaged in any way gives finite numbers in places that there are, or nothing', () => {
    const levels = Array.from({ length: 5 }, (_, num) => ({ price: 67_540 - num, qty: 120, nord: 3, num }))
    const whole = message({ depth: { tbq: 5, bids: levels, asks: levels }, feedTime: 1_775_001_600, sequence: 4 }, true)
    const place = fc.nat(whole.length - 1)
    fc.assert(
      fc.property(fc.array(fc.tuple(place, fc.nat(255)), { minLength: 1, maxLength: 4 }), place, (changes, cut) => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of changes) bytes.writeUInt8(value, at)
        const signals = [...read(bytes), ...read(bytes.subarray(cut)), ...read(bytes.subarray(0, cut))]
        for (const signal of signals) {
          if (signal.kind !== 'part') continue
          const { buy = [], sell = [], mode: _mode, ...numbers } = signal.part
          const inLevels = [...buy, ...sell].flatMap(level => Object.values(level ?? {}))
          expect([...Object.values(numbers), ...inLevels].every(Number.isFinite)).toBe(true)
          expect(Math.max(buy.length, sell.length)).toBeLessThanOrEqual(51)
        }
      }),
      { numRuns: 3000, seed: 10 },
    )
  })

  it('passes over fields that it does not know, and known ones of another layout', () => {
    const unknown = Buffer.from('a00101a9010000000000000000a20103616263a3010b08010ca401ad0100000000', 'hex')
    const other = Buffer.from('120208053001', 'hex')
    expect(read(Buffer.concat([unknown, message({})]))).toEqual([part({})])
    expect(read(other)).toEqual([ignored('feed without a ticker')])
  })
})

describe('text', () => {
  it('is an answer to our ping, or nothing known', () => {
    expect(read('pong')).toEqual([{ kind: 'heartbeat' }])
    expect(read('welcome')).toEqual([ignored('text of an unknown shape')])
  })
})

const lost = ignored('difference whose book is not known: one before it was lost')
const stale: Signal = { kind: 'stale', token: 'NSE:SBIN-EQ', source: 'tbt' }
const again: Signal = { kind: 'reply', frame: `again ${SBIN}` }

describe('the sequence of an instrument', () => {
  it('has no gap while it counts on, repeats itself, or is not told', () => {
    const decode = decoder()
    expect(decode(message({ sequence: 7 }, true), AT)).toHaveLength(1)
    for (const sequence of [8, 8, 9, 0, 10]) expect(decode(message({ sequence }), AT)).toEqual([part({})])
  })

  it('with a gap has the book asked for anew, and takes no difference until it is there', () => {
    const decode = decoder()
    decode(message({ sequence: 7 }, true), AT)
    expect(decode(message({ sequence: 9 }), AT)).toEqual([lost, stale, again])
    expect(decode(message({ sequence: 10 }), AT + SECOND)).toEqual([lost])
    expect(decode(message({ sequence: 10, ticker: 'NSE:INFY-EQ' }), AT)).toHaveLength(1)
    expect(decode(message({ sequence: 3 }, true), AT + SECOND)).toEqual([part({ buy: [], sell: [] }, true)])
    expect(decode(message({ sequence: 4 }), AT + SECOND)).toEqual([part({})])
    expect(decode(message({ sequence: 2 }), AT + SECOND)).toEqual([lost, stale, again])
  })

  it('is asked again for a book that does not come', () => {
    const decode = decoder()
    decode(message({ sequence: 7 }, true), AT)
    decode(message({ sequence: 9 }), AT)
    expect(decode(message({ sequence: 10 }), AT + 9 * SECOND)).toEqual([lost])
    expect(decode(message({ sequence: 11 }), AT + 10 * SECOND)).toEqual([lost, stale, again])
    expect(decode(message({ sequence: 12 }), AT + 19 * SECOND)).toEqual([lost])
  })

  it('is no longer believed when it counts something else than messages', () => {
    const decode = decoder()
    let asked = 0
    for (let turn = 1; turn <= 100; turn++) {
      decode(message({ sequence: turn * 10 }, true), AT)
      asked += decode(message({ sequence: turn * 10 + 5 }), AT).filter(({ kind }) => kind === 'reply').length
    }
    expect(asked).toBe(3)
    expect(decode(message({ sequence: 5000 }), AT)).toEqual([part({})])
  })
})
