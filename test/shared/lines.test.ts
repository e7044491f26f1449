import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lines } from '../../shared/lines.ts'

function sorted(texts: readonly string[]) {
  const lines = new Lines()
  for (const text of texts) lines.add(text)
  const work = lines.sortWork()
  for (let steps = 0; ; steps++) {
    const { done, value } = work.next()
    if (done) return { lines, steps, order: [...value] }
  }
}

const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other))

test('lines come back in the order of their bytes', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ unit: 'grapheme', maxLength: 4 }), { maxLength: 30 }),
      fc.nat(120),
      (some, times) => {
        const texts = Array.from({ length: times }, (_, at) => some.map(text => `${text}${at % 7}`)).flat()
        const { lines, order } = sorted(texts)
        expect(lines.count).toBe(texts.length)
        expect(order.map(line => lines.text(line))).toEqual(texts.toSorted(byBytes))
        expect(order.map(line => lines.bytes(line).toString())).toEqual(texts.toSorted(byBytes))
      },
    ),
    { numRuns: 50 },
  )
})

test('many long ones, too, and the sorting stops on its way', () => {
  const texts = Array.from({ length: 20_000 }, (_, at) => `${(at * 7919) % 20_000}`.padStart(5, '0').padEnd(300, 'x'))
  const { lines, order, steps } = sorted(texts)
  expect(order.map(line => lines.text(line))).toEqual(texts.toSorted())
  expect(steps).toBeGreaterThan(80)
})

test('an empty line can be read wherever the one before it ends', () => {
  const lines = new Lines()
  for (const text of ['x'.repeat(2 ** 19), 'y'.repeat(2 ** 19), '']) lines.add(text)
  expect([lines.text(2), lines.bytes(2).length]).toEqual(['', 0])
})

test('a line of a megabyte is refused', () => {
  expect(() => new Lines().add('x'.repeat(2 ** 20))).toThrow(RangeError)
})
