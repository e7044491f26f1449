import { prices, sessions, stream, wants } from '../desk.ts'
import { type Name, nameOf } from '../names.ts'
import type { Fields, InstrumentState, Label } from '../protocol.ts'
import { list, lists } from './choices.ts'
import type { Found } from './finder.ts'
import { dropUnknown } from './lists.ts'

/** What the watch asks over HTTP. */
export async function findInstruments(text: string): Promise<readonly Found[]> {
  const query = new URLSearchParams({ q: text, limit: '20' })
  const { instruments } = await sessions.call<{ instruments: readonly Found[] }>(`/api/v1/instruments?${query}`)
  return instruments
}

interface Snapshot {
  readonly exchange: string
  readonly symbol: string
  readonly data?: Fields
  readonly stale?: true
  readonly state?: InstrumentState
  readonly reason?: string
  readonly label?: Label
  readonly since?: number
  readonly source?: { readonly feed: string; readonly broker: string }
  /** Nothing is known of it. */
  readonly error?: string
}

/** A request is bounded in bytes, and names have up to some forty. */
const MOST = 1500

/** Takes the newest of each to where prices are. */
export async function fetchSnapshots(names: readonly Name[]): Promise<void> {
  for (let from = 0; from < names.length; from += MOST) await fetchSome(names.slice(from, from + MOST))
}

async function fetchSome(symbols: readonly Name[]): Promise<void> {
  const body = JSON.stringify({ symbols, mode: 'quote' })
  const headers = { 'content-type': 'application/json' }
  const path = '/api/v1/snapshot'
  const { snapshots } = await sessions.call<{ snapshots: readonly Snapshot[] }>(path, { method: 'POST', headers, body })
  // What came into view meanwhile is told of by the stream, which knows better.
  const held = new Set(stream.link.value.phase === 'open' ? wants.names() : [])
  const unknown = new Set<Name>()
  for (const one of snapshots) {
    const name = nameOf(one)
    if (one.error !== undefined) unknown.add(name)
    if (!held.has(name)) take(one)
  }
  if (list.value?.isFirst && unknown.size > 0) lists.value = dropUnknown(lists.value, list.value.id, unknown)
}

function take({ exchange, symbol, data, stale, source, error, ...standing }: Snapshot): void {
  const { state, since = 0, reason, label } = standing
  const where = { exchange, symbol, broker: source?.broker ?? '' }
  if (data) prices.take({ type: 'market_data', ...where, mode: 2, data, ...(stale && { stale }) }, 'snapshot')
  const said = error === undefined ? { state, reason } : ({ state: 'refused', reason: error } as const)
  if (!said.state) return
  const news = { type: 'state', ...where, feed: source?.feed ?? '', state: said.state, since } as const
  prices.stand({ ...news, ...(said.reason && { reason: said.reason }), ...(label && { label }) })
}

/** What of the list in view nobody sees, or all of it while there is no stream. */
export function unheldNames(): readonly Name[] {
  if (document.hidden || !sessions.current.value) return []
  const names = list.value?.names ?? []
  if (stream.link.value.phase !== 'open') return names
  const held = new Set(wants.names())
  return names.filter(name => !held.has(name))
}
