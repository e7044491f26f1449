import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  FEED_LABELS,
  FEED_STATES,
  type FeedStatus,
  formatControl,
  parseFeedStatus,
  parseSubscriptionSet,
  SET_EXPIRY_MS,
  SET_HEARTBEAT_MS,
  STATUS_EXPIRY_MS,
  STATUS_HEARTBEAT_MS,
  type SubscriptionSet,
} from '../../shared/control.ts'
import { failure } from '../support/failure.ts'

const SET: SubscriptionSet = {
  version: 1,
  feed: 'ALPHA',
  proxy: 'P-1',
  revision: 3,
  resync: 0,
  topics: ['ALPHA_NSE_TCS_LTP'],
}
const STATUS: FeedStatus = {
  version: 1,
  feed: 'ALPHA',
  broker: 'alpha',
  label: 'live',
  modes: ['LTP', 'QUOTE', 'DEPTH'],
  epoch: 1,
  state: 'live',
  since: 2,
  at: 3,
  ticks: 4,
  wanted: 5,
  confirmed: 5,
  rejected: [{ topic: 'ALPHA_NSE_TCS_LTP', code: 'UNKNOWN', reason: 'no such token' }],
  lanes: { 'P-1': 9 },
}
const bytes = (value: unknown) => Buffer.from(JSON.stringify(value))

test('what is sent is what arrives', () => {
  expect(parseSubscriptionSet(formatControl(SET))).toEqual(SET)
  expect(parseFeedStatus(formatControl(STATUS))).toEqual(STATUS)
  const full: FeedStatus = {
    ...STATUS,
    reason: 'x',
    lastTickAt: 1,
    tokenExpiresAt: 2,
    books: { BOOK20: ['NSE', 'NFO'], BOOK50: [] },
    limits: { instruments: { used: 1, limit: 2 }, books: { used: 0, limit: 5 } },
  }
  expect(parseFeedStatus(formatControl(full))).toEqual(full)
})

test('every state and label travels', () => {
  for (const state of FEED_STATES) expect(parseFeedStatus(bytes({ ...STATUS, state })).state).toBe(state)
  for (const label of FEED_LABELS) expect(parseFeedStatus(bytes({ ...STATUS, label })).label).toBe(label)
})

test('a field of a later program is passed over', () => {
  expect(parseSubscriptionSet(bytes({ ...SET, colour: 'red' }))).toEqual(SET)
  expect(parseFeedStatus(bytes({ ...STATUS, books: { BOOK200: ['NSE'] } }))).toEqual({ ...STATUS, books: {} })
})

test.each([
  ['another version', { version: 2 }, 'version'],
  ['a proxy name that cannot stand in a lane', { proxy: 'p_1' }, 'proxy'],
  ['a feed name with an underscore', { feed: 'AL_PHA' }, 'feed'],
  ['a revision that is no count', { revision: -1 }, 'revision'],
  ['a topic that is no text', { topics: [1] }, 'topics.0'],
  ['an endless topic', { topics: ['x'.repeat(10_000)] }, 'topics.0'],
])('a set with %s is refused, and its path is named', (_, change, path) => {
  const error = failure(() => parseSubscriptionSet(bytes({ ...SET, ...change })))
  expect(error.code).toBe('MESSAGE_MALFORMED')
  expect(error.message).toContain(`${path}: `)
  expect(error.message).not.toContain('\n')
})

test.each([
  ['an unknown state', { state: 'fine' }, 'state'],
  ['a null instead of nothing', { reason: null }, 'reason'],
  ['a lane of no proxy', { lanes: { p_1: 1 } }, 'lanes.p_1'],
  ['an unknown mode', { modes: ['DEPTH20'] }, 'modes.0'],
  ['a book of no exchange', { books: { BOOK20: ['NASDAQ'] } }, 'books.BOOK20.0'],
])('a status with %s is refused, and its path is named', (_, change, path) => {
  expect(failure(() => parseFeedStatus(bytes({ ...STATUS, ...change }))).message).toContain(`${path}: `)
})

test('a message with a thousand mistakes still gives one short line', () => {
  const { message } = failure(() => parseSubscriptionSet(bytes({ ...SET, topics: Array(1000).fill(1) })))
  expect(message.length).toBeLessThan(700)
  expect(message).not.toContain('\n')
})

test('whatever bytes come, they are read or refused, never anything else', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array(),
        fc.json().map(text => Buffer.from(text)),
      ),
      body => {
        for (const parse of [parseSubscriptionSet, parseFeedStatus])
          expect(failure(() => parse(Buffer.from(body))).code).toBe('MESSAGE_MALFORMED')
      },
    ),
  )
})

test('one lost heartbeat is not yet an expiry', () => {
  expect(SET_EXPIRY_MS).toBeGreaterThan(2 * SET_HEARTBEAT_MS)
  expect(STATUS_EXPIRY_MS).toBeGreaterThan(2 * STATUS_HEARTBEAT_MS)
})
