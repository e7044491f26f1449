import type { Signal } from '../contract.ts'
import { type Layouts, readConfiguration } from './fields.ts'

/** What the answer to our authentication arranges for the connection. */
export interface Arrangement {
  /** How many data frames are acknowledged by one message; 0: none, and then they have no number. */
  readonly interval: number
  /** Absent: the server did not say. */
  readonly layouts?: Layouts
}

type Fields = ReadonlyMap<number, Uint8Array>

/** The fields of an answer by their ids; undefined for one that is cut. */
export function readFields(bytes: Uint8Array): Fields | undefined {
  const count = bytes[3]
  if (count === undefined) return undefined
  const fields = new Map<number, Uint8Array>()
  let at = 4
  for (let read = 0; read < count; read++) {
    const [id, high, low] = bytes.subarray(at, at + 3)
    if (id === undefined || high === undefined || low === undefined) return undefined
    const end = at + 3 + high * 256 + low
    if (end > bytes.length) return undefined
    fields.set(id, bytes.subarray(at + 3, end))
    at = end
  }
  return fields
}

/** Words for requests and the vendor's own numbers for their refusals, by the type of the frame. */
const REQUESTS: Readonly<Record<number, readonly [what: string, status: number]>> = {
  4: ['to subscribe', 11011],
  5: ['to unsubscribe', 11012],
  7: ['to pause channels', 11031],
  8: ['to resume channels', 11032],
  9: ['a snapshot', 11013],
  12: ['to change the mode of channels', 12001],
}

/** The types that answer a request of the same number. */
export const isAnswer = (type: number): boolean => Object.hasOwn(REQUESTS, type)

/** A refusal names no topic: it is of the whole request. */
export function readAnswer(type: number, fields: Fields): Signal {
  const [what, status] = REQUESTS[type] ?? ['a request', type]
  switch (verdictOf(fields)) {
    case 'K':
      return { kind: 'heartbeat' }
    case 'N':
      return { kind: 'notice', level: 'error', text: `Fyers refuses ${what} (status ${status})` }
    default:
      return { kind: 'malformed', what: 'answer that is neither yes nor no' }
  }
}

/** The answer to the authentication: what it arranges, or why there is no session. */
export function readLogin(fields: Fields): Arrangement | Signal {
  switch (verdictOf(fields)) {
    case 'K': {
      const text = fields.get(3)
      const layouts = text && readConfiguration(Buffer.from(text).toString('utf8'))
      return { interval: readNumber(fields.get(2)), ...(layouts && { layouts }) }
    }
    case 'N':
      return { kind: 'refused', reason: 'the key of the price socket is not taken (status 11002)' }
    default:
      return { kind: 'malformed', what: 'answer to the login that is neither yes nor no' }
  }
}

const verdictOf = (fields: Fields): string => String.fromCharCode(...(fields.get(1) ?? []).slice(0, 1))

/** Two bytes as recorded; another width would still be big-endian. */
const readNumber = (bytes: Uint8Array | undefined): number =>
  Array.from(bytes?.slice(0, 4) ?? []).reduce((value, byte) => value * 256 + byte, 0)
