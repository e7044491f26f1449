import type { Name } from '../names.ts'
import { pin, pinned, unpin } from '../pins.ts'
import { place } from '../place.ts'
import { notice } from './choices.ts'

/** In the header, or no longer. */
export function togglePin(name: Name): void {
  const isPinned = pinned.value.includes(name)
  if (isPinned) unpin(name)
  else pin(name)
  notice.value = { text: isPinned ? `${name} is no longer in the header` : `${name} is pinned to the header` }
}

/** Brings the book or the chart before whoever asked for it. */
export function reveal(panel: 'depth' | 'chart'): void {
  place.value = panel
  document.querySelector(`.${panel}`)?.scrollIntoView({ block: 'nearest' })
}
