import type { TopicMode } from '../../../shared/market/mode.ts'
import type { Frame, Limits, Session } from '../../contract.ts'

/** Tokens with their mode: what a connection was told, or should be. */
export type Modes = ReadonlyMap<string, TopicMode>

/** One thing to tell a broker: a batch of tokens, and what it has of them afterwards. */
export interface Order {
  readonly tokens: readonly string[]
  /** Absent: it is to send nothing more of them. */
  readonly mode?: TopicMode
  readonly frames: readonly Frame[]
}

export type Speech = Pick<Session<unknown, unknown>, 'subscribe' | 'change' | 'unsubscribe'>

/**
 * The next batch that brings what a connection was told nearer to what is wanted; nothing when they agree. What is no
 * longer wanted goes first, since the broker counts. Pure: whoever has sent it asks again.
 */
export function nextOrder(told: Modes, wanted: Modes, speech: Speech, limits: Limits): Order | undefined {
  const most = limits.instrumentsPerMessage
  return (
    dropOrder(told, wanted, speech, most) ??
    changeOrder(told, wanted, speech, most) ??
    addOrder(told, wanted, speech, most)
  )
}

function dropOrder(told: Modes, wanted: Modes, speech: Speech, most: number): Order | undefined {
  const [first] = pick(told, token => !wanted.has(token), 1)
  const mode = first === undefined ? undefined : told.get(first)
  if (mode === undefined) return undefined
  const tokens = pick(told, token => !wanted.has(token) && told.get(token) === mode, most)
  return { tokens, frames: speech.unsubscribe(tokens, mode) }
}

function changeOrder(told: Modes, wanted: Modes, speech: Speech, most: number): Order | undefined {
  const differs = (token: string) => wanted.has(token) && wanted.get(token) !== told.get(token)
  const [first] = pick(told, differs, 1)
  const from = first === undefined ? undefined : told.get(first)
  const mode = first === undefined ? undefined : wanted.get(first)
  if (from === undefined || mode === undefined) return undefined
  const tokens = pick(told, token => told.get(token) === from && wanted.get(token) === mode, most)
  return { tokens, mode, frames: speech.change(tokens, from, mode) }
}

function addOrder(told: Modes, wanted: Modes, speech: Speech, most: number): Order | undefined {
  const [first] = pick(wanted, token => !told.has(token), 1)
  const mode = first === undefined ? undefined : wanted.get(first)
  if (mode === undefined) return undefined
  const tokens = pick(wanted, token => !told.has(token) && wanted.get(token) === mode, most)
  return { tokens, mode, frames: speech.subscribe(tokens, mode) }
}

function pick(among: Modes, isOne: (token: string) => boolean, most: number): string[] {
  const picked: string[] = []
  for (const token of among.keys()) {
    if (!isOne(token)) continue
    picked.push(token)
    if (picked.length === most) break
  }
  return picked
}
