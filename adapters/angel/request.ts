import type { PacketMode } from './packet.ts'
import { bySegment } from './segment.ts'

export type Action = 'subscribe' | 'unsubscribe'

const ACTIONS: Readonly<Record<Action, 0 | 1>> = { subscribe: 1, unsubscribe: 0 }
const LETTERS: Readonly<Record<string, Action>> = { s: 'subscribe', u: 'unsubscribe' }

/**
 * A request as JSON text (SmartAPI documentation, WebSocket Streaming 2.0): numbers of instruments are texts, grouped by
 * segment. Nothing answers it but an error, which names it by the ten characters of `correlationID`; they say what it
 * asked, so that nobody has to remember it.
 */
export function formatRequest(action: Action, mode: PacketMode, tokens: readonly string[]): string {
  const tokenList = [...bySegment(tokens)].map(([exchangeType, numbers]) => ({ exchangeType, tokens: numbers }))
  const correlationID = `tw${action.charAt(0)}${mode}${String(tokens.length).padStart(6, '0')}`
  return JSON.stringify({ correlationID, action: ACTIONS[action], params: { mode, tokenList } })
}

/** What the request with this id asked, in words; `undefined` for an id that is not ours. */
export function describeRequest(correlationID: string): string | undefined {
  const [, letter = '', mode, count] = /^tw([su])([1-4])(\d{6})$/.exec(correlationID) ?? []
  const action = LETTERS[letter]
  return action === undefined ? undefined : `to ${action} ${Number(count)} instruments in mode ${mode}`
}
