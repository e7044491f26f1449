import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createDecoder } from '../../../adapters/zerodha/codec.ts'
import { message } from '../../emulators/kite/packet.ts'
import { DEFECTS, type Defect, theirs, translate } from './oracle.ts'
import { hasRecordings, recordedBytes, recordedJson, recordedText } from './recordings.ts'

const RECEIVED = 1_700_000_000_123_456

const ours = (frame: Uint8Array) =>
  createDecoder()(frame, RECEIVED).flatMap(signal =>
    signal.kind === 'tick' ? [{ token: signal.token, tick: signal.tick }] : [],
  )

/** The packets that stand in the frame whole, as a message of their own. */
function wholePackets(frame: Uint8Array): Buffer {
  const bytes = Buffer.from(frame)
  const packets: Buffer[] = []
  let at = 2
  for (let left = bytes.length < 2 ? 0 : bytes.readUInt16BE(0); left > 0 && at + 2 <= bytes.length; left--) {
    const end = at + 2 + bytes.readUInt16BE(at)
    if (end > bytes.length) break
    packets.push(bytes.subarray(at + 2, end))
    at = end
  }
  return message(packets)
}

/** Compares everything both read of one frame; gives the defects that were in the way. */
function compare(frame: Uint8Array): Set<Defect> {
  const met = new Set<Defect>()
  // A count of 65,535 costs their parser a tenth of a second, and says nothing new.
  const told = frame.length < 2 ? 0 : Buffer.from(frame).readUInt16BE(0)
  const whole = theirs(wholePackets(frame))
  const there = told > 100 ? whole : theirs(frame)
  if (there.length > whole.length) met.add('ghost')
  const expected = there.slice(0, whole.length).map(their => translate(their, RECEIVED, defect => met.add(defect)))
  expect(ours(frame)).toEqual(expected.filter(one => one !== undefined))
  return met
}

const LENGTHS = [8, 28, 32, 44, 184]
const SEGMENTS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 13, 0, 255]

/** 32-bit values as they are on the wire: mostly below 2^31, many 0, some beyond. */
const word = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 0x7fff_ffff }) },
  { weight: 2, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 0x8000_0000, max: 0xffff_ffff }) },
)

const packet = fc
  .record({
    length: fc.constantFrom(...LENGTHS, ...LENGTHS, 0, 3, 7, 164, 185),
    exchangeToken: fc.integer({ min: 0, max: 0xff_ffff }),
    segment: fc.constantFrom(...SEGMENTS),
    words: fc.array(word, { minLength: 47, maxLength: 47 }),
  })
  .map(({ length, exchangeToken, segment, words }) => {
    const bytes = Buffer.alloc(188)
    bytes.writeUInt32BE(exchangeToken * 256 + segment)
    for (const [place, value] of words.slice(1).entries()) bytes.writeUInt32BE(value, 4 + place * 4)
    return bytes.subarray(0, length)
  })

const built = fc.array(packet, { maxLength: 5 }).map(packets => message(packets))

const recordings = hasRecordings
  ? [
      recordedBytes('frame_ltp_884737.bin'),
      recordedBytes('frame_quote_884737.bin'),
      message([Buffer.from(recordedText('ticker_quote.packet'), 'base64')]),
      ...recordedJson<{ vectors: { frame28_hex: string; frame32_hex: string }[] }>(
        'index_rebuilt.json',
      ).vectors.flatMap(({ frame28_hex, frame32_hex }) => [
        Buffer.from(frame28_hex, 'hex'),
        Buffer.from(frame32_hex, 'hex'),
      ]),
      ...recordedJson<{ ltp_frame_hex: string }[]>('divisors.json').map(one => Buffer.from(one.ltp_frame_hex, 'hex')),
    ]
  : []

const frame = recordings.length > 0 ? fc.oneof(built, fc.constantFrom(...recordings)) : built

type Damage = (bytes: Buffer) => Buffer

const at = (bytes: Buffer, share: number) => Math.min(bytes.length - 1, Math.floor(share * bytes.length))

/** Shares of the length, so that they fit a frame that is not known yet. */
const share = fc.double({ min: 0, max: 1, noNaN: true })

const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.tuple(share, fc.nat(7)).map(
    ([where, bit]): Damage =>
      bytes => {
        const copy = Buffer.from(bytes)
        const place = at(copy, where)
        if (place >= 0) copy.writeUInt8(copy.readUInt8(place) ^ (1 << bit), place)
        return copy
      },
  ),
  share.map(
    (where): Damage =>
      bytes =>
        bytes.subarray(0, Math.floor(where * bytes.length)),
  ),
  fc.uint8Array({ maxLength: 60 }).map(
    (more): Damage =>
      bytes =>
        Buffer.concat([bytes, more]),
  ),
  fc.tuple(share, fc.uint8Array({ minLength: 1, maxLength: 12 })).map(
    ([where, more]): Damage =>
      bytes => {
        const place = Math.max(0, at(bytes, where))
        return Buffer.concat([bytes.subarray(0, place), more, bytes.subarray(place)])
      },
  ),
  // The segment of the first packet.
  fc.constantFrom(...SEGMENTS).map(
    (segment): Damage =>
      bytes => {
        const copy = Buffer.from(bytes)
        if (copy.length > 8) copy.writeUInt8(segment, 7)
        return copy
      },
  ),
)

describe("the vendor's own parser and the decoder", () => {
  it.runIf(hasRecordings)('agree on every recorded frame without any allowance but NCO', () => {
    const met = recordings.flatMap(bytes => [...compare(bytes)])
    expect(met).toEqual(['nco'])
  })

  it('agree on thousands of built frames of every length and segment', () => {
    const met = new Set<Defect>()
    fc.assert(
      fc.property(built, bytes => {
        for (const defect of compare(bytes)) met.add(defect)
      }),
      { numRuns: 4000, seed: 3 },
    )
    expect([...met].sort()).toEqual(['nco', 'signed'])
  })

  it('agree on thousands of damaged frames', () => {
    const met = new Set<Defect>()
    fc.assert(
      fc.property(frame, fc.array(damage, { minLength: 1, maxLength: 4 }), (bytes, damages) => {
        for (const defect of compare(damages.reduce((one, hurt) => hurt(one), bytes))) met.add(defect)
      }),
      { numRuns: 6000, seed: 4 },
    )
    expect([...met].sort()).toEqual(['ghost', 'nco', 'signed'])
  })

  it('agree on the change in percent, as far as it follows from the last price and the previous close', () => {
    fc.assert(
      fc.property(packet, bytes => {
        const [their] = theirs(message([bytes]))
        const [our] = ours(message([bytes]))
        const { ltp, previousClose: close } = our?.tick ?? {}
        const isRight = bytes.length >= 4 && bytes.readUInt8(3) !== 12 && (their?.last_price ?? -1) >= 0
        if (ltp === undefined || !isRight || close === undefined || (their?.ohlc?.close ?? -1) <= 0) return
        const change = ((ltp - close) * 100) / close
        expect(Math.abs((their?.change ?? Number.NaN) - change)).toBeLessThanOrEqual(Math.abs(change) * 1e-9 + 1e-9)
      }),
      { numRuns: 2000, seed: 5 },
    )
  })
})

describe('where the vendor is known to be wrong', () => {
  const ltp = (token: number, raw: number) => {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32BE(token)
    bytes.writeUInt32BE(raw, 4)
    return message([bytes])
  }

  it(DEFECTS.signed, () => {
    const cds = ltp(850_691, 2_300_000_000)
    expect(theirs(cds)[0]?.last_price).toBe(-199.4967296)
    expect(ours(cds)[0]?.tick.ltp).toBe(230)
  })

  it(DEFECTS.nco, () => {
    const nco = ltp(31_132_428, 3_782_000)
    expect(theirs(nco)[0]?.last_price).toBe(37_820)
    expect(ours(nco)[0]?.tick.ltp).toBe(378.2)
  })

  it(DEFECTS.ghost, () => {
    const cut = message([Buffer.concat([ltp(408_065, 157_315).subarray(4), Buffer.alloc(36)])]).subarray(0, 12)
    expect(theirs(cut)[0]?.mode).toBe('ltp')
    expect(ours(cut)).toEqual([])
  })
})
