import { timeOfDay } from './banner.ts'
import { formatCount, formatSpan } from './figures.ts'
import { HEALTHY } from './overview.ts'
import type { FeedPace, KeyPace, Pace, Troubled } from './rates.ts'
import type { Column, Paint, Terminal } from './terminal.ts'

const WORST_SHOWN = 8
const KEYS_SHOWN = 8
const SOON_MS = 3_600_000
/** Of what an account may have. */
const NEARLY = 0.9

const paint = (state: string): Paint => (HEALTHY.has(state) ? 'green' : state === 'suspect' ? 'yellow' : 'red')

const isNearlyFull = ({ subscriptions }: FeedPace): boolean =>
  subscriptions?.limit !== undefined && subscriptions.used > subscriptions.limit * NEARLY

const rate = (perSecond: number | undefined): string | undefined =>
  perSecond === undefined ? undefined : perSecond < 100 ? perSecond.toFixed(1) : formatCount(Math.round(perSecond))

const FEEDS: readonly Column<FeedPace>[] = [
  { head: 'FEED', cell: row => row.name },
  { head: 'STATE', cell: row => row.state, paint: row => paint(row.state) },
  { head: 'TICKS/S', cell: row => rate(row.ticksPerSecond), right: true },
  { head: 'LAST TICK', cell: row => formatSpan(row.lastTickAgeMs), right: true },
  {
    head: 'SUBSCRIBED',
    cell: ({ subscriptions }) =>
      subscriptions && [subscriptions.used, subscriptions.limit].flatMap(one => formatCount(one) ?? []).join(' of '),
    right: true,
    paint: row => (isNearlyFull(row) ? 'yellow' : undefined),
  },
  {
    head: 'SOCKETS',
    cell: ({ connections }) => connections && `${connections.open}/${connections.needed}`,
    right: true,
  },
  {
    head: 'LOGIN ENDS',
    cell: ({ tokenExpiresInMs: ms }) => (ms === undefined ? undefined : ms > 0 ? `in ${formatSpan(ms)}` : 'it ended'),
    right: true,
    paint: ({ tokenExpiresInMs = Number.POSITIVE_INFINITY }) => (tokenExpiresInMs < SOON_MS ? 'yellow' : undefined),
  },
  { head: 'PRICES', cell: row => row.label },
  { head: 'REASON', cell: row => row.reason },
]

const KEYS: readonly Column<KeyPace>[] = [
  { head: 'CLIENTS OF KEY', cell: row => row.id },
  { head: 'CONNECTIONS', cell: row => formatCount(row.connections), right: true },
  { head: 'SUBSCRIPTIONS', cell: row => formatCount(row.subscriptions), right: true },
  { head: 'MESSAGES/S', cell: row => rate(row.messagesPerSecond), right: true },
]

const WORST: readonly Column<Troubled>[] = [
  { head: 'WORST INSTRUMENTS', cell: row => row.instrument },
  { head: 'FEED', cell: row => row.feed },
  { head: 'STATE', cell: row => row.state, paint: row => paint(row.state) },
  { head: 'LAST TICK', cell: row => formatSpan(row.ageMs), right: true },
  { head: 'REASON', cell: row => row.reason },
]

/** What `tickwire top` shows. `trouble`: why this is not of now. */
export function paceView(terminal: Terminal, pace: Pace, url: string, trouble: string | undefined): string {
  const { clients, perSecond, keys, worst, topics, busConnected } = pace
  const head = `${terminal.paint('bold', 'tickwire top')}  ${url}  ${timeOfDay(pace.at)}  ${terminal.paint('dim', 'q ends')}`
  const parts = [
    trouble === undefined ? head : `${head}\n${terminal.paint('red', trouble)}`,
    [
      `Clients  ${line(clients, formatCount)}`,
      `Sent/s   ${line(perSecond.clients, rate)}`,
      `Ticks/s  ${line(perSecond.ticks, rate)}, topics held ${formatCount(topics)}`,
      `Bus/s    ${busConnected ? '' : `${terminal.paint('red', 'NOT CONNECTED')}, `}${line(perSecond.bus, rate)}`,
    ].join('\n'),
    pace.feeds.length > 0 ? terminal.table(pace.feeds, FEEDS) : 'No feeds.',
    ...(worst.length > 0 ? [limited(terminal, worst, WORST, WORST_SHOWN)] : []),
    ...(keys.length > 0 ? [limited(terminal, keys, KEYS, KEYS_SHOWN)] : []),
  ]
  return parts.join('\n\n')
}

function limited<Row>(terminal: Terminal, rows: readonly Row[], columns: readonly Column<Row>[], most: number): string {
  const table = terminal.table(rows.slice(0, most), columns)
  return rows.length > most ? `${table}\nand ${formatCount(rows.length - most)} more` : table
}

/** What is not zero, and the first in any case. `waitingBytes` as `waiting bytes`. */
const line = (counts: Readonly<Record<string, number>>, format: (count: number) => string | undefined): string =>
  Object.entries(counts)
    .filter(([, count], at) => at === 0 || count !== 0)
    .map(([name, count]) => `${name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)} ${format(count)}`)
    .join(', ')
