import fc from 'fast-check'
import { Desk } from '../../proxy/api/desk.ts'
import { addHealth } from '../../proxy/api/health.ts'
import { addInstruments } from '../../proxy/api/instruments.ts'
import { addStatus } from '../../proxy/api/status.ts'
import { EVERYTHING } from '../../proxy/reading.ts'
import { Workshop } from '../../proxy/worklist.ts'
import { systemClock } from '../../shared/clock.ts'
import { newKey, readKey } from '../../shared/key.ts'
import { ALICE, bareApi, handOver } from '../support/api.ts'
import { hold, oddNumber, text, word } from './noise.ts'
import { claim, type Target } from './target.ts'

const STATUSES: ReadonlySet<number> = new Set([200, 400, 401, 404, 405, 426, 429, 503])
const KEY = newKey().text.reveal()
/** Without control characters, which Node's parser refuses; as a target, without spaces either. */
const plain = (said: string, least = ' '): string =>
  Array.from(said)
    .filter(one => one >= least && one !== '\x7f')
    .join('')

const target = fc
  .oneof(
    fc
      .array(
        fc.oneof(
          fc.constantFrom(
            'api',
            'v1',
            'status',
            'livez',
            'readyz',
            '..',
            '%2e%2e',
            '',
            '?',
            '&',
            'instruments=all',
            'instruments',
            'NSE',
            'health',
            'q=',
            'limit=',
            'feed=',
            'symbol=',
            '%ff',
            '%00',
          ),
          word,
        ),
        { maxLength: 8 },
      )
      .map(pieces => `/${pieces.join('/')}`),
    fc
      .tuple(
        fc.constantFrom('/status?', '/api/v1/status?', '/api/v1/instruments?'),
        fc.array(fc.tuple(fc.constantFrom('feed', 'symbol', 'instruments', 'q', 'limit', 'kind', '__proto__'), word), {
          maxLength: 4,
        }),
      )
      .map(([path, fields]) => path + fields.map(pair => pair.join('=')).join('&')),
    text,
  )
  .map(one => plain(one, '!'))

const header = fc
  .oneof(text, word, fc.constantFrom(`Bearer ${KEY}`, `bearer  ${KEY}`, `Basic ${KEY}`, 'Bearer'))
  .map(one => plain(one))
const request = fc.record({
  method: fc.oneof(fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'), word),
  url: target,
  headers: fc.record(
    { authorization: header, origin: header, host: header, 'x-forwarded-for': header, cookie: header },
    { requiredKeys: [] },
  ),
})

const api = await bareApi({ keys: { [KEY]: ALICE } })
addHealth(api, { lagMs: () => 0, missing: async () => undefined })
addStatus(api, async () => ({ feeds: [], proxy: 'P-1' }))
addInstruments(api, {
  instruments: {
    *searching() {
      yield
      return []
    },
    find: () => undefined,
  },
  desk: new Desk({ clock: systemClock, workshop: new Workshop(systemClock), limits: { maxSymbolsPerMessage: 3000 } }),
  access: { reading: () => EVERYTHING },
  feedsOf: () => [],
})
await api.ready()

export const http: Target = {
  name: 'http',
  claims: [
    claim(
      'answers any request with a status of its own, and nothing to who has no key',
      4000,
      [request],
      async said => {
        const { status, headers, body } = await handOver(api, said)
        hold(STATUSES.has(status), `status ${status}`)
        for (const one of Object.values(headers)) hold(plain(one) === one, 'a header that ends early')
        hold(body.length < 1000, 'an answer that is as long as the question')
        hold(!body.includes('P-1') || said.headers.authorization?.includes(KEY) === true, 'told to who has no key')
        hold(!body.includes(KEY), 'it repeats a key')
      },
    ),
  ],
}

const other = fc.constantFrom(...Array.from('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_-. \0é'))

export const key: Target = {
  name: 'key',
  claims: [
    claim(
      'takes no text for a key that is none',
      5000,
      [fc.oneof(text, word, oddNumber.map(String), fc.string({ minLength: 60, maxLength: 70 }))],
      said => {
        const read = readKey(said)
        hold(read === undefined || /^[0-9A-Fa-f]{64}$/.test(said), `${JSON.stringify(said)} is taken for a key`)
      },
    ),
    claim(
      'notices any one character that is wrong, missing or too much',
      1000,
      [fc.nat(67), other, fc.constantFrom(0, 1)],
      (at, sign, removed) => {
        const { id, text: whole } = newKey()
        const said = whole.reveal()
        const read = readKey(said)
        hold(read?.kind === 'own' && read.id === id, 'a new key is not one')
        const place = Math.min(at, said.length - 1)
        const wrong = said.slice(0, place) + sign + said.slice(place + removed)
        hold(wrong === said || readKey(wrong) === undefined, `${place}: ${JSON.stringify(sign)} goes unnoticed`)
      },
    ),
  ],
}
