import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  positionHeader,
  readTick,
  readUint64,
  stampTick,
  TICK_HEADER_BYTES,
  type TickHeader,
  writeTickHeader,
  writeUint64,
} from '../../bus/message.ts'
import { TickwireError } from '../../shared/errors.ts'
import { bytes, printedVectors } from '../support/vector.ts'

const FRAME =
  '{"type":"market_data","symbol":"SBIN","exchange":"NSE","mode":1,"data":' +
  '{"symbol":"SBIN","exchange":"NSE","mode":1,"ltp":812.35,"timestamp":1795220416120},"broker":"demo"}'

/** Written by hand from the layout, not by our encoder. */
const FRAME_HEX = `
  7b2274797065223a226d61726b65745f64617461222c2273796d626f6c223a22 ; {"type":"market_data","symbol":"
  5342494e                                                         ; SBIN, at 32
  222c2265786368616e6765223a224e5345222c226d6f6465223a312c22646174 ; ","exchange":"NSE","mode":1,"dat
  61223a7b2273796d626f6c223a22                                     ; a":{"symbol":"
  5342494e                                                         ; SBIN, at 82
  222c2265786368616e6765223a224e5345222c226d6f6465223a312c226c7470 ; ","exchange":"NSE","mode":1,"ltp
  223a3831322e33352c2274696d657374616d70223a3137393532323034313631 ; ":812.35,"timestamp":17952204161
  32307d2c2262726f6b6572223a2264656d6f227d                         ; 20},"broker":"demo"}
`
const TICK = `
  01               ; version
  00               ; flags: a live tick
  2000 5200 0400   ; symbol at 32 and at 82, 4 bytes
  00a679fba1010000 ; epoch 1795220416000 ms
  0700000000000000 ; sequence 7
  40523253be600600 ; received at 1795220416123456 µs
  ${FRAME_HEX}
`
const SNAPSHOT = TICK.replace('00               ; flags: a live tick', '01 ; flags: a snapshot')
const POSITION = `
  01               ; version
  02               ; flags: a position
  0000 0000 0000   ; no symbol
  00a679fba1010000 ; epoch 1795220416000 ms
  0700000000000000 ; sequence 7
  0000000000000000 ; nothing was received
`
const HEADER: TickHeader = {
  snapshot: false,
  position: false,
  kept: false,
  symbolAt: 32,
  dataSymbolAt: 82,
  symbolLength: 4,
  epoch: 1_795_220_416_000,
  sequence: 7,
  receivedAt: 1_795_220_416_123_456,
}

const malformed = expect.objectContaining({ code: 'MESSAGE_MALFORMED' })

/** Reads it or refuses it; anything else is a fault. */
function readOrRefuse(body: Buffer): void {
  try {
    const { header, frame } = readTick(body)
    expect(frame.buffer).toBe(body.buffer)
    expect(frame.byteOffset).toBe(body.byteOffset + TICK_HEADER_BYTES)
    expect(frame.byteOffset + frame.length).toBe(body.byteOffset + body.length)
    expect(header.dataSymbolAt + header.symbolLength).toBeLessThanOrEqual(frame.length)
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    expect(error).toEqual(malformed)
  }
}

describe('A tick message', () => {
  it.each([
    ['a live tick', TICK, HEADER],
    ['a snapshot', SNAPSHOT, { ...HEADER, snapshot: true }],
  ])('is read from its bytes: %s', (_, vector, header) => {
    const read = readTick(bytes(vector))
    expect(read.header).toEqual(header)
    expect(read.frame.toString()).toBe(FRAME)
  })

  it.each([
    ['a live tick', TICK, HEADER],
    ['a snapshot', SNAPSHOT, { ...HEADER, snapshot: true }],
  ])('is written to its bytes, at any place: %s', (_, vector, header) => {
    const target = Buffer.alloc(3 + TICK_HEADER_BYTES + FRAME.length, 0xff)
    writeTickHeader(target, 3, header)
    target.write(FRAME, 3 + TICK_HEADER_BYTES)
    expect(target.subarray(3).toString('hex')).toBe(bytes(vector).toString('hex'))
    expect(target.subarray(0, 3).toString('hex')).toBe('ffffff')
  })

  it('is printed in the README as it is tested here, with and without a frame', () => {
    const printed = printedVectors(new URL('../../bus/README.md', import.meta.url))
    expect(printed).toContain(bytes(TICK).toString('hex'))
    expect(printed).toContain(bytes(POSITION).toString('hex'))
  })

  it('points at the symbol in both places', () => {
    const { header, frame } = readTick(bytes(TICK))
    for (const at of [header.symbolAt, header.dataSymbolAt])
      expect(frame.toString('latin1', at, at + header.symbolLength)).toBe('SBIN')
  })

  it('is refused when cut short before the end of its second symbol', () => {
    const whole = bytes(TICK)
    const end = TICK_HEADER_BYTES + HEADER.dataSymbolAt + HEADER.symbolLength
    for (let length = 0; length < end; length++)
      expect(() => readTick(whole.subarray(0, length)), `${length} bytes`).toThrow(malformed)
    expect(() => readTick(whole.subarray(0, end))).not.toThrow()
  })

  it('without a frame is a position, and only then', () => {
    const position = bytes(POSITION)
    const { header, frame } = readTick(position)
    expect(header).toEqual(positionHeader(HEADER.epoch, 7))
    expect(frame).toHaveLength(0)
    const target = Buffer.alloc(TICK_HEADER_BYTES, 0xff)
    writeTickHeader(target, 0, header)
    expect(target.toString('hex')).toBe(position.toString('hex'))
    expect(() => readTick(bytes(TICK).subarray(0, TICK_HEADER_BYTES))).toThrow(malformed)
    expect(() => readTick(bytes(TICK).fill(2, 1, 2))).toThrow(malformed)
  })

  it('is stamped anew for the next tick, and nothing else of it changes', () => {
    const body = bytes(TICK)
    stampTick(body, 0, { snapshot: true, kept: true, sequence: 2 ** 40 + 5, receivedAt: Number.MAX_SAFE_INTEGER })
    const { header, frame } = readTick(body)
    expect(header).toEqual({
      ...HEADER,
      snapshot: true,
      kept: true,
      sequence: 2 ** 40 + 5,
      receivedAt: Number.MAX_SAFE_INTEGER,
    })
    expect(frame.toString()).toBe(FRAME)
  })

  it.each([
    ['another version', 0, '02'],
    ['a first symbol that runs into the second', 2, '5200'],
    ['a second symbol outside the frame', 4, 'aa00'],
    ['a symbol longer than the frame', 6, 'ffff'],
  ])('is refused with %s', (_, at, hex) => {
    const body = bytes(TICK)
    body.write(hex, at, 'hex')
    expect(() => readTick(body)).toThrow(malformed)
  })

  it('of any bytes is read or refused, never another failure or a view outside', () => {
    const version = fc.constantFrom(0, 1, 2)
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 120 }), version, fc.nat({ max: 40 }), (random, first, before) => {
        const body = Buffer.concat([Buffer.alloc(before), random, Buffer.alloc(9)]).subarray(
          before,
          before + random.length,
        )
        if (body.length > 0) body[0] = first
        readOrRefuse(body)
      }),
    )
    fc.assert(
      fc.property(fc.nat({ max: 7 }), fc.nat({ max: 255 }), (at, value) => {
        const body = bytes(TICK)
        body[at] = value
        readOrRefuse(body)
      }),
    )
  })
})

describe('A 64-bit number', () => {
  it.each([
    [0, '0000000000000000'],
    [4_294_967_295, 'ffffffff00000000'],
    [4_294_967_297, '0100000001000000'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffff1f00'],
  ])('%d is little-endian', (value, hex) => {
    const target = Buffer.alloc(8)
    writeUint64(target, value, 0)
    expect(target.toString('hex')).toBe(hex)
    expect(readUint64(target, 0)).toBe(value)
  })
})
