import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Secret } from '../../shared/secret.ts'
import { tracesOf } from '../../shared/trace.ts'

const isFoundIn = (text: string | Buffer, secret: string): boolean =>
  tracesOf(new Secret(secret)).some(trace => Buffer.from(text).includes(trace))

/** Long enough that it is not found by chance. */
const secretsOf = (unit: 'binary' | 'grapheme-ascii') => fc.string({ unit, minLength: 8, maxLength: 40 })
const secrets = fc.oneof(secretsOf('grapheme-ascii'), secretsOf('binary'))
const around = fc.uint8Array({ maxLength: 9 })

describe('the traces of a secret', () => {
  it.each<[string, (secret: string) => string]>([
    ['as it is', secret => `["authorize","${secret}"]`],
    ['inside JSON', secret => JSON.stringify({ token: secret })],
    ['in an address', secret => `wss://example.test/?token=${encodeURIComponent(secret)}&v=3`],
    [
      'in an address with small letters',
      secret => `?t=${encodeURIComponent(secret).replace(/%../g, one => one.toLowerCase())}`,
    ],
    ['in a form', secret => new URLSearchParams({ token: secret }).toString()],
    ['in hexadecimal', secret => `t=${Buffer.from(secret).toString('hex')}`],
    ['in hexadecimal with capitals', secret => `t=${Buffer.from(secret).toString('hex').toUpperCase()}`],
  ])('find it %s', (_, write) => {
    fc.assert(
      fc.property(secrets, secret => {
        expect(isFoundIn(write(secret), secret)).toBe(true)
      }),
    )
  })

  it.each(['base64', 'base64url'] as const)('find it in %s, whatever stands before and after it', encoding => {
    fc.assert(
      fc.property(secrets, around, around, (secret, before, after) => {
        const text = Buffer.concat([before, Buffer.from(secret), after]).toString(encoding)
        expect(isFoundIn(text, secret)).toBe(true)
      }),
    )
  })

  it('find nothing where it is not, and nothing at all of an empty secret', () => {
    expect(isFoundIn('{"a":"subscribe","v":[408065]}', 'tok3n-of-the-day')).toBe(false)
    expect(tracesOf(new Secret(''))).toEqual([])
  })
})
