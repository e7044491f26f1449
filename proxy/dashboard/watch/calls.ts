import { clock, prices, sessions, stream, wants } from '../desk.ts'
import { type Name, nameOf } from '../names.ts'
import { askSnapshots, type Snapshot, takeSnapshot } from '../snapshots.ts'
import { list, lists } from './choices.ts'
import type { Found } from './finder.ts'
import { dropUnknown } from './lists.ts'

/** What the watch asks over HTTP. */
export async function findInstruments(text: string): Promise<readonly Found[]> {
  const query = new URLSearchParams({ q: text, limit: '20' })
  const { instruments } = await sessions.call<{ instruments: readonly Found[] }>(`/api/v1/instruments?${query}`)
  return instruments
}

/** Taken in one go; between them pictures are drawn. */
const SLICE = 100

/** Takes the newest of each to where prices are. */
export async function fetchSnapshots(names: readonly Name[]): Promise<void> {
  const snapshots = await askSnapshots(sessions, names)
  const session = sessions.current.peek()
  for (let from = 0; from < snapshots.length; from += SLICE) {
    if (from > 0) await new Promise<void>(done => clock.after(0, done))
    // What was asked for one person is not shown to the next.
    if (sessions.current.peek() !== session) return
    takeAll(snapshots.slice(from, from + SLICE))
  }
  const unknown = new Set(snapshots.flatMap(one => (one.code === 'NOT_FOUND' ? nameOf(one) : [])))
  if (list.value?.isFirst && unknown.size > 0) lists.value = dropUnknown(lists.value, list.value.id, unknown)
}

function takeAll(snapshots: readonly Snapshot[]): void {
  // What came into view meanwhile is told of by the stream, which knows better.
  const isOpen = stream.link.value.phase === 'open'
  const held = isOpen ? wants.held() : new Set<Name>()
  const looked = new Set(isOpen ? wants.names() : [])
  for (const { state, ...one } of snapshots) {
    const name = nameOf(one)
    // What is seen and not held was refused, and goes on standing so.
    if (!held.has(name)) takeSnapshot(prices, looked.has(name) || !state ? one : { ...one, state })
  }
}

/** What of the list in view nobody sees, or all of it while there is no stream. */
export function unheldNames(): readonly Name[] {
  if (document.hidden || !sessions.current.value) return []
  const names = list.value?.names ?? []
  if (stream.link.value.phase !== 'open') return names
  const held = wants.held()
  return names.filter(name => !held.has(name))
}
