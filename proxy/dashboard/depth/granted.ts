import { onLeave, onMessage } from '../desk.ts'
import { type Name, nameOf } from '../names.ts'

/** What the server answered to a wish for the book of an instrument. */
export interface Granted {
  /** Levels that will come; 0: it has no book. */
  readonly depth?: number
  readonly refused?: string
}

const answers = new Map<Name, Granted>()
const listeners = new Set<(name: Name) => void>()

onMessage(message => {
  if (message.type === 'source' && message.mode === 3) {
    // What the one before had promised is none of the new one's: its frames say how deep it is.
    const name = nameOf(message)
    answers.delete(name)
    for (const listener of listeners) listener(name)
  }
  if (message.type !== 'subscribe') return
  for (const { exchange, symbol, status, mode, depth, message: text } of message.subscriptions) {
    // A refusal does not say of which mode; nothing of it is had in any.
    if (status === 'success' && mode !== 'Depth') continue
    const name = nameOf({ exchange, symbol })
    answers.set(name, status === 'error' ? { refused: text ?? 'refused' } : depth === undefined ? {} : { depth })
    for (const listener of listeners) listener(name)
  }
})

onLeave(() => answers.clear())

export const grantedOf = (name: Name): Granted | undefined => answers.get(name)

/** Hears of each answer; returns how to stop. */
export function onGranted(listener: (name: Name) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
