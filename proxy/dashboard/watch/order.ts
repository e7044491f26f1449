import type { Name } from '../names.ts'
import { partsOf } from '../names.ts'
import type { Price } from '../prices.ts'
import type { SortColumn } from './choices.ts'
import { COLUMNS } from './columns.ts'
import { filtered, type Sort, type SortKey, sorted } from './sorting.ts'

interface Wish {
  readonly names: readonly Name[]
  readonly filter: string
  readonly sort: Sort<SortColumn> | undefined
}

/** The names of a list as they stand on the screen. */
export function ordered({ names, filter, sort }: Wish, find: (name: Name) => Price | undefined): readonly Name[] {
  const some = filtered(names, filter)
  if (!sort) return some
  if (sort.by === 'name') return sorted(some, symbolOf, sort.direction)
  const column = COLUMNS.get(sort.by)
  return column ? sorted(some, name => keyOf(find(name), column.value), sort.direction) : some
}

const symbolOf = (name: Name): string => `${partsOf(name).symbol} ${partsOf(name).exchange}`

const keyOf = (price: Price | undefined, value: (price: Price) => SortKey): SortKey => price && value(price)
