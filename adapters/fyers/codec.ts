import type { Decoder, Signal } from '../contract.ts'
import { type Arrangement, isAnswer, readAnswer, readFields, readLogin } from './answers.ts'
import { hello } from './channels.ts'
import { LAYOUTS } from './fields.ts'
import { acknowledge } from './frames.ts'
import { CUT, readItems } from './items.ts'
import { TopicTable } from './topics.ts'

const HEARTBEAT: readonly Signal[] = [{ kind: 'heartbeat' }]

/** Types of frames from the server. */
const LOGIN = 1
const DATA = 6
const PING = 11
const MASTER_DATA = 13

/**
 * Reads what the price socket sends (HSM 1.5): big-endian frames whose first two bytes say how many follow. What it
 * knows — the topics behind their ids, the layout of items, how often to acknowledge — is of this connection only.
 */
export function createDecoder(): Decoder {
  const topics = new TopicTable()
  // Every library but one expects numbered data frames before it knows better.
  let arrangement: Arrangement & { isNumbered: boolean } = { interval: 0, isNumbered: true }
  let heard = 0

  return frame => {
    if (typeof frame === 'string') return decodeText(frame)
    const type = frame[2]
    if (type === undefined) return [{ kind: 'malformed', what: `frame of ${frame.length} bytes` }]
    if (type === DATA) return decodeData(frame)
    if (type === PING) return HEARTBEAT
    if (declaredLength(frame) > frame.length) return [CUT]
    if (type === MASTER_DATA) return [{ kind: 'ignored', what: 'master data' }]
    if (type !== LOGIN && !isAnswer(type)) return [{ kind: 'ignored', what: 'frame of an unknown type' }]
    const fields = readFields(frame)
    if (!fields) return [CUT]
    if (type !== LOGIN) return [readAnswer(type, fields)]
    const login = readLogin(fields)
    return 'kind' in login ? [login] : begin(login)
  }

  function begin(login: Arrangement): readonly Signal[] {
    arrangement = { ...login, isNumbered: login.interval > 0 }
    topics.clear()
    heard = 0
    const signals: Signal[] = hello().map(frame => ({ kind: 'reply', frame }))
    if (!login.layouts) signals.push({ kind: 'ignored', what: 'login without a stream configuration' })
    return [...signals, { kind: 'ready' }]
  }

  function decodeData(frame: Uint8Array): readonly Signal[] {
    const { interval, isNumbered, layouts = LAYOUTS } = arrangement
    const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength)
    const start = isNumbered ? 7 : 3
    if (frame.length < start) return [CUT]
    const signals: Signal[] = []
    readItems(view, start, topics, layouts, signals)
    if (interval > 0 && ++heard % interval === 0) signals.push({ kind: 'reply', frame: acknowledge(view.getUint32(3)) })
    return signals
  }
}

/** How long the frame says it is. */
const declaredLength = (frame: Uint8Array): number => 2 + (frame[0] ?? 0) * 256 + (frame[1] ?? 0)

/** Some servers of this kind answer a ping in words. */
const decodeText = (text: string): readonly Signal[] =>
  text.trim().toLowerCase() === 'pong' ? HEARTBEAT : [{ kind: 'ignored', what: 'text' }]
