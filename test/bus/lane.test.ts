import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  LANE_HEADER_BYTES,
  type LaneHeader,
  laneTopic,
  RECORD_HEADER_BYTES,
  readLaneHeader,
  readRecords,
  writeLaneHeader,
} from '../../bus/lane.ts'
import { readTick } from '../../bus/message.ts'
import { TickwireError } from '../../shared/errors.ts'
import { bytes, printedVectors } from '../support/vector.ts'

/** Written by hand from the layout. The frames are `{}` to keep it short; a real one is a client frame. */
const LANE = `
  01                                   ; version
  00                                   ; reserved
  0200                                 ; 2 records
  00000000                             ; reserved
  00a679fba1010000                     ; epoch 1795220416000 ms
  0300000000000000                     ; lane sequence 3
  60543253be600600                     ; sent at 1795220416124000 µs

  1100                                 ; topic of 17 bytes
  22000000                             ; body of 34 bytes
  05000000                             ; topic number 5
  44454d4f5f4e53455f5342494e5f4c5450   ; DEMO_NSE_SBIN_LTP
  01 01 0000 0000 0000                 ; version, snapshot, no symbol
  00a679fba1010000                     ; epoch
  0700000000000000                     ; sequence 7
  40523253be600600                     ; received at 1795220416123456 µs
  7b7d                                 ; {}

  1000                                 ; topic of 16 bytes
  22000000                             ; body of 34 bytes
  09000000                             ; topic number 9
  44454d4f5f4e53455f5443535f4c5450     ; DEMO_NSE_TCS_LTP
  01 00 0000 0000 0000                 ; version, live, no symbol
  00a679fba1010000                     ; epoch
  0100000001000000                     ; sequence 4294967297
  40523253be600600                     ; received at 1795220416123456 µs
  7b7d                                 ; {}
`
const HEADER: LaneHeader = {
  records: 2,
  epoch: 1_795_220_416_000,
  sequence: 3,
  sentAt: 1_795_220_416_124_000,
}
const SECOND = LANE_HEADER_BYTES + RECORD_HEADER_BYTES + 17 + 34

const malformed = expect.objectContaining({ code: 'MESSAGE_MALFORMED' })

function records(lane: Buffer): { topic: string; body: Buffer }[] {
  const taken: { topic: string; body: Buffer }[] = []
  readRecords(lane, readLaneHeader(lane).records, (topic, body) => taken.push({ topic, body }))
  return taken
}

/** Reads it or refuses it; anything else is a fault. */
function readOrRefuse(lane: Buffer): void {
  try {
    for (const { body } of records(lane)) {
      expect(body.buffer).toBe(lane.buffer)
      expect(body.byteOffset).toBeGreaterThanOrEqual(lane.byteOffset)
      expect(body.byteOffset + body.length).toBeLessThanOrEqual(lane.byteOffset + lane.length)
    }
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    expect(error).toEqual(malformed)
  }
}

describe('A lane message', () => {
  it('is read from its bytes, records in order', () => {
    const lane = bytes(LANE)
    expect(readLaneHeader(lane)).toEqual(HEADER)
    const read = records(lane).map(({ topic, body }) => {
      const { header, frame } = readTick(body)
      return [topic, header.snapshot, header.sequence, frame.toString()]
    })
    expect(read).toEqual([
      ['DEMO_NSE_SBIN_LTP', true, 7, '{}'],
      ['DEMO_NSE_TCS_LTP', false, 4_294_967_297, '{}'],
    ])
  })

  it('has a header written to its bytes, whatever stood there', () => {
    const target = Buffer.alloc(LANE_HEADER_BYTES + 1, 0xff)
    writeLaneHeader(target, HEADER)
    expect(target.toString('hex')).toBe(`${bytes(LANE).toString('hex', 0, LANE_HEADER_BYTES)}ff`)
  })

  it('is printed in the README as it is tested here', () => {
    expect(printedVectors(new URL('../../bus/README.md', import.meta.url))).toContain(bytes(LANE).toString('hex'))
  })

  it('has a topic of feed and proxy', () => {
    expect(laneTopic('DEMO', 'P1')).toBe('LANE_DEMO_P1')
  })

  it('is refused when cut short anywhere', () => {
    const whole = bytes(LANE)
    for (let length = 0; length < whole.length; length++)
      expect(() => records(whole.subarray(0, length)), `${length} bytes`).toThrow(malformed)
    expect(records(whole)).toHaveLength(2)
  })

  it('hands over the records before the one that does not fit', () => {
    const lane = bytes(LANE).subarray(0, SECOND + 3)
    const topics: string[] = []
    expect(() => readRecords(lane, 2, topic => topics.push(topic))).toThrow(malformed)
    expect(topics).toEqual(['DEMO_NSE_SBIN_LTP'])
  })

  it.each([
    ['another version', 0, '02'],
    ['more records than it holds', 2, '0300'],
    ['fewer records than it holds', 2, '0100'],
    ['a topic longer than the message', LANE_HEADER_BYTES, 'ffff'],
    ['a body longer than the message', LANE_HEADER_BYTES + 2, 'ffffffff'],
  ])('is refused with %s', (_, at, hex) => {
    const lane = bytes(LANE)
    lane.write(hex, at, 'hex')
    expect(() => records(lane)).toThrow(malformed)
  })

  it('of any bytes is read or refused, never another failure or a view outside', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat({ max: 40 }), fc.boolean(), (random, before, begun) => {
        const lane = Buffer.concat([Buffer.alloc(before), random, Buffer.alloc(9)]).subarray(
          before,
          before + random.length,
        )
        if (begun && lane.length > 3) lane.write('01000100', 'hex')
        readOrRefuse(lane)
      }),
    )
    const last = bytes(LANE).length - 1
    fc.assert(
      fc.property(fc.nat({ max: last }), fc.nat({ max: 255 }), (at, value) => {
        const lane = bytes(LANE)
        lane[at] = value
        readOrRefuse(lane)
      }),
      { numRuns: 500 },
    )
  })
})
