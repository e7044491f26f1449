import { didYouMean } from '../shared/config/spelling.ts'
import { DATA_FIELDS } from '../shared/market/frame.ts'
import { show } from './mode.ts'

/** What stands in every `data`, chosen or not. */
export const ALWAYS: readonly string[] = ['symbol', 'exchange', 'mode']
const KNOWN: ReadonlySet<string> = new Set([...ALWAYS, ...DATA_FIELDS])
const SORTED: readonly string[] = [...DATA_FIELDS].sort()
const MOST = KNOWN.size
const SHOWN = 32

/** Words that help whoever wrote `word` where one of `known` belongs; they may be none. */
export type Hint = (word: string, known: readonly string[]) => string

/**
 * Reads a client's choice of the names in `data`: sorted and unique, without those that are always there; a text that
 * says what is wrong with it.
 */
export function readFields(value: unknown, hint: Hint): readonly string[] | string {
  if (!Array.isArray(value)) return `Invalid fields ${show(value)}; expected an array of names, e.g. ["ltp","volume"]`
  if (value.length > MOST)
    return `Invalid fields: ${value.length} names, and there are ${MOST}; leave fields out for all`
  const chosen = new Set<unknown>(value)
  for (const name of chosen) {
    if (typeof name !== 'string') return `Invalid field ${show(name)}; expected names, e.g. "ltp"`
    if (!KNOWN.has(name)) return `Unknown field ${show(name)}${hint(name.slice(0, SHOWN), DATA_FIELDS)}`
  }
  const fields = SORTED.filter(name => chosen.has(name))
  return fields.length > 0 ? fields : NOTHING_CHOSEN
}

const NOTHING_CHOSEN =
  'Invalid fields: nothing chosen that is not always there; name one, e.g. "ltp", or leave fields out for all'

/** The known word that is meant: one that begins like it, or one spelled like it; else all of them. */
export function suggest(word: string, known: readonly string[]): string {
  const plain = word.toLowerCase()
  const begun = plain.length > 1 ? known.find(name => name.startsWith(plain)) : undefined
  if (begun) return `; did you mean ${begun}?`
  return didYouMean(plain, known) || `; known are ${known.join(', ')}`
}
