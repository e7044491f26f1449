import { didYouMean } from '../shared/config/spelling.ts'
import { DATA_FIELDS } from '../shared/market/frame.ts'
import { show } from './mode.ts'

/** What stands in every `data`, chosen or not. */
export const ALWAYS: readonly string[] = ['symbol', 'exchange', 'mode']
const KNOWN: ReadonlySet<string> = new Set(DATA_FIELDS)
const SORTED: readonly string[] = [...DATA_FIELDS].sort()
const MOST = ALWAYS.length + DATA_FIELDS.length

/**
 * Reads a client's choice of the names in `data`: sorted and unique, without those that are always there; a text that
 * says what is wrong with it.
 */
export function readFields(
  value: unknown,
  hint: (word: string, known: readonly string[]) => string,
): readonly string[] | string {
  if (!Array.isArray(value)) return `Invalid fields ${show(value)}; expected an array of names, e.g. ["ltp","volume"]`
  if (value.length > MOST)
    return `Invalid fields: ${value.length} names, there are ${MOST}; leave fields out for all of them`
  const chosen = new Set<unknown>(value)
  for (const name of chosen) {
    if (typeof name !== 'string') return `Invalid field ${show(name)}; expected names like "ltp"`
    if (!KNOWN.has(name) && !ALWAYS.includes(name))
      return `Unknown field ${show(name)}${hint(name.slice(0, 32), DATA_FIELDS)}`
  }
  const fields = SORTED.filter(name => chosen.has(name))
  return fields.length > 0
    ? fields
    : 'Invalid fields: no name that is not always there; name one more, e.g. "ltp", or leave fields out'
}

/** The known word that is meant: one that begins like it, one spelled like it, else all of them. */
export function suggest(word: string, known: readonly string[]): string {
  const begun = word.length > 1 ? known.find(name => name.startsWith(word)) : undefined
  if (begun) return `; did you mean ${begun}?`
  return didYouMean(word, known) || `; known are ${known.join(', ')}`
}
