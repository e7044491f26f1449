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
