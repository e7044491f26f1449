import { selected } from '../desk.ts'
import type { Name } from '../names.ts'
import { pin, pinned, unpin } from '../pins.ts'
import { place } from '../place.ts'
import { filter, list, lists, removeName, say, sort } from './choices.ts'
import { moved, putNames } from './lists.ts'

/** What is done to one instrument of the list in view, by key, by button or by finger. */
export function act(name: Name, action: 'depth' | 'chart' | 'pin' | 'remove'): void {
  if (action === 'remove') removeName(name)
  else if (action === 'pin') togglePin(name)
  else {
    selected.value = name
    place.value = action
    document.querySelector(`.${action}`)?.scrollIntoView({ block: 'nearest' })
  }
}

/** In the header, or no longer. */
function togglePin(name: Name): void {
  const isPinned = pinned.value.includes(name)
  if (isPinned) unpin(name)
  else pin(name)
  say(isPinned ? `${name} is no longer in the header` : `${name} is pinned to the header`)
}

/** Between two rows of somebody's own order. */
export function moveTo(name: Name, to: number): void {
  const now = list.value
  if (!now) return
  lists.value = putNames(lists.value, now.id, moved(now.names, name, to))
  say(`${name} is now number ${(list.value?.names.indexOf(name) ?? 0) + 1}`)
}

export function moveBy(name: Name, by: -1 | 1): void {
  if (sort.value || filter.value) {
    say('Rows are moved in your own order: end the sorting and the filter first')
    return
  }
  const at = list.value?.names.indexOf(name) ?? -1
  if (at >= 0) moveTo(name, by < 0 ? at - 1 : at + 2)
}
