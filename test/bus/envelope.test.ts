import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  exactFilter,
  formatDemand,
  MAX_MESSAGE_BYTES,
  openEnvelope,
  parseDemand,
  sealEnvelope,
} from '../../bus/envelope.ts'
import { bytes, printedVectors } from '../support/vector.ts'

const ENVELOPE = `
  5354415455535f44454d4f ; STATUS_DEMO
  00                     ; end of the topic
  7b7d                   ; body: {}
`
const frames = (...parts: (string | Buffer)[]) => parts.map(part => Buffer.from(part))

describe('An envelope', () => {
  it('is topic, zero and body', () => {
    const sealed = sealEnvelope('STATUS_DEMO', Buffer.from('{}'))
    expect(sealed.toString('hex')).toBe(bytes(ENVELOPE).toString('hex'))
    expect(openEnvelope([bytes(ENVELOPE)])).toEqual({ topic: 'STATUS_DEMO', body: Buffer.from('{}'), plain: false })
  })

  it('is printed in the README as it is tested here', () => {
    expect(printedVectors(new URL('../../bus/README.md', import.meta.url))).toContain(bytes(ENVELOPE).toString('hex'))
  })

  it('begins with its exact filter, and a longer topic does not', () => {
    const body = Buffer.alloc(0)
    expect(sealEnvelope('A_LTP', body).toString('latin1').startsWith(exactFilter('A_LTP'))).toBe(true)
    expect(sealEnvelope('A_LTPX', body).toString('latin1').startsWith(exactFilter('A_LTP'))).toBe(false)
  })

  it('is a copy: the body may be used again', () => {
    const body = Buffer.from('before')
    const sealed = sealEnvelope('A', body)
    body.fill(0)
    expect(openEnvelope([sealed])?.body.toString()).toBe('before')
  })

  it('of two frames is the plain form', () => {
    expect(openEnvelope(frames('TOPIC', '{"ltp":1}'))).toEqual({
      topic: 'TOPIC',
      body: Buffer.from('{"ltp":1}'),
      plain: true,
    })
  })

  it.each([
    ['no frame', frames()],
    ['one frame without an end of topic', frames('TOPIC')],
    ['one frame without a topic', frames('\0body')],
    ['an empty frame', frames('')],
    ['three frames', frames('TOPIC', 'a', 'b')],
    ['a plain topic with a zero in it', frames('TOPIC\0', 'body')],
    ['an empty plain topic', frames('', 'body')],
    ['a topic of 256 bytes', frames(`${'T'.repeat(256)}\0`)],
    ['a plain topic of 256 bytes', frames('T'.repeat(256), 'body')],
  ])('is not made of %s', (_, parts) => {
    expect(openEnvelope(parts)).toBeUndefined()
  })

  it('of any bytes opens to what was sealed or not at all', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 3 }), parts => {
        const opened = openEnvelope(parts.map(part => Buffer.from(part)))
        if (!opened || opened.plain) return
        expect(sealEnvelope(opened.topic, opened.body)).toEqual(Buffer.from(parts[0] ?? []))
      }),
    )
  })

  it('is at most 64 MiB long', () => {
    const most = Buffer.alloc(MAX_MESSAGE_BYTES - 'A\0'.length)
    expect(sealEnvelope('A', most)).toHaveLength(MAX_MESSAGE_BYTES)
    expect(() => sealEnvelope('AB', most)).toThrow(
      expect.objectContaining({ code: 'MESSAGE_MALFORMED', message: expect.stringContaining('on AB') }),
    )
  })
})

describe('Demand', () => {
  it('is a byte and the filter', () => {
    expect(formatDemand(exactFilter('AB'), true).toString('hex')).toBe('01414200')
    expect(formatDemand('AB', false).toString('hex')).toBe('004142')
    expect(formatDemand('', true).toString('hex')).toBe('01')
  })

  it('is read back', () => {
    expect(parseDemand([Buffer.from('01414200', 'hex')])).toEqual({ filter: 'AB\0', wanted: true })
    expect(parseDemand([Buffer.from('00', 'hex')])).toEqual({ filter: '', wanted: false })
  })

  it.each([
    ['an empty frame', frames('')],
    ['another first byte', frames('\u0002AB')],
    ['two frames', frames('\u0001AB', 'C')],
    ['no frame', frames()],
  ])('is not %s', (_, parts) => {
    expect(parseDemand(parts)).toBeUndefined()
  })
})
