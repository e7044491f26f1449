import type { Decoder, Signal } from '../../../../adapters/contract.ts'
import type { TopicMode } from '../../../../shared/market/mode.ts'
import { orderOf } from '../../../support/order.ts'

export const ORDER = orderOf('1', { symbol: 'A' })

const timeOf = (text: string | undefined) => (text === undefined ? {} : { timestamp: Number(text) })

const SIGNALS: Record<string, (...words: string[]) => Signal> = {
  beat: () => ({ kind: 'heartbeat' }),
  bad: () => ({ kind: 'malformed', what: 'a bad frame' }),
  order: () => ({ kind: 'ignored', what: 'order' }),
  ready: () => ({ kind: 'ready' }),
  ask: (...words) => ({ kind: 'reply', frame: words.join(' ') }),
  no: (...words) => ({ kind: 'refused', reason: words.join(' ') }),
  book: token => ({
    kind: 'part',
    token: token ?? '',
    source: 'book',
    isWhole: true,
    part: { buy: [{ price: 99, quantity: 1 }], sell: [] },
  }),
  top: (token, price, timestamp) => ({
    kind: 'part',
    token: token ?? '',
    source: 'top',
    isWhole: true,
    part: { ltp: Number(price), ...timeOf(timestamp) },
  }),
  more: (token, volume) => ({
    kind: 'part',
    token: token ?? '',
    source: 'top',
    isWhole: false,
    part: { volume: Number(volume) },
  }),
  change: (token, price, timestamp) => ({
    kind: 'part',
    token: token ?? '',
    source: 'top',
    isWhole: false,
    part: { ltp: Number(price), ...timeOf(timestamp) },
  }),
  filled: (...words) => ({ kind: 'order', order: { ...ORDER, symbol: words.join(' ') } }),
  reject: token => ({ kind: 'rejected', tokens: [token ?? ''], reason: 'no' }),
  words: (...words) => ({ kind: 'notice', level: 'error', text: words.join(' ') }),
}

/** `tick A 100 QUOTE; tick B 7; beat`: several signals in one frame. */
export const decode: Decoder = (frame, receivedAt) =>
  String(frame)
    .split('; ')
    .map(text => {
      const [kind = '', token = '', price, mode] = text.split(' ')
      if (kind !== 'tick') return SIGNALS[kind]?.(...text.split(' ').slice(1)) ?? { kind: 'malformed', what: text }
      const timestamp = Math.floor(receivedAt / 1000)
      const tick = { ltp: Number(price), timestamp, ...(mode && { mode: mode as TopicMode }) }
      return { kind: 'tick', token, tick }
    })
