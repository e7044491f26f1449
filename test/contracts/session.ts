import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Decoder, Failure, Frame, SessionAdapter, Signal, Stream } from '../../adapters/contract.ts'
import { credentialFields } from '../../adapters/credentials.ts'
import { nextOrder } from '../../adapters/runtime/session/orders.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import { formatTopic, parseTopic } from '../../shared/market/topic.ts'
import { isWellFormed } from './instrument.ts'

const RECEIVED_AT = 1_795_220_416_000_000
const KINDS = /^(tick|part|stale|order|heartbeat|ready|refused|reply|rejected|notice|ignored|malformed)$/
/** A fraction of something. Not `fc.double`, nearly all of which are next to zero. */
const place = fc.nat(1000).map(part => part / 1000)
/** Damaged conversations for each kind of socket. */
const RUNS = 2000

/** What a broker says and what it is told, made by its tests: the contract needs something to damage and to count. */
export interface SessionSample {
  readonly ticket: unknown
  /** The files of a small list, as `master.requests` names them. */
  readonly bodies: readonly Uint8Array[]
  /** What the broker says on a main connection: its answer to the login first, then prices. All of it can be read. */
  readonly frames: readonly Frame[]
  /** The same of each sibling, by its name. */
  readonly siblings?: Readonly<Record<string, readonly Frame[]>>
  /** How many instruments a frame of ours asks for or lets go of. */
  named(frame: Frame): number
}

/** What every adapter with a session keeps. */
export function describeSession(adapter: SessionAdapter, sample: SessionSample): void {
  const { session, modes, sources } = adapter
  const settings = adapter.settings.parse({})
  const ticket = adapter.ticket.parse(sample.ticket)
  const streams: [string, Stream<unknown, unknown>, readonly Frame[]][] = [
    ['main socket', adapter, sample.frames],
    ...(adapter.siblings ?? []).map((sibling): [string, Stream<unknown, unknown>, readonly Frame[]] => [
      `socket for ${sibling.name}`,
      sibling,
      sample.siblings?.[sibling.name] ?? [],
    ]),
  ]
  const read = (bodies: readonly Uint8Array[]) => [...adapter.master.parse(bodies, () => {})]
  const listed = read(sample.bodies)

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

    it('names the sources of every mode it offers, or needs none', () => {
      if (!sources) return
      expect(modes.filter(mode => sources[mode] === undefined)).toEqual([])
    })

    describe.each(streams)('its %s', (_, stream, frames) => {
      const instruments = listed.filter(one => modes.some(mode => share(stream, one, mode) !== undefined))
      const carried = [...new Set(modes.flatMap(mode => instruments.flatMap(one => share(stream, one, mode) ?? [])))]
      const tokens = [...new Set(instruments.map(one => stream.tokenOf?.(one) ?? one.token))]

      it('is dialled at an encrypted address', () => {
        expect(stream.session.dial(settings, ticket).url).toMatch(/^wss:/)
      })

      it('is suspect before it is given up', () => {
        expect(stream.session.heartbeat.suspectMs).toBeLessThan(stream.session.heartbeat.deadMs)
      })

      it('says something for every mode and every change between two, and nothing for no token', () => {
        const most = tokens.slice(0, stream.limits.instrumentsPerMessage)
        for (const mode of carried) {
          expect(stream.session.subscribe(most, mode).length).toBeGreaterThan(0)
          expect(stream.session.unsubscribe(most, mode).length).toBeGreaterThan(0)
          for (const other of carried)
            if (other !== mode) expect(stream.session.change(most, other, mode).length).toBeGreaterThan(0)
          expect([stream.session.subscribe([], mode), stream.session.unsubscribe([], mode)]).toEqual([[], []])
        }
      })

      it('names no more instruments in a message than it may, and every one of them once', () => {
        const { instrumentsPerMessage: most } = stream.limits
        const many = Array.from({ length: 2 * most + 1 }, (_, nth) => tokens[nth % tokens.length] ?? '')
        for (const mode of carried) {
          const told = new Map<string, TopicMode>()
          const wanted = new Map(many.map(token => [token, mode]))
          for (let order = nextOrder(told, wanted, stream.session, stream.limits); order; ) {
            expect(order.tokens.length).toBeLessThanOrEqual(most)
            for (const frame of order.frames) expect(sample.named(frame)).toBeLessThanOrEqual(order.tokens.length)
            expect(Math.max(...order.frames.map(frame => sample.named(frame)))).toBeGreaterThan(0)
            for (const token of order.tokens) told.set(token, mode)
            order = nextOrder(told, wanted, stream.session, stream.limits)
          }
          expect(told).toEqual(wanted)
        }
      })

      it('is read without a word it does not know', () => {
        const signals = converse(stream.createDecoder(), frames)
        expect(frames.length).toBeGreaterThan(0)
        expect(signals.filter(({ kind }) => kind === 'malformed')).toEqual([])
        if (carried.length > 0) expect(signals.some(isMarket)).toBe(true)
      })

      it('makes signals and no exceptions of whatever comes, and of what is damaged no prices that cannot be', () => {
        const noise: fc.Arbitrary<Frame> = fc.oneof(
          fc.uint8Array({ maxLength: 600 }),
          fc.string({ maxLength: 200, unit: 'binary' }),
          fc.json(),
        )
        const frame =
          frames.length === 0
            ? noise
            : fc.oneof({ weight: 1, arbitrary: noise }, { weight: 4, arbitrary: damaged(frames) })
        fc.assert(
          fc.property(fc.array(frame, { minLength: 1, maxLength: 5 }), fc.boolean(), (conversation, begins) => {
            const said = begins ? [...frames.slice(0, 1), ...conversation] : conversation
            for (const signal of converse(stream.createDecoder(), said)) expect(signal).toSatisfy(isPossible)
          }),
          { numRuns: RUNS, seed: 7 },
        )
      })

      it('says of a frame that is cut that it was, or what it could not read of it', () => {
        const whole = frames.filter(frame => converse(stream.createDecoder(), [...frames, frame]).some(isMarket))
        for (const frame of whole)
          for (let length = frame.length - 1; length > 0; length -= Math.ceil(frame.length / 60)) {
            const decode = stream.createDecoder()
            converse(decode, frames)
            const signals = decode(frame.slice(0, length), RECEIVED_AT)
            expect(signals.map(({ kind }) => kind)).not.toEqual([])
            const isCounted = signals.some(({ kind }) => /^(malformed|ignored|heartbeat)$/.test(kind))
            const isLess = signals.filter(isMarket).length < decode(frame, RECEIVED_AT).filter(isMarket).length
            expect(isCounted || isLess, `${length} of ${frame.length}`).toBe(true)
          }
      })

      it('has a code for every failure, and tells nothing of the ticket', () => {
        const classify = (failure: Failure) => stream.session.classify(failure)
        const statuses = [301, 400, 401, 403, 404, 418, 429, 500, 502, 503]
        const failures: Failure[] = [
          ...statuses.map(status => ({ kind: 'handshake' as const, status, body: '<html>no</html>' })),
          ...[1000, 1001, 1006, 1011, 4001].map(code => ({ kind: 'closed' as const, code, reason: 'bye' })),
          { kind: 'network', reason: 'ECONNREFUSED' },
          { kind: 'refused', reason: 'no' },
        ]
        for (const failure of failures) {
          const error = classify(failure)
          expect(error).toBeInstanceOf(TickwireError)
          for (const secret of Object.values(ticket as object)) expect(error.message).not.toContain(secret)
        }
        expect(classify({ kind: 'handshake', status: 429, body: '' }).code).toBe('BROKER_RATE_LIMITED')
        expect(classify({ kind: 'network', reason: 'ECONNREFUSED' }).retry).toBe('backoff')
      })
    })

    it('asks for another login where the broker refuses the one it has', () => {
      const refused: Failure = session.dial(settings, ticket).hello
        ? { kind: 'refused', reason: 'Session Expired' }
        : { kind: 'handshake', status: 401, body: '' }
      expect(session.classify(refused).retry).toBe('after-login')
    })

    it('lists instruments that can be told apart by symbol and by token, across all segments, and can travel', () => {
      expect(listed.length).toBeGreaterThan(0)
      expect(new Set(listed.map(({ token }) => token)).size).toBe(listed.length)
      expect(new Set(listed.map(({ exchange, symbol }) => `${exchange}:${symbol}`)).size).toBe(listed.length)
      for (const one of listed) {
        expect(one, one.symbol).toSatisfy(isWellFormed)
        const topic = { feed: 'FEED', exchange: one.exchange, symbol: one.symbol, mode: 'QUOTE' as const }
        expect(parseTopic(formatTopic(topic))).toEqual(topic)
      }
    })

    it('refuses a page, an empty body and noise as a list of instruments', () => {
      for (const text of ['', '<html><body>Service unavailable</body></html>', '{"status":"error"}', '\0\x01\x02'])
        expect(() => read(sample.bodies.map(() => Buffer.from(text)))).toThrowError(
          expect.objectContaining({ code: 'INSTRUMENTS_MALFORMED' }),
        )
    })

    it('survives a list with any bytes of it changed or missing', () => {
      const change = fc.record({ at: place, byte: fc.nat(255), cut: fc.boolean() })
      fc.assert(
        fc.property(change, ({ at, byte, cut }) => {
          const bodies = sample.bodies.map(body => {
            const copy = Buffer.from(body)
            const place = Math.floor(at * (copy.length - 1))
            copy[place] = byte
            return cut ? copy.subarray(0, place) : copy
          })
          try {
            for (const one of read(bodies)) expect(one.token).not.toBe('')
          } catch (error) {
            expect(error).toMatchObject({ code: 'INSTRUMENTS_MALFORMED' })
          }
        }),
        { numRuns: 200, seed: 7 },
      )
    })
  })
}

const share = (stream: Stream<unknown, unknown>, instrument: Instrument, mode: TopicMode): TopicMode | undefined =>
  stream.carries ? stream.carries(instrument, mode) : mode

const converse = (decode: Decoder, frames: readonly Frame[]): Signal[] =>
  frames.flatMap(frame => [...decode(frame, RECEIVED_AT)])

const isMarket = ({ kind }: Signal): boolean => kind === 'tick' || kind === 'part'

/** Cut, lengthened, or with some bytes changed. */
const damaged = (frames: readonly Frame[]): fc.Arbitrary<Frame> =>
  fc
    .record({
      frame: fc.constantFrom(...frames),
      keep: place,
      changes: fc.array(fc.tuple(place, fc.nat(255)), { maxLength: 4 }),
      tail: fc.uint8Array({ maxLength: 8 }),
    })
    .map(({ frame, keep, changes, tail }) => {
      const bytes = Buffer.from(frame)
      for (const [at, byte] of changes) if (bytes.length > 0) bytes[Math.floor(at * (bytes.length - 1))] = byte
      const cut = Buffer.concat([bytes.subarray(0, Math.ceil(keep * bytes.length)), tail])
      return typeof frame === 'string' ? cut.toString('latin1') : cut
    })

/** Whatever was damaged: a signal of a known kind, and numbers that are some. */
function isPossible(signal: Signal): boolean {
  if (!KINDS.test(signal.kind)) return false
  if (signal.kind === 'tick') return Number.isSafeInteger(signal.tick.timestamp) && areNumbers(signal.tick)
  return signal.kind !== 'part' || areNumbers(signal.part)
}

const areNumbers = (fields: object): boolean =>
  Object.values(fields).every(value => typeof value !== 'number' || Number.isFinite(value))
