import { oneLine, readJson } from '../../shared/words.ts'
import type { Decoder, Signal } from '../contract.ts'
import { sent } from './decimal.ts'
import { type Fields, readFields } from './fields.ts'
import { readOrder } from './order.ts'

const HEARTBEAT: readonly Signal[] = [{ kind: 'heartbeat' }]

/** Answers to our requests, and what is asked for by nobody here. None of them says anything of a single instrument. */
const COUNTED: ReadonlySet<string> = new Set(['uk', 'udk', 'ok', 'uok', 'pk', 'upk', 'pm'])

/**
 * Reads what a Noren server sends (PiConnect documentation, WebSocket): text, one JSON object in a frame, told apart by
 * `t`. Touchline and depth are two subscriptions, each with a whole record first and then what has changed.
 */
export const createDecoder = (): Decoder => (frame, receivedAt) => {
  if (typeof frame !== 'string') return [{ kind: 'malformed', what: 'binary message' }]
  const content = readJson(frame)
  // One per frame is what is documented; a client of the family was seen to expect several.
  return Array.isArray(content) ? content.flatMap(one => decode(one, receivedAt)) : decode(content, receivedAt)
}

function decode(content: unknown, receivedAt: number): readonly Signal[] {
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return [{ kind: 'malformed', what: 'text that is no message' }]
  const fields = content as Fields
  switch (fields.t) {
    case 'tk':
      return decodeFeed(fields, 'touchline', true, receivedAt)
    case 'tf':
      return decodeFeed(fields, 'touchline', false, receivedAt)
    case 'dk':
      return decodeFeed(fields, 'depth', true, receivedAt)
    case 'df':
      return decodeFeed(fields, 'depth', false, receivedAt)
    case 'ak':
    case 'ck':
      return decodeLogin(fields)
    case 'om':
      return [decodeOrder(fields)]
    case 'hk':
      return HEARTBEAT
    default:
      return [decodeOther(fields)]
  }
}

function decodeFeed(
  fields: Fields,
  source: 'touchline' | 'depth',
  isWhole: boolean,
  receivedAt: number,
): readonly Signal[] {
  const [exchange, token] = [sent(fields.e), sent(fields.tk)]
  if (exchange === undefined || token === undefined)
    return [{ kind: 'malformed', what: `${source} without exchange and token` }]
  const signals: Signal[] = []
  const part = readFields(fields, exchange, Math.floor(receivedAt / 1000), field =>
    signals.push({ kind: 'ignored', what: `${field} that is no value` }),
  )
  if (!isWhole && isEmpty(part)) return [...signals, { kind: 'ignored', what: 'update of nothing that is shown' }]
  const covered = source === 'touchline' ? { ...part, mode: 'QUOTE' as const } : part
  signals.push({ kind: 'part', token: `${exchange}|${token}`, source, isWhole, part: covered })
  return signals
}

function isEmpty(part: object): boolean {
  for (const _ in part) return false
  return true
}

/** `ak`, or `ck` of older servers. The documentation writes `Ok`, servers `OK`. */
function decodeLogin(fields: Fields): readonly Signal[] {
  const [said, user] = [sent(fields.s), sent(fields.uid)]
  if (said === undefined) return [{ kind: 'malformed', what: 'answer to the login without a word' }]
  if (said.trim().toLowerCase() !== 'ok') return [{ kind: 'refused', reason: oneLine(sent(fields.emsg) ?? said) }]
  return [
    { kind: 'ready' },
    // Newer servers answer nothing to this: order messages simply begin.
    user === undefined
      ? { kind: 'ignored', what: 'answer to the login without a user: no order updates' }
      : { kind: 'reply', frame: JSON.stringify({ t: 'o', actid: user }) },
  ]
}

function decodeOrder(fields: Fields): Signal {
  const order = readOrder(fields)
  return order ? { kind: 'order', order } : { kind: 'ignored', what: 'order message that is no order' }
}

/** Well formed and without use: no reason to distrust what else comes on the connection. */
function decodeOther({ t, emsg }: Fields): Signal {
  const words = sent(emsg)
  if (words !== undefined) return { kind: 'notice', level: 'error', text: oneLine(words) || 'no text' }
  // Not by its name: what is counted must not grow with what a stranger writes.
  return { kind: 'ignored', what: typeof t === 'string' && COUNTED.has(t) ? `answer ${t}` : 'text of an unknown type' }
}
