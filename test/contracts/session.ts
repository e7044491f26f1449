import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Failure, Frame, SessionAdapter } from '../../adapters/contract.ts'
import { credentialFields } from '../../adapters/credentials.ts'
import { TickwireError } from '../../shared/errors.ts'

const RECEIVED_AT = 1_795_220_416_000_000

/** What every adapter with a session keeps. `ticket`: one of its own; `tokens`: as its instrument list spells them. */
export function describeSession(adapter: SessionAdapter, ticket: unknown, tokens: readonly string[]): void {
  const { session, limits, modes } = adapter
  const settings = adapter.settings.parse({})

  describe(`the session of the adapter ${adapter.name}`, () => {
    it('starts with default settings, says when silence is a fault, and refuses a setting it does not know', () => {
      expect(settings).toMatchObject({ expect_ticks: 'calendar' })
      expect(adapter.settings.safeParse({ 'no-such-setting': 1 }).success).toBe(false)
    })

    it('names every credential for the person who types it, and takes no empty one', () => {
      const fields = credentialFields(adapter)
      expect(fields.length).toBeGreaterThan(0)
      for (const { label } of fields) expect(label).toMatch(/\S/)
      const empty = Object.fromEntries(fields.map(({ name }) => [name, '']))
      expect(adapter.credentials.safeParse(empty).success).toBe(false)
    })

    it('dials an encrypted address', () => {
      expect(adapter.ticket.safeParse(ticket).success).toBe(true)
      expect(session.dial(settings, adapter.ticket.parse(ticket)).url).toMatch(/^wss:/)
    })

    it('is suspect before it is given up', () => {
      expect(session.heartbeat.suspectMs).toBeLessThan(session.heartbeat.deadMs)
    })

    it.each(modes)('says something for every change from and to %s, and nothing for no token', mode => {
      const most = tokens.slice(0, limits.instrumentsPerMessage)
      expect(session.subscribe(most, mode).length).toBeGreaterThan(0)
      expect(session.unsubscribe(most, mode).length).toBeGreaterThan(0)
      for (const other of modes) if (other !== mode) expect(session.change(most, other, mode).length).toBeGreaterThan(0)
      expect([session.subscribe([], mode), session.unsubscribe([], mode)]).toEqual([[], []])
    })

    it('makes signals and no exceptions of whatever comes, and says what could not be read', () => {
      const frame: fc.Arbitrary<Frame> = fc.oneof(
        fc.uint8Array({ maxLength: 600 }),
        fc.string({ maxLength: 200, unit: 'binary' }),
        fc.json(),
      )
      fc.assert(
        fc.property(fc.array(frame, { maxLength: 5 }), frames => {
          const decode = adapter.createDecoder()
          for (const one of frames)
            for (const signal of decode(one, RECEIVED_AT)) {
              expect(signal.kind).toMatch(/^(tick|heartbeat|ready|reply|rejected|notice|ignored|malformed)$/)
              if (signal.kind === 'tick') expect(Number.isSafeInteger(signal.tick.timestamp)).toBe(true)
            }
        }),
        { numRuns: 500, seed: 7 },
      )
      expect(adapter.createDecoder()(new Uint8Array(0), RECEIVED_AT)[0]?.kind).not.toBe('tick')
    })

    it('has a code for every failure, and tells nothing of the ticket', () => {
      const statuses = [301, 400, 401, 403, 404, 418, 429, 500, 502, 503]
      const failures: Failure[] = [
        ...statuses.map(status => ({ kind: 'handshake' as const, status, body: '<html>no</html>' })),
        ...[1000, 1001, 1006, 1011, 4001].map(code => ({ kind: 'closed' as const, code, reason: 'bye' })),
        { kind: 'network', reason: 'ECONNREFUSED' },
      ]
      for (const failure of failures) {
        const error = session.classify(failure)
        expect(error).toBeInstanceOf(TickwireError)
        for (const secret of Object.values(adapter.ticket.parse(ticket) as object))
          expect(error.message).not.toContain(secret)
      }
      expect(session.classify({ kind: 'handshake', status: 429, body: '' }).code).toBe('BROKER_RATE_LIMITED')
      expect(session.classify({ kind: 'handshake', status: 403, body: '' }).retry).toBe('after-login')
      expect(session.classify({ kind: 'network', reason: 'ECONNREFUSED' }).retry).toBe('backoff')
    })

    it('refuses a page, an empty body and noise as a list of instruments', () => {
      const read = (text: string) => [...adapter.master.parse([Buffer.from(text)], () => {})]
      for (const text of ['', '<html><body>Service unavailable</body></html>', '{"status":"error"}', '\0\x01\x02'])
        expect(() => read(text)).toThrowError(expect.objectContaining({ code: 'INSTRUMENTS_MALFORMED' }))
    })
  })
}
