import fc from 'fast-check'
import type { ErrorCode } from '../../shared/errors.ts'
import { TickwireError } from '../../shared/errors.ts'

/** Names that JavaScript gives a meaning, pieces of other grammars, and halves of characters. */
const MEANT = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf', 'prototype', 'length']
const SIGNS = [
  '',
  ' ',
  '\0',
  '\n',
  '\r\n',
  '\ud800',
  '\udfff',
  '\u202e',
  '\ufeff',
  '%00',
  '%',
  '_',
  '.',
  '*',
  '>',
  '\\',
  '"',
]
const LOOKS = ['../../etc/passwd', '{"level":60}', '\u001b[31m', 'NSE:TCS,NSE:', '１２', 'ＮＳＥ', 'ı', 'K']
const HOSTILE = [...MEANT, ...SIGNS, ...LOOKS]

export const word = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ maxLength: 12 }),
  fc.string({ maxLength: 12, unit: 'binary' }),
  // Halves of characters, which a JSON text may hold.
  fc.array(fc.nat(0xffff), { maxLength: 6 }).map(units => String.fromCharCode(...units)),
)

export const oddNumber = fc.oneof(
  fc.constantFrom(0, -0, 1, -1, 2, 3, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 64, 1e308, -1e308, 5e-324, 0.1 + 0.2),
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)

/** Any JSON value, with the names and numbers above in it. */
export const json: fc.Arbitrary<unknown> = fc.letrec(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    word,
    oddNumber,
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(word, tie('value')), { maxLength: 4 }).map(entries => objectOf(entries)),
  ),
})).value

/** Also with a `__proto__` of its own, as `JSON.parse` makes it. */
const objectOf = (entries: readonly (readonly [string, unknown])[]): unknown => {
  const object = {}
  for (const [name, value] of entries)
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
  return object
}

/** Texts that are JSON and no value a program would write: numbers that are none, names twice, depth. */
const oddJson = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.constantFrom(
      '1e999',
      '-1e999',
      '00',
      '9007199254740993',
      '"\\ud800"',
      '{"a":1,"a":2}',
      '[1,]',
      'NaN',
      '\ufeff{}',
    ),
  },
  { weight: 1, arbitrary: fc.nat(30_000).map(depth => '['.repeat(depth) + ']'.repeat(depth)) },
  { weight: 1, arbitrary: fc.nat(10_000).map(depth => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`) },
)

/** A fraction of something, for places in it. Not `fc.double`, nearly all of which are next to zero. */
const place = fc.nat(1000).map(part => part / 1000)

/** Texts with pieces of them cut, doubled or replaced. */
export const damagedText = (samples: readonly string[]): fc.Arbitrary<string> =>
  fc
    .record({
      text: fc.constantFrom(...samples),
      edits: fc.array(fc.tuple(place, fc.nat(20), fc.oneof(word, oddJson, oddNumber.map(String))), { maxLength: 4 }),
      keep: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, place),
    })
    .map(({ text, edits, keep }) => {
      let result = text
      for (const [at, length, piece] of edits) {
        const start = Math.floor(at * result.length)
        result = result.slice(0, start) + piece + result.slice(start + length)
      }
      return result.slice(0, Math.ceil(keep * result.length))
    })

/** Bytes with some changed, some cut out, some added; two samples joined. */
export const damagedBytes = (samples: readonly Uint8Array[]): fc.Arbitrary<Buffer> =>
  fc
    .record({
      bytes: fc.constantFrom(...samples),
      changes: fc.array(fc.tuple(place, fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 127, 128, 255))), { maxLength: 6 }),
      cut: fc.option(fc.tuple(place, fc.nat(16))),
      keep: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, place),
      tail: fc.oneof(
        { weight: 3, arbitrary: fc.constant(new Uint8Array()) },
        fc.uint8Array({ maxLength: 16 }),
        fc.constantFrom(...samples),
      ),
    })
    .map(({ bytes, changes, cut, keep, tail }) => {
      let result = Buffer.from(bytes)
      for (const [at, byte] of changes) if (result.length > 0) result[Math.floor(at * (result.length - 1))] = byte
      if (cut) {
        const start = Math.floor(cut[0] * result.length)
        result = Buffer.concat([result.subarray(0, start), result.subarray(start + cut[1])])
      }
      return Buffer.concat([result.subarray(0, Math.ceil(keep * result.length)), tail])
    })

export const bytes = fc.uint8Array({ maxLength: 400 }).map(one => Buffer.from(one))

/** Whatever could be sent as text: JSON, almost JSON, and none. */
export const text = fc.oneof(
  json.map(value => JSON.stringify(value)),
  oddJson,
  word,
  fc.string({ maxLength: 200, unit: 'binary' }),
)

/** What `act` gives; `undefined` when it throws one of these codes. Any other error goes on. */
export function orRefused<Result>(codes: readonly ErrorCode[], act: () => Result): Result | undefined {
  try {
    return act()
  } catch (error) {
    if (error instanceof TickwireError && codes.includes(error.code)) return undefined
    throw error
  }
}

/** Throws with the words unless it holds: the claims run outside of a test, too. */
export function hold(holds: boolean, words: string): asserts holds {
  if (!holds) throw new Error(words)
}

/** Every number in it is one. */
export const areNumbers = (value: unknown): boolean =>
  typeof value === 'number'
    ? Number.isFinite(value)
    : typeof value !== 'object' || value === null || Object.values(value).every(areNumbers)
