import fc from 'fast-check'
import { EXCHANGES } from '../../shared/market/exchange.ts'
import { TOPIC_MODES } from '../../shared/market/mode.ts'
import { formatTopic, isFeedName, isSymbol, parseTopic, type TopicParts } from '../../shared/market/topic.ts'
import { hold, orRefused, word } from './noise.ts'
import { claim, type Target } from './target.ts'

const ALPHABET = Array.from('ABCXYZ0189-')
const PRINTABLE = Array.from({ length: 95 }, (_, nth) => String.fromCharCode(32 + nth)).filter(
  one => !'"\\'.includes(one),
)

const parts: fc.Arbitrary<TopicParts> = fc.record({
  feed: fc.string({ unit: fc.constantFrom(...ALPHABET), minLength: 1, maxLength: 32 }).filter(isFeedName),
  exchange: fc.constantFrom(...EXCHANGES),
  symbol: fc.string({ unit: fc.constantFrom(...PRINTABLE, '%', '_', '%', '_'), minLength: 1, maxLength: 64 }),
  mode: fc.constantFrom(...TOPIC_MODES),
})

const piece = fc.oneof(
  word,
  fc.constantFrom(...EXCHANGES, ...TOPIC_MODES, 'FEED', '%41', '%5F', '%zz', 'LANE', 'STATUS'),
)
/** Almost topics: what stands between their underscores, in any order. */
const almost = fc.oneof(
  fc.array(piece, { maxLength: 7 }).map(pieces => pieces.join('_')),
  fc
    .tuple(fc.constantFrom(...EXCHANGES), piece, fc.constantFrom(...TOPIC_MODES))
    .map(parts => ['FEED', ...parts].join('_')),
)

const same = (one: TopicParts, other: TopicParts): boolean =>
  one.feed === other.feed && one.exchange === other.exchange && one.symbol === other.symbol && one.mode === other.mode

/** A thousand at a time: one by one, fast-check takes longer than they do. */
const many = <Value>(one: fc.Arbitrary<Value>) => fc.array(one, { minLength: 500, maxLength: 500, size: 'max' })

export const topic: Target = {
  name: 'topic',
  claims: [
    claim('reads back as what it was made of, and as nothing else', 200, [many(parts)], all => {
      for (const one of all) {
        const made = formatTopic(one)
        hold(same(parseTopic(made), one), `${made} reads back otherwise`)
        hold(/^[A-Z0-9&.%_-]+$/.test(made), `${made} holds what no topic may`)
        hold(made.split('_').length === 4 + one.exchange.split('_').length - 1, `${made} has another underscore`)
      }
    }),
    claim('is refused, or formats back to the same text', 10, [many(fc.oneof(almost, word))], all => {
      for (const one of all) {
        const read = orRefused(['TOPIC_MALFORMED'], () => parseTopic(one))
        if (read) hold(formatTopic(read) === one, `${JSON.stringify(one)} formats back otherwise`)
      }
    }),
    claim('takes no symbol that could end it early or carry a sign of another grammar', 10, [many(word)], all => {
      for (const symbol of all) {
        if (!isSymbol(symbol)) continue
        const made = formatTopic({ feed: 'FEED', exchange: 'NSE', symbol, mode: 'LTP' })
        hold(!/[\0\s*>]/.test(made) && made.length <= 255, `${JSON.stringify(symbol)} becomes ${made}`)
      }
    }),
  ],
}
