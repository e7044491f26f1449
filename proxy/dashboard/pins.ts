import type { Name } from './names.ts'
import { kept } from './settings.ts'

const MOST = 2
const LONGEST = 160

const isName = (value: unknown): value is Name =>
  typeof value === 'string' && value.length <= LONGEST && /^[A-Z_]+:\S/.test(value)

export const readPins = (value: unknown): Name[] | undefined =>
  Array.isArray(value) && value.every(isName) ? [...new Set(value)].slice(0, MOST) : undefined

/** What the header shows, wherever one looks. */
export const pinned = kept<readonly Name[]>('pinned', ['NSE_INDEX:NIFTY', 'NSE_INDEX:BANKNIFTY'], readPins)

/** In the place of the one that was pinned longest ago. */
export function pin(name: Name): void {
  if (pinned.value.includes(name)) return
  pinned.value = [...pinned.value, name].slice(-MOST)
}

export function unpin(name: Name): void {
  pinned.value = pinned.value.filter(one => one !== name)
}
