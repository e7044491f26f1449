import type { Mode } from '../shared/market/mode.ts'

/** How replies spell a mode. */
export const MODE_LABELS: Record<Mode, 'LTP' | 'Quote' | 'Depth'> = { LTP: 'LTP', QUOTE: 'Quote', DEPTH: 'Depth' }

const SPELLINGS: ReadonlyMap<string, Mode> = new Map([
  ['1', 'LTP'],
  ['2', 'QUOTE'],
  ['3', 'DEPTH'],
  ['ltp', 'LTP'],
  ['quote', 'QUOTE'],
  ['depth', 'DEPTH'],
])

/** Accepts 1, 2, 3 (also as text) and the labels in any case; anything else, `null` included, is `undefined`. */
export const readMode = (value: unknown): Mode | undefined =>
  typeof value === 'number' || typeof value === 'string' ? SPELLINGS.get(String(value).trim().toLowerCase()) : undefined

/** What a client is told of a mode that means nothing. */
export const explainMode = (value: unknown): string =>
  `Invalid mode ${show(value)}; expected 1 (LTP), 2 (Quote), or 3 (Depth)`

/** A wrong value as an error names it. An array or object is only named: it may nest deeper than JSON.stringify can follow. */
export function show(value: unknown): string {
  if (typeof value === 'string') return value.slice(0, 32)
  if (Array.isArray(value)) return 'array'
  return typeof value === 'object' && value !== null ? 'object' : JSON.stringify(value)
}
