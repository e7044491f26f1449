import { prices, sessions, stream, wants } from '../desk.ts'
import { type Name, nameOf } from '../names.ts'
import { askSnapshots, takeSnapshot } from '../snapshots.ts'
import { list, lists } from './choices.ts'
import type { Found } from './finder.ts'
import { dropUnknown } from './lists.ts'

/** What the watch asks over HTTP. */
export async function findInstruments(text: string): Promise<readonly Found[]> {
  const query = new URLSearchParams({ q: text, limit: '20' })
  const { instruments } = await sessions.call<{ instruments: readonly Found[] }>(`/api/v1/instruments?${query}`)
  return instruments
}

/** Takes the newest of each to where prices are. */
export async function fetchSnapshots(names: readonly Name[]): Promise<void> {
  const snapshots = await askSnapshots(sessions, names)
  // What came into view meanwhile is told of by the stream, which knows better.
  const isOpen = stream.link.value.phase === 'open'
  const held = isOpen ? wants.held() : new Set<Name>()
  const looked = new Set(isOpen ? wants.names() : [])
  const unknown = new Set<Name>()
  for (const { state, ...one } of snapshots) {
    const name = nameOf(one)
    if (one.code === 'NOT_FOUND') unknown.add(name)
    // What is seen and not held was refused, and goes on standing so.
    if (!held.has(name)) takeSnapshot(prices, looked.has(name) || !state ? one : { ...one, state })
  }
  if (list.value?.isFirst && unknown.size > 0) lists.value = dropUnknown(lists.value, list.value.id, unknown)
}

/** What of the list in view nobody sees, or all of it while there is no stream. */
export function unheldNames(): readonly Name[] {
  if (document.hidden || !sessions.current.value) return []
  const names = list.value?.names ?? []
  if (stream.link.value.phase !== 'open') return names
  const held = wants.held()
  return names.filter(name => !held.has(name))
}
