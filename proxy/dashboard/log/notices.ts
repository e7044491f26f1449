import { disagreementWords } from '../disagreements.ts'
import type { Entry } from '../journal.ts'
import { type Name, nameOf } from '../names.ts'
import type { InstrumentState, Message, StateNotice } from '../protocol.ts'
import { shutdownWords } from '../shutdown.ts'

type News = Omit<Entry, 'at' | 'count'>

const LEVELS: Readonly<Record<InstrumentState, Entry['level']>> = {
  accepted: 'news',
  confirmed: 'news',
  live: 'good',
  quiet: 'news',
  suspect: 'warn',
  down: 'bad',
  refused: 'bad',
}

const SLOW = {
  folding: ['warn', 'this page does not keep up: only the newest price of each instrument is sent'],
  recovered: ['good', 'this page keeps up again'],
  closing: ['bad', 'the server ends the connection: this page did not keep up'],
} as const

/** What the messages of the stream say that belongs into the log: changes and refusals, never prices. */
export class Notices {
  readonly #troubled = new Set<Name>()
  /** Counted for the lag panel. */
  gaps = 0
  folded = 0

  read(message: Message): News[] {
    switch (message.type) {
      case 'state':
        return this.#standing(message)
      case 'source': {
        const { feed, was, reason, broker } = message
        return [
          {
            level: 'warn',
            what: 'feed',
            name: nameOf(message),
            broker,
            text: `now from ${feed}, not ${was}: ${reason}`,
          },
        ]
      }
      case 'gap': {
        this.gaps++
        const { lost } = message
        const text = lost === undefined ? 'updates were lost, nobody knows how many' : `${counted(lost, 'update')} lost`
        return [{ level: 'warn', what: 'instrument', name: nameOf(message), text }]
      }
      case 'disagreement': {
        const isBegun = message.state === 'begun'
        const text = isBegun ? disagreementWords(message) : 'feeds no longer differ'
        return [{ level: isBegun ? 'warn' : 'good', what: 'instrument', name: nameOf(message), text }]
      }
      case 'slow': {
        this.folded += message.folded ?? 0
        const [level, words] = SLOW[message.state]
        const rest = message.folded === undefined ? '' : `, ${counted(message.folded, 'update')} folded`
        return [{ level, what: 'link', text: words + rest }]
      }
      case 'server_shutdown':
        return [{ level: 'warn', what: 'link', direction: 'in', text: shutdownWords(message.reason) }]
      case 'subscribe': {
        const refused = message.subscriptions.filter(({ status }) => status === 'error')
        const held = message.subscriptions.length - refused.length
        return [
          tallied('in', 'granted', held, amount => `${counted(amount, 'subscription')} granted`),
          ...refused.map(
            one =>
              ({
                level: 'bad',
                what: 'instrument',
                direction: 'in',
                name: nameOf(one),
                text: `not subscribed: ${one.message ?? 'no reason was given'}`,
              }) as const,
          ),
        ]
      }
      case 'auth':
        return []
      case undefined:
        return [{ level: 'bad', what: 'message', direction: 'in', text: `${message.code}: ${message.message}` }]
      default:
        return []
    }
  }

  /** What a fresh subscription is told is no news; trouble is, and its end. */
  #standing(notice: StateNotice): News[] {
    const { state, reason, feed, broker } = notice
    const level = LEVELS[state]
    const isTrouble = level === 'bad' || level === 'warn'
    const text = reason ? `${state}: ${reason}` : state
    if (notice.symbols === '*') {
      const mark = `${feed} *`
      if (isTrouble) this.#troubled.add(mark)
      else if (!this.#troubled.delete(mark)) return []
      return [{ level, what: 'feed', broker, text: `${feed}: all instruments ${text}` }]
    }
    if (notice.exchange === undefined || notice.symbol === undefined) return []
    const name = nameOf({ exchange: notice.exchange, symbol: notice.symbol })
    if (isTrouble) this.#troubled.add(name)
    else if (!this.#troubled.delete(name)) return []
    return [{ level, what: 'instrument', name, broker, text }]
  }
}

/** What the page says, in short; prices of its own it has none. */
export function readSent(text: string): News | undefined {
  const { action, symbols, mode } = JSON.parse(text) as { action?: string; symbols?: unknown; mode?: string }
  if (action === undefined || action === 'ping') return undefined
  const rest = mode ? `, ${mode}` : ''
  if (!Array.isArray(symbols)) return { level: 'news', what: 'message', direction: 'out', text: action + rest }
  return tallied('out', action + rest, symbols.length, amount => `${action} ${counted(amount, 'instrument')}${rest}`)
}

/** Scrolling subscribes and takes leave all the time. */
const tallied = (direction: 'in' | 'out', kind: string, amount: number, words: (amount: number) => string): News => ({
  level: 'news',
  what: 'message',
  direction,
  text: words(amount),
  tally: { kind: `${direction} ${kind}`, amount, words },
})

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
