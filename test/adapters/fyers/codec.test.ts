import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/fyers/codec.ts'
import type { TickPart } from '../../../shared/market/tick.ts'
import { connected, kinds, NOW, type Part, parts, replies, TOPIC } from './conversation.ts'
import { answer, data, filled, lite, SBIN, snapshot, update, welcome } from './wire.ts'

describe('the answer to the login', () => {
  it('makes the session ready once both channels have their mode', () => {
    const signals = createDecoder()(welcome({ interval: 2, configuration: {} }), NOW)
    expect(kinds(signals)).toEqual(['reply', 'reply', 'ready'])
    expect(replies(signals)).toEqual([
      '00110c02010008000000000000080002000146',
      '00110c0201000800000000000010000200014c',
    ])
  })

  it('that says no is a refusal of the session, and anything else is none', () => {
    expect(createDecoder()(answer(1, { 1: 'N' }), NOW)).toEqual([
      { kind: 'refused', reason: expect.stringContaining('status 11002') },
    ])
    expect(kinds(createDecoder()(answer(1, { 1: 'X' }), NOW))).toEqual(['malformed'])
    expect(kinds(createDecoder()(answer(1, {}), NOW))).toEqual(['malformed'])
  })

  it('is counted when it lacks the stream configuration, or has one that is none; then the usual one holds', () => {
    for (const configuration of [undefined, 'no json', '[]', '7']) {
      const decode = createDecoder()
      const signals = decode(welcome({ interval: 2, ...(configuration && { configuration }) }), NOW)
      expect(kinds(signals)).toEqual(['reply', 'reply', 'ignored', 'ready'])
      expect(parts(decode(data(1, snapshot(7, TOPIC, SBIN)), NOW))[0]?.part.ltp).toBe(1068.45)
    }
  })

  it('names the order of the fields, which counts before the usual one', () => {
    const hear = connected({ interval: 2, configuration: { scrip: ['s104', 's999', 's105'], index: [], depth: 7 } })
    expect(parts(hear(data(1, snapshot(7, TOPIC, [500, 1, 106845]))))[0]?.part).toEqual({ volume: 500, ltp: 1068.45 })
    const index = parts(hear(data(2, snapshot(8, 'if|nse_cm|Nifty 50', [2618810]))))[0]
    expect(index?.part).toEqual({ ltp: 26188.1 })
  })
})

describe('answers to other requests', () => {
  it.each([4, 5, 7, 8, 9, 12])('of type %i say yes as a sign of life, no as a notice with its status', type => {
    const hear = connected()
    expect(hear(answer(type, { 1: 'K', 2: Buffer.of(255, 255) }))).toEqual([{ kind: 'heartbeat' }])
    expect(hear(answer(type, { 1: 'N' }))).toEqual([
      { kind: 'notice', level: 'error', text: expect.stringMatching(/^Fyers refuses .* \(status 1\d{4}\)$/) },
    ])
    expect(kinds(hear(answer(type, { 2: 'K' })))).toEqual(['malformed'])
  })

  it('of no use are counted by a name of ours', () => {
    const hear = connected()
    expect(hear(answer(13, { 1: 'x' }))).toEqual([{ kind: 'ignored', what: 'master data' }])
    expect(hear(answer(200, { 1: 'x' }))).toEqual([{ kind: 'ignored', what: 'frame of an unknown type' }])
    expect(hear(Buffer.of(0, 1, 11))).toEqual([{ kind: 'heartbeat' }])
  })

  it('in words are a sign of life or of no use', () => {
    const decode = createDecoder()
    expect(decode('pong', NOW)).toEqual([{ kind: 'heartbeat' }])
    expect(decode('hello', NOW)).toEqual([{ kind: 'ignored', what: 'text' }])
  })
})

describe('acknowledgements', () => {
  it('come with every nth data frame, with its number', () => {
    const hear = connected({ interval: 3 })
    const frames = Array.from({ length: 7 }, (_, at) => data(100 + at, update(1, [])))
    expect(replies(hear(...frames))).toEqual(['0009030101000400000066', '0009030101000400000069'])
  })

  it('are sent for frames that cannot be read to their end, too', () => {
    const hear = connected({ interval: 1 })
    expect(kinds(hear(data(5, Buffer.of(1, 2, 3, 4))))).toEqual(['malformed', 'reply'])
  })

  it.each([{}, { interval: 0 }])('are none where the server wants none, and its frames have no number: %o', options => {
    const hear = connected(options)
    const signals = hear(data(undefined, snapshot(7, TOPIC, SBIN)), data(undefined, update(7, [107000])))
    expect(kinds(signals)).toEqual(['part', 'part'])
  })

  it('are counted anew on each connection', () => {
    const decode = createDecoder()
    decode(welcome({ interval: 2 }), NOW)
    decode(data(1), NOW)
    decode(welcome({ interval: 2 }), NOW)
    expect(replies(decode(data(2), NOW))).toEqual([])
  })
})

describe('a frame that is not what it should be', () => {
  const whole = data(
    2,
    snapshot(7, TOPIC, SBIN),
    update(7, [107000, 5]),
    snapshot(8, 'if|nse_cm|Nifty 50', [2618810, 2621605, 1727428424, 1, 2, 3]),
    lite(7, [107005]),
    snapshot(9, 'dp|nse_cm|3045', filled(30, 5)),
  )

  it('says so wherever it is cut, and keeps what stands before', () => {
    for (let length = 0; length < whole.length; length++) {
      const signals = connected({ interval: 0, configuration: {} })(Buffer.from(whole.subarray(0, length)))
      expect(signals.at(-1)?.kind, `after ${length} bytes`).toBe('malformed')
      expect(kinds(signals).slice(0, -1), `after ${length} bytes`).not.toContain('malformed')
    }
    const numbered = (length: number) => connected()(Buffer.from(whole.subarray(0, length)))
    for (let length = 0; length < whole.length; length++) expect(kinds(numbered(length))).toContain('malformed')
    expect(kinds(numbered(whole.length))).toEqual(['part', 'part', 'part', 'part', 'part'])
  })

  it('is told once for an answer that is cut anywhere', () => {
    for (const frame of [welcome({ interval: 2, configuration: { scrip: ['s105'] } }), answer(4, { 1: 'K', 2: 'xy' })])
      for (let length = 0; length < frame.length; length++)
        expect(kinds(createDecoder()(frame.subarray(0, length), NOW))).toEqual(['malformed'])
  })

  it('is told for an answer whose field is longer than it, and for master data that are cut', () => {
    const answered = Buffer.from('000704010100044b00', 'hex')
    expect(kinds(createDecoder()(answered, NOW))).toEqual(['malformed'])
    expect(kinds(createDecoder()(answer(13, { 1: 'xyz' }).subarray(0, 6), NOW))).toEqual(['malformed'])
  })

  it('stops at an item of a kind nobody knows', () => {
    const signals = connected()(data(1, snapshot(7, TOPIC, SBIN), Buffer.from('Z1234567'), update(7, [1])))
    expect(kinds(signals)).toEqual(['part', 'malformed'])
  })

  it('with bytes behind its items is no reason for distrust', () => {
    expect(kinds(connected()(Buffer.concat([data(1, update(7, [])), Buffer.of(1)])))).toEqual(['ignored', 'ignored'])
  })

  it('gives only numbers that can be, whatever was changed in it', () => {
    const sane = ({ part }: Part) =>
      Object.entries(part as TickPart).every(([name, value]) =>
        name === 'mode' || name === 'buy' || name === 'sell'
          ? true
          : value === null || (typeof value === 'number' && Number.isFinite(value)),
      )
    const change = fc.record({ at: fc.nat(whole.length - 1), byte: fc.nat(255) })
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), fc.nat(whole.length), (changes, length) => {
        const frame = Buffer.from(whole.subarray(0, length))
        for (const { at, byte } of changes) if (at < length) frame[at] = byte
        for (const one of parts(connected()(whole, frame))) expect(one).toSatisfy(sane)
      }),
      { numRuns: 3000, seed: 5 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
        const frame = Buffer.concat([whole.subarray(0, 3), bytes])
        for (const one of parts(connected()(whole, frame))) expect(one).toSatisfy(sane)
      }),
      { numRuns: 3000, seed: 5 },
    )
  })
})
