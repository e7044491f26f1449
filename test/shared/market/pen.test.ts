import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ink, Pen } from '../../../shared/market/pen.ts'

function written(write: (pen: Pen) => void, room = 64): string {
  const pen = new Pen()
  pen.begin(Buffer.alloc(room, '#'), 0)
  write(pen)
  return pen.bytes.toString('latin1', 0, pen.at)
}

const spelled = (value: number): string => written(pen => pen.number(value))

test.each([
  [0, '0'],
  [-0, '0'],
  [7, '7'],
  [-12, '-12'],
  [999_999_999, '999999999'],
  [1_000_000_000, '1000000000'],
  [1_795_220_416_123_456, '1795220416123456'],
  [Number.MAX_SAFE_INTEGER, '9007199254740991'],
  [2885.3, '2885.3'],
  [-16.9, '-16.9'],
  [0.05, '0.05'],
  [83.0025, '83.0025'],
  [0.0001, '0.0001'],
  [0.00001, '0.00001'],
  [1e-7, '1e-7'],
  [0.1 + 0.2, '0.30000000000000004'],
  [999_999_999.9999, '999999999.9999'],
  [1e21, '1e+21'],
  [-Number.MAX_VALUE, '-1.7976931348623157e+308'],
])('%d is written as %s', (value, text) => expect(spelled(value)).toBe(text))

test('every finite number is written as JSON spells it', () => {
  const decimal = fc
    .tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 6 }))
    .map(([digits, places]) => digits / 10 ** places)
  const numbers = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.maxSafeInteger(), decimal)
  fc.assert(
    fc.property(numbers, value => {
      expect(spelled(value)).toBe(JSON.stringify(value))
    }),
    { numRuns: 2000 },
  )
})

test('pieces stand one behind the other, from the place the pen began at', () => {
  const pen = new Pen()
  const bytes = Buffer.alloc(80, '#')
  pen.begin(bytes, 3)
  pen.write(ink('"a":'))
  pen.number(1.5)
  expect(pen.at).toBe(10)
  expect(bytes.toString('latin1', 0, 12)).toBe('###"a":1.5##')
})

test('bytes that are too short are replaced by larger ones that hold the same', () => {
  const text = 'x'.repeat(50)
  for (let room = 0; room < 120; room++) {
    const write = (pen: Pen) => {
      pen.write(ink(text))
      pen.number(1_795_220_416_123_456)
      pen.number(-1.2345678901234567e-123)
      pen.write(ink('}'))
    }
    expect(written(write, room)).toBe(`${text}1795220416123456-1.2345678901234567e-123}`)
  }
})
