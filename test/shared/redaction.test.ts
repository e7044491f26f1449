import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { excerpt, forget, know, knowBytes, scrub, scrubLine } from '../../shared/redaction.ts'
import { Secret } from '../../shared/secret.ts'

const VALUE = 'canary/of "asha"+é&%=7'
const form: Record<string, (text: string) => string> = {
  'as it is': text => text,
  'inside JSON': text => JSON.stringify(text),
  'inside JSON inside JSON': text => JSON.stringify(JSON.stringify({ body: text })),
  'in an address': text => encodeURIComponent(text),
  'in an address with small letters': text => encodeURIComponent(text).replace(/%../g, one => one.toLowerCase()),
  'in a form': text => new URLSearchParams({ a: text }).toString(),
  'in base64': text => Buffer.from(`user:${text}!`).toString('base64'),
  'in base64url': text => Buffer.from(`ab${text}!`).toString('base64url'),
  'in hexadecimal': text => Buffer.from(text).toString('hex'),
  'in hexadecimal with capitals': text => Buffer.from(text).toString('hex').toUpperCase(),
}

describe('what a process knows', () => {
  it.each(Object.entries(form))('is masked %s', (_, write) => {
    const before = `the broker says ${write(VALUE)}`
    expect(scrub(before)).toBe(before)
    const secret = new Secret(VALUE)
    expect(scrub(before)).toMatch(/^the broker says .*\[redacted\]/)
    for (const piece of ['canary', 'of "asha', Buffer.from(VALUE).toString('hex').slice(0, 12)])
      expect(scrub(before)).not.toContain(piece)
    secret.forget()
    expect(scrub(before)).toBe(before)
  })

  it('is masked in parts, too, when it is a JSON object, as credentials and tickets are', () => {
    const ticket = new Secret(JSON.stringify({ access: 'canary-access', nested: { feed: 'canary-feed', pin: '47' } }))
    expect(scrub('canary-access, canary-feed, 47')).toBe('[redacted], [redacted], 47')
    ticket.forget()
  })

  it('is masked as a key of bytes is written', () => {
    const key = randomBytes(32)
    knowBytes(key)
    for (const encoding of ['hex', 'base64', 'base64url'] as const)
      expect(scrub(`key ${key.toString(encoding)}`)).not.toContain(key.toString(encoding).slice(0, 20))
    forget(key)
    expect(scrub(key.toString('hex'))).toBe(key.toString('hex'))
  })

  it('is bounded: of the tickets of many days the last ones are masked, and credentials stay', () => {
    const credentials = new Secret('canary-of-credentials')
    const day = (number: number) => `canary-ticket-of-day-${number}-`
    for (let number = 0; number < 100; number++) know(day(number), 'passing')
    expect(scrub(day(0))).toBe(day(0))
    expect(scrub(day(67))).toBe(day(67))
    for (let number = 68; number < 100; number++) expect(scrub(day(number))).toBe('[redacted]')
    know(day(68), 'passing')
    know('canary-ticket-of-tomorrow', 'passing')
    expect(scrub(day(68))).toBe('[redacted]')
    expect(scrub(day(69))).toBe(day(69))
    expect(scrub('canary-of-credentials')).toBe('[redacted]')
    credentials.forget()
  })

  it('never pushes out a key of bytes, however many credentials come after it', () => {
    const key = randomBytes(32)
    knowBytes(key)
    const later = Array.from({ length: 1100 }, (_, nth) => new Secret(`canary-of-account-${nth}-`))
    expect(scrub(key.toString('hex'))).toBe('[redacted]')
    for (const one of later) one.forget()
    forget(key)
  })

  it('is masked before a text is cut, so that no head of it stays', () => {
    const token = new Secret('canary-of-token')
    expect(excerpt(`the token canary-of-token is wrong`, 20)).toBe('the token [redacted]')
    expect(excerpt(`the token canary-of-token is wrong`, 16)).toBe('the token [redac')
    token.forget()
  })
})

describe('a text of any length', () => {
  const KB = 1024
  const hostile: Record<string, (length: number) => string> = {
    'the beginnings of addresses': length => '://'.repeat(length / 3),
    'the beginnings of addresses of a kind': length => 'http://'.repeat(length / 7),
    'addresses, and the query behind an end': length => `${'http://'.repeat(length / 7)} ?`,
    'beginnings and a query': length => `${'://'.repeat(length / 3)}" ?`,
    'a run of base64': length => randomBytes(length * 0.75).toString('base64'),
    'a run of hexadecimal': length => randomBytes(length / 2).toString('hex'),
    'beginnings of our keys': length => 'tw_live_0123456789_'.repeat(length / 19),
  }

  it.each(Object.entries(hostile))('costs no more than its length: %s', (_, text) => {
    const key = randomBytes(32)
    knowBytes(key)
    const before = process.cpuUsage()
    const long = text(256 * KB)
    scrub(long)
    scrubLine(`${JSON.stringify({ msg: long })}\n`)
    const { user, system } = process.cpuUsage(before)
    expect((user + system) / 1000).toBeLessThan(200)
    forget(key)
  })

  it('is cut in the log, after it was masked', () => {
    const token = new Secret('canary-across-the-cut')
    const msg = `${'a'.repeat(16 * KB - 6)}canary-across-the-cut${'b'.repeat(KB)}`
    expect(JSON.parse(scrubLine(`${JSON.stringify({ msg })}\n`)).msg).toBe(`${'a'.repeat(16 * KB - 6)}[redac`)
    token.forget()
    expect(JSON.parse(scrubLine(`${JSON.stringify({ msg })}\n`)).msg).toHaveLength(16 * KB)
  })
})

describe('what nobody has to know', () => {
  it('is the query of an address, and the secret half of our own keys', () => {
    expect(scrub('GET https://api.example.test/token?key=abc&state=1 failed')).toBe(
      'GET https://api.example.test/token?[redacted] failed',
    )
    const key = `tw_live_0123456789_${'a'.repeat(49)}`
    expect(scrub(`key ${key} refused`)).toBe('key tw_live_0123456789_[redacted] refused')
    expect(scrub('see https://example.test/help, or not?')).toBe('see https://example.test/help, or not?')
  })

  it('is masked beside what is known', () => {
    expect(scrub('code 271828 was used', ['271828'])).toBe('code [redacted] was used')
  })
})

describe('a line of JSON', () => {
  it('stays one, whatever is masked in it: texts, names, numbers, at any depth', () => {
    const pin = new Secret('4711')
    let deep: unknown = 'pin 4711'
    for (let depth = 0; depth < 10; depth++) deep = { deep }
    const line = scrubLine(
      `${JSON.stringify({ level: 'info', time: '4711-01-01T00:00:00.000Z', port: 4711, '4711': [4711], deep })}\n`,
    )
    expect(line).not.toMatch(/pin 4711/)
    expect(JSON.parse(line)).toMatchObject({
      time: '4711-01-01T00:00:00.000Z',
      port: '[redacted]',
      '[redacted]': ['[redacted]'],
    })
    pin.forget()
  })

  it('comes back as it is when there is nothing in it', () => {
    const line = '{"level":"info","msg":"connected"}\n'
    expect(scrubLine(line)).toBe(line)
  })

  it('holds no order to a terminal', () => {
    const line = scrubLine(`${JSON.stringify({ msg: '\x9b31m \x7f \u202e' })}\n`)
    expect(line).toBe('{"msg":"\\u009b31m \\u007f \\u202e"}\n')
  })

  it('that is broken is masked all the same', () => {
    const secret = new Secret('canary-in-a-broken-line')
    expect(scrubLine('{"msg":"canary-in-a-broken-line')).toBe('{"msg":"[redacted]\n')
    secret.forget()
  })
})
