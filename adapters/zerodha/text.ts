import { z } from 'zod'
import { oneLine, readJson } from '../../shared/words.ts'
import type { Signal } from '../contract.ts'
import { readOrder } from './order.ts'

const shape = z.looseObject({ type: z.string(), data: z.unknown().optional() })

/** A text frame: `{"type": …, "data": …}`, the types of the Kite Connect 3 documentation, "Postbacks and updates". */
export function decodeText(text: string): Signal {
  const json = readJson(text)
  if (json === undefined) return { kind: 'malformed', what: 'text that is no message' }
  const message = shape.safeParse(json)
  // Well formed and unknown: no reason to distrust what else comes on the connection.
  if (!message.success) return { kind: 'ignored', what: 'text of an unknown shape' }
  const { type, data } = message.data
  switch (type) {
    case 'error':
    case 'message':
      return { kind: 'notice', level: type, text: wordsOf(data, text) }
    case 'order': {
      const order = readOrder(data)
      return order ? { kind: 'order', order } : { kind: 'ignored', what: 'order of an unknown shape' }
    }
    default:
      // Not by its name: what is counted must not grow with what a stranger writes.
      return { kind: 'ignored', what: 'text of an unknown type' }
  }
}

/** Data that are no text are told as they came: what is nested deep enough cannot be written down anew. */
const wordsOf = (data: unknown, frame: string): string =>
  oneLine(typeof data === 'string' ? data : data === undefined ? '' : frame) || 'no text'
