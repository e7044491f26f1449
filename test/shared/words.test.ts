import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Secret } from '../../shared/secret.ts'
import { oneLine, quote, quoteBytes, readJson } from '../../shared/words.ts'

it('a stranger may speak of no key or token, however it is written', () => {
  const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhY2Nlc3MifQ.x-y_z0123456789abcdef'
  for (const secret of [
    jwt,
    `-${jwt}`,
    '2025.0123456789abcdef',
    'a1b2c3d4e5f6a7b8',
    '0123456789abcdef0123456789abcdef',
  ])
    expect(oneLine(`token ${secret}: spent`)).toBe('token [redacted]: spent')
})

it('plain words, dates and order numbers are told as they came', () => {
  const said = 'RMS: 26092100012345 rejected on 2026-09-21 at 15:30:00, circuit-limit-of-the-day exceeded'
  expect(oneLine(said)).toBe(said)
})

it('whatever a stranger says is one short line', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 500 }), text => {
      const line = oneLine(text)
      expect(line.length).toBeLessThanOrEqual(200)
      expect(line).not.toMatch(/[\n\r\t\0]/)
    }),
  )
})

it('a quote is short and cannot end its quotes', () => {
  expect(quote('a"b\n')).toBe(String.raw`"a\"b\n"`)
  expect(quote('x'.repeat(100))).toHaveLength(62)
})

it('a quote is scrubbed before it is cut: the head of a secret does not stay', () => {
  const secret = new Secret('head-of-it-that-stands-before-the-sixtieth-character-and-tail')
  const said = `{"status":"error","message":"Invalid token ${secret.reveal()}"}`
  expect(quote(said)).toContain('[redacted]')
  expect(quoteBytes(Buffer.from(said))).toBe(quote(said))
  expect(quoteBytes(Buffer.alloc(100_000, 'x'))).toHaveLength(62)
})

it('what is no JSON is nothing', () => {
  expect([readJson('{"a":1}'), readJson('{'), readJson('')]).toEqual([{ a: 1 }, undefined, undefined])
})

it('a secret of this process is masked before a stranger’s text is cut', () => {
  const pin = new Secret('canary')
  expect(oneLine(`${'x '.repeat(98)}canary`)).toBe(`${'x '.repeat(98)}[red`)
  expect(quote(`${'x'.repeat(57)}canary`)).toBe(`"${'x'.repeat(57)}[re"`)
  pin.forget()
})
