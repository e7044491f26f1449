import { WARNING_MS } from '../proxy/certificate.ts'
import { timeOfDay } from './banner.ts'
import { type ChildFacts, enableCommand, type Happening, loginCommand, type UpFacts } from './facts.ts'
import { formatCount, formatSpan } from './figures.ts'
import type { ProxyStatus, ReportedFeed } from './running.ts'
import { type Column, oneLine, type Paint, type Terminal } from './terminal.ts'
import { allInstruments, troubles } from './troubles.ts'

/** What `tickwire status` shows to a person. */
export interface Overview {
  /** Absent when no `tickwire up` runs. */
  readonly up: UpFacts | undefined
  /** Absent while the proxy does not answer. */
  readonly proxy: ProxyStatus | undefined
  /** What the markets do, as feeds are told. */
  readonly market: string
  readonly events: readonly Happening[]
  readonly now: number
}

/** A market that is closed is no fault. */
export const HEALTHY: ReadonlySet<string> = new Set(['live', 'quiet'])

const EVENTS_SHOWN = 10
const SOON_MS = 3_600_000
const STATES = ['live', 'quiet', 'suspect', 'down', 'refused'] as const

const paint = (state: string): Paint =>
  state === 'running' || HEALTHY.has(state) ? 'green' : state === 'parked' ? 'red' : 'yellow'

const processColumns = (now: number): readonly Column<ChildFacts>[] => [
  { head: 'PROCESS', cell: row => row.name },
  { head: 'STATE', cell: row => row.state, paint: row => paint(row.state) },
  { head: 'PID', cell: row => row.pid, right: true },
  { head: 'SINCE', cell: row => formatSpan(now - row.since), right: true },
  { head: 'RESTARTS', cell: row => row.restarts, right: true },
  {
    head: 'LAST EXIT',
    cell: row => row.lastExit && `${row.lastExit.reason}, ${formatSpan(now - row.lastExit.at)} ago`,
  },
]

const feedColumns = (now: number): readonly Column<ReportedFeed>[] => [
  { head: 'FEED', cell: row => row.name },
  { head: 'BROKER', cell: row => row.broker },
  { head: 'STATE', cell: row => row.state, paint: row => paint(row.state) },
  { head: 'SINCE', cell: row => formatSpan(now - row.since), right: true },
  {
    head: 'LAST TICK',
    cell: row => (row.lastTickAt === undefined ? undefined : formatSpan(now - row.lastTickAt)),
    right: true,
  },
  { head: 'TICKS', cell: row => formatCount(row.status?.ticks), right: true },
  { head: 'WANTED', cell: row => formatCount(row.status?.wanted), right: true },
  {
    head: STATES.join('/').toUpperCase(),
    cell: ({ instruments }) => instruments && STATES.map(state => instruments.counts[state] ?? 0).join('/'),
    paint: ({ instruments }) =>
      (instruments?.counts.suspect ?? 0) + (instruments?.counts.down ?? 0) > 0 ? 'yellow' : undefined,
  },
  { head: 'PRICES', cell: row => row.label },
  {
    head: 'LOGIN ENDS',
    cell: ({ status }) => countdown(status?.tokenExpiresAt, now),
    paint: ({ status }) =>
      (status?.tokenExpiresAt ?? Number.POSITIVE_INFINITY) - now < SOON_MS ? 'yellow' : undefined,
  },
  { head: 'REASON', cell: row => reasonOf(row, now) },
]

/** Everything, as text of several lines; with `instruments`, one line for each of them besides. */
export function overview(
  terminal: Terminal,
  { up, proxy, market, events, now }: Overview,
  instruments: boolean,
): string {
  const parts: string[] = []
  if (up) parts.push(terminal.table(up.children, processColumns(now)))
  else parts.push('No `tickwire up` runs in this data folder; the processes were started one by one.')
  if (proxy) {
    parts.push(terminal.table(proxy.feeds, feedColumns(now)))
    parts.push(...(instruments ? allInstruments(terminal, proxy) : troubles(terminal, proxy)), traffic(proxy))
  } else parts.push('The proxy does not answer at the moment.')
  parts.push(market)
  const { degraded, lost = 0 } = proxy?.audit ?? {}
  if (degraded !== undefined)
    parts.push(`Audit    ${terminal.paint('red', 'DEGRADED')}, ${formatCount(lost)} events lost: ${oneLine(degraded)}`)
  const { certificateEndsAt } = proxy?.proxy ?? {}
  if (certificateEndsAt !== undefined && certificateEndsAt - now < WARNING_MS)
    parts.push(
      certificateEndsAt > now
        ? `The certificate ends in ${formatSpan(certificateEndsAt - now)}: put a new one in its place.`
        : `The certificate ended ${formatSpan(now - certificateEndsAt)} ago: clients refuse it. Put a new one in its place.`,
    )
  for (const { name, state } of proxy?.feeds ?? []) {
    if (state === 'parked') parts.push(`${name} is parked: mend the cause, then: ${enableCommand(name)}`)
    if (state === 'auth_required') parts.push(`${name} has no session with its broker: ${loginCommand(name)}`)
  }
  const lines = events
    .slice(-EVENTS_SHOWN)
    .map(({ at, name, text }) => `  ${timeOfDay(at)}  ${oneLine(`${name} ${text}`)}`)
  if (lines.length > 0) parts.push(['Lately:', ...lines].join('\n'))
  return parts.join('\n\n')
}

function countdown(at: number | undefined, now: number): string | undefined {
  if (at === undefined) return undefined
  return at > now ? `in ${formatSpan(at - now)}` : `${formatSpan(now - at)} ago`
}

/** An account that is given a rest says so before anything else: nothing is tried before its end. */
function reasonOf({ reason, status }: ReportedFeed, now: number): string | undefined {
  const rest = status?.rest
  if (!rest) return reason
  return [`rests ${rest.until > now ? `for ${formatSpan(rest.until - now)}` : ''}: ${rest.reason}`, reason]
    .filter(Boolean)
    .join('; ')
}

function traffic({ clients, ticks, bus, proxy, workers }: ProxyStatus): string {
  const say = (counts: Record<string, number>) =>
    Object.entries(counts)
      .map(([name, count]) => `${words(name)} ${formatCount(count)}`)
      .join(', ')
  const each = workers.map(({ id, pid, state, clients: held }) =>
    state === 'running' ? `${id} (process ${pid}) has ${formatCount(held)}` : `${id} is ${state}`,
  )
  return [
    `Clients  ${say(clients)}`,
    ...(workers.length > 1 ? [`Workers  ${each.join(', ')}`] : []),
    `Ticks    ${say(ticks)}, topics held ${formatCount(proxy.topics)}`,
    `Bus      ${proxy.busConnected ? 'connected' : 'NOT CONNECTED'}, ${say(bus)}`,
  ].join('\n')
}

/** `waitingBytes` as `waiting bytes`. */
const words = (name: string): string => name.replace(/[A-Z]/g, letter => ` ${letter.toLowerCase()}`)
