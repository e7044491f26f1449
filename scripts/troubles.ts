import { formatCount, formatSpan } from './figures.ts'
import type { ProxyStatus, ReportedFeed, ReportedInstrument } from './running.ts'
import type { Column, Paint, Terminal } from './terminal.ts'

interface Row extends ReportedInstrument {
  readonly feed: string
}

const SHOWN = 10
/** What was asked for a moment ago is on its way. */
const WAITING_MS = 10_000
const WAITING: ReadonlySet<string> = new Set(['accepted', 'confirmed'])

const PAINTS: Partial<Record<ReportedInstrument['state'], Paint>> = {
  live: 'green',
  quiet: 'green',
  suspect: 'yellow',
  down: 'red',
  refused: 'red',
}

const columns = (now: number): readonly Column<Row>[] => [
  { head: 'INSTRUMENT', cell: ({ exchange, symbol }) => `${exchange}:${symbol}` },
  { head: 'FEED', cell: row => row.feed },
  { head: 'STATE', cell: row => row.state, paint: row => PAINTS[row.state] },
  { head: 'SINCE', cell: row => formatSpan(now - row.since), right: true },
  { head: 'LAST TICK', cell: row => formatSpan(row.ageMs), right: true },
  { head: 'PRICES', cell: row => row.label },
  { head: 'REASON', cell: ({ code, reason }) => [code, reason].filter(Boolean).join(': ') || undefined },
]

/** The instruments in trouble, of feeds that are up: of one that is not, its own line says why. Nothing when all is well. */
export function troubles(terminal: Terminal, { feeds, now }: ProxyStatus): string[] {
  const those = feeds.filter(isUp)
  const rows = those.flatMap(rowsOf).filter(({ state, since }) => !WAITING.has(state) || now - since > WAITING_MS)
  if (rows.length === 0) return []
  const unlisted = those.reduce((sum, { instruments }) => sum + (instruments?.more ?? 0), 0)
  const more = Math.max(0, rows.length - SHOWN) + unlisted
  const table = terminal.table(rows.slice(0, SHOWN), columns(now))
  return [more > 0 ? `${table}\nand ${formatCount(more)} more: tickwire status --instruments` : table]
}

/** All instruments that anybody wants, of all feeds. */
export function allInstruments(terminal: Terminal, { feeds, now }: ProxyStatus): string[] {
  const rows = feeds.flatMap(rowsOf)
  return [rows.length > 0 ? terminal.table(rows, columns(now)) : 'Nobody wants any instrument.']
}

/** Whether some instrument that ought to tick does not. */
export const isTroubled = ({ instruments }: ReportedFeed): boolean =>
  (instruments?.counts.suspect ?? 0) + (instruments?.counts.down ?? 0) > 0

const isUp = ({ state }: ReportedFeed): boolean => state === 'live' || state === 'quiet' || state === 'suspect'

const rowsOf = ({ name, instruments }: ReportedFeed): Row[] =>
  (instruments?.list ?? []).map(one => ({ ...one, feed: name }))
