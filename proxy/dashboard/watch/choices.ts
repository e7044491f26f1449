import { computed, signal } from '@preact/signals'
import type { Name } from '../names.ts'
import { kept, oneOf } from '../settings.ts'
import { CHANGES, type ChangeForm, type ColumnId, FIRST_COLUMNS, readColumns, shownColumns } from './columns.ts'
import { currentOf, FIRST_LISTS, joinLists, type Lists, putNames, readLists } from './lists.ts'
import type { Sort } from './sorting.ts'

/** What somebody chose of the watch, and what follows from it. */
export const lists = kept<Lists>('lists', FIRST_LISTS, readLists, joinLists)
export const columns = kept<readonly ColumnId[]>('columns', FIRST_COLUMNS, readColumns)
export const changeForm = kept<ChangeForm>('change', 'both', oneOf(...CHANGES))

export type SortColumn = ColumnId | 'name'
export const sort = signal<Sort<SortColumn> | undefined>(undefined)
export const filter = signal('')

export const list = computed(() => currentOf(lists.value))

const narrow = matchMedia('(max-width: 640px)')
const touch = matchMedia('(hover: none)')
export const isNarrow = signal(narrow.matches)
/** Fingers need larger rows. */
export const isTouch = signal(touch.matches)
narrow.addEventListener('change', () => {
  isNarrow.value = narrow.matches
})
touch.addEventListener('change', () => {
  isTouch.value = touch.matches
})

export const shown = computed(() => shownColumns(columns.value, changeForm.value, isNarrow.value))

/** What was just done, for who hears the page. */
export const notice = signal('')
/** Ways back of what was just done, the newest last. */
export const undos = signal<readonly (() => string)[]>([])

/** `undo` tells what it did. */
export function say(text: string, undo?: () => string): void {
  notice.value = text
  if (undo) undos.value = [...undos.value, undo]
}

export function undo(): void {
  const last = undos.value.at(-1)
  if (!last) return
  undos.value = undos.value.slice(0, -1)
  notice.value = last()
}

/** In the list in view, as its last one; false: it was there already, or there is no room. */
export function addName(name: Name): boolean {
  const { value } = list
  if (!value || value.names.includes(name)) return false
  const before = value.names.length
  lists.value = putNames(lists.value, value.id, [...value.names, name])
  return (list.value?.names.length ?? 0) > before
}

/** With a way back to where it stood. */
export function removeName(name: Name): void {
  const { value } = list
  const at = value?.names.indexOf(name) ?? -1
  if (!value || at < 0) return
  const { id, title } = value
  lists.value = putNames(lists.value, id, value.names.toSpliced(at, 1))
  say(`${name} removed from ${title}`, () => {
    const now = lists.value.lists.find(one => one.id === id)
    if (now) lists.value = putNames(lists.value, id, now.names.toSpliced(at, 0, name))
    return `${name} is back in ${title}`
  })
}
