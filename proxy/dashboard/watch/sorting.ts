import type { Name } from '../names.ts'

export type SortKey = number | string | undefined

export interface Sort<Id extends string = string> {
  readonly by: Id
  readonly direction: 'ascending' | 'descending'
}

/** What a click on a heading makes of it: numbers begin with the largest, words with A; the third is the own order again. */
export function nextSort<Id extends string>(now: Sort<Id> | undefined, by: Id, isText: boolean): Sort<Id> | undefined {
  const first = isText ? 'ascending' : 'descending'
  if (now?.by !== by) return { by, direction: first }
  if (now.direction !== first) return undefined
  return { by, direction: first === 'ascending' ? 'descending' : 'ascending' }
}

/** In a new order; equals keep theirs, and what has no value stands last, whichever way. */
export function sorted(names: readonly Name[], keyOf: (name: Name) => SortKey, direction: Sort['direction']): Name[] {
  const sign = direction === 'ascending' ? 1 : -1
  const keyed = names.map(name => ({ name, key: keyOf(name) }))
  keyed.sort((a, b) => {
    if (a.key === undefined || b.key === undefined) return Number(a.key === undefined) - Number(b.key === undefined)
    return sign * compare(a.key, b.key)
  })
  return keyed.map(({ name }) => name)
}

const words = new Intl.Collator('en', { numeric: true, sensitivity: 'base' })

const compare = (a: number | string, b: number | string): number =>
  typeof a === 'number' && typeof b === 'number' ? a - b : words.compare(String(a), String(b))

/** Every word of the filter stands somewhere in the name. */
export function filtered(names: readonly Name[], filter: string): readonly Name[] {
  const parts = filter.toUpperCase().split(/\s+/).filter(Boolean)
  return parts.length === 0 ? names : names.filter(name => parts.every(part => name.toUpperCase().includes(part)))
}

export const isSameOrder = (a: readonly Name[], b: readonly Name[]): boolean =>
  a.length === b.length && a.every((name, nth) => name === b[nth])
