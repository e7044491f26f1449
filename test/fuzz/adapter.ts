import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import type { Frame, HttpAnswer, SessionAdapter, Signal, Stream } from '../../adapters/contract.ts'
import { credentialFields } from '../../adapters/credentials.ts'
import { rowProblem } from '../../adapters/row.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { SessionSample } from '../contracts/session.ts'
import { ROOT } from '../support/source.ts'
import { areNumbers, bytes, damagedBytes, damagedText, hold, orRefused, text, word } from './noise.ts'
import { type Claim, claim, type Target } from './target.ts'

const RECEIVED_AT = 1_795_220_416_000_000
const NOW = RECEIVED_AT / 1000
const SECRET = 'S3cretS3cretS3cretS3cretS3cret32'
/** More than any frame says, and less than memory. */
const MOST_SIGNALS = 20_000

/** What was recorded of a broker, where the optional folder is there. */
function recordings(name: string): { texts: string[]; frames: Buffer[] } {
  const folder = join(ROOT, '../shared/fixtures/brokers', name)
  const found = existsSync(folder) ? readdirSync(folder).toSorted() : []
  const read = (end: RegExp) => found.filter(file => end.test(file)).map(file => readFileSync(join(folder, file)))
  return { texts: read(/\.json$/).map(String), frames: read(/\.(bin|packet)$/) }
}

/** Everything strangers can make an adapter with a session read. */
export function adapterTarget(adapter: SessionAdapter, sample: SessionSample): Target {
  const { name, master, session } = adapter
  const settings = adapter.settings.parse({})
  const ticket = adapter.ticket.parse(sample.ticket)
  const recorded = recordings(name)
  const streams: [string, Stream<unknown, unknown>, readonly Frame[]][] = [
    ['main', adapter, sample.frames],
    ...(adapter.siblings ?? []).map((one): [string, Stream<unknown, unknown>, readonly Frame[]] => [
      one.name,
      one,
      sample.siblings?.[one.name] ?? [],
    ]),
  ]
  const listed = [...master.parse(sample.bodies, () => {})]
  const answer = httpAnswer(recorded.texts)
  return {
    name,
    claims: [
      ...streams.map(([which, stream, frames]) => codec(which, stream, frames, recorded.frames)),
      claim('classifies every refusal', 300, [answer, word], ({ status, headers, body }, reason) => {
        const handshake = { kind: 'handshake', status, headers, body: String(body) } as const
        for (const failure of [handshake, { kind: 'refused', reason } as const, { kind: 'network', reason } as const])
          hold(session.classify(failure) instanceof TickwireError, 'no error of ours')
        hold(session.classify({ kind: 'closed', code: status, reason }) instanceof TickwireError, 'no error of ours')
        hold(master.classify({ status, headers, body }) instanceof TickwireError, 'no error of ours')
      }),
      claim('reads a list, or refuses it', 60, [lists(sample.bodies)], bodies => {
        // A row that cannot be served is left out by who takes the list; it must be one all the same.
        const rows = orRefused(['INSTRUMENTS_MALFORMED'], () => [...master.parse(bodies, () => {})]) ?? []
        for (const row of rows) hold(rowProblem(row) === undefined, `${row.symbol}: ${rowProblem(row)}`)
      }),
      ...quoteClaims(adapter, { settings, ticket, listed, answer }),
      claim('takes what a person pasted, and never repeats it', 1000, [pasted], said => {
        try {
          adapter.login.readAnswer(said)
        } catch (error) {
          hold(error instanceof TickwireError && /^(USAGE|CREDENTIALS_REJECTED)$/.test(error.code), String(error))
          hold(!error.message.includes(SECRET) && !error.next?.includes(SECRET), 'what was pasted is repeated')
        }
      }),
      claim('takes a login’s answer, or refuses it without a secret', 300, [answer, fc.boolean()], (said, again) =>
        logIn(adapter, settings, ticket, said, again),
      ),
    ],
  }
}

function codec(
  which: string,
  stream: Stream<unknown, unknown>,
  samples: readonly Frame[],
  more: readonly Buffer[],
): Claim {
  const binary = [...samples.filter(one => typeof one !== 'string').map(one => Buffer.from(one)), ...more]
  const texts = samples.filter(one => typeof one === 'string')
  const frame: fc.Arbitrary<Frame> = fc.oneof(
    bytes,
    text,
    ...(binary.length > 0 ? [damagedBytes(binary), damagedBytes(binary)] : []),
    ...(texts.length > 0 ? [damagedText(texts), damagedText(texts)] : []),
    ...(samples.length > 0 ? [fc.constantFrom(...samples)] : []),
  )
  return claim(
    `${which}: makes signals of any frames, never an exception`,
    600,
    [fc.array(frame, { maxLength: 6 })],
    all => {
      const decode = stream.createDecoder()
      let count = 0
      for (const one of all)
        for (const signal of decode(one, RECEIVED_AT)) {
          hold(isPossible(signal), `impossible: ${JSON.stringify(signal)}`)
          hold(++count < MOST_SIGNALS, 'signals without an end')
        }
    },
  )
}

/** Whatever came: numbers are numbers, tokens are texts. */
function isPossible(signal: Signal): boolean {
  switch (signal.kind) {
    case 'tick':
      return signal.token !== '' && Number.isSafeInteger(signal.tick.timestamp) && areNumbers(signal.tick)
    case 'part':
      return signal.token !== '' && areNumbers(signal.part)
    case 'order':
      return areNumbers(signal.order)
    default:
      return true
  }
}

const lists = (bodies: readonly Uint8Array[]): fc.Arbitrary<Uint8Array[]> =>
  fc.tuple(
    ...bodies.map(body =>
      fc.oneof(
        fc.constant(Buffer.from(body)),
        damagedBytes([body]),
        bytes,
        text.map(one => Buffer.from(one)),
      ),
    ),
  )

const ANSWERS = [
  '{"status":"success","data":{"access_token":"a","user_id":"U","jwtToken":"a","feedToken":"b","refreshToken":"c"}}',
  '{"status":"error","error_type":"TokenException","message":"no"}',
  '{"s":"ok","access_token":"a.b.c","refresh_token":"d"}',
  '{"s":"error","code":-16,"message":"no"}',
  '{"stat":"Ok","token":"a","client":"C","request_token":"b"}',
  '{"stat":"Not_Ok","emsg":"Session Expired : Invalid Session Key"}',
  `{"message":"${SECRET}"}`,
  '<html>no</html>',
]

const httpAnswer = (recorded: readonly string[]): fc.Arbitrary<HttpAnswer> =>
  fc.record({
    status: fc.oneof(fc.constantFrom(200, 200, 301, 400, 401, 403, 429, 500, 502), fc.nat(65_535)),
    headers: fc.dictionary(fc.constantFrom('retry-after', 'content-type', 'date'), word, { maxKeys: 2 }),
    body: fc.oneof(
      text.map(one => Buffer.from(one)),
      bytes,
      damagedText([...ANSWERS, ...recorded]).map(one => Buffer.from(one)),
    ),
  })

interface QuoteParts {
  readonly settings: unknown
  readonly ticket: unknown
  readonly listed: readonly Parameters<NonNullable<SessionAdapter['quotes']>['parse']>[1][number][]
  readonly answer: fc.Arbitrary<HttpAnswer>
}

function quoteClaims({ quotes }: SessionAdapter, { listed, answer }: QuoteParts): Claim[] {
  if (!quotes) return []
  return [
    claim('reads quotes, or refuses them', 600, [answer], said => {
      try {
        for (const { tick } of quotes.parse(said, listed, RECEIVED_AT)) hold(areNumbers(tick), JSON.stringify(tick))
      } catch (error) {
        if (!(error instanceof TickwireError)) throw error
      }
    }),
  ]
}

const pasted = fc.oneof(
  text,
  word,
  fc
    .tuple(
      fc.constantFrom('https://127.0.0.1/?', '?', ''),
      fc.array(fc.tuple(fc.constantFrom('request_token', 'code', 'auth_code', 'state', 'status', 's'), word), {
        maxLength: 4,
      }),
    )
    .map(([start, fields]) => start + fields.map(([field, value]) => `${field}=${value} ${SECRET}`).join('&')),
)

async function logIn(
  adapter: SessionAdapter,
  settings: unknown,
  ticket: unknown,
  said: HttpAnswer,
  again: boolean,
): Promise<void> {
  const credentials = adapter.credentials.parse(
    Object.fromEntries(credentialFields(adapter).map(field => [field.name, credentialFor(field.name)])),
  )
  const options = { settings, credentials, http: async () => said, now: NOW }
  try {
    const granted = again
      ? await adapter.login.renew?.({ ...options, ticket })
      : await adapter.login.redeem({ ...options, answer: { code: SECRET } })
    if (granted)
      hold(
        adapter.ticket.safeParse(granted.ticket).success,
        `no ticket: ${Object.keys(granted.ticket as object).join()}`,
      )
    hold(granted?.expiresAt === undefined || Number.isFinite(granted.expiresAt), 'it ends at no time')
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    hold(!error.message.includes(SECRET), `a secret in: ${error.message}`)
  }
}

/** Those of which a broker has another idea than a word. */
const FIELDS: Readonly<Record<string, string>> = {
  totp_secret: 'JBSWY3DPEHPK3PXP',
  pin: '1234',
  app_id: 'ABCD1234-100',
  client_code: 'A123456',
}

const credentialFor = (name: string): string => FIELDS[name] ?? SECRET
