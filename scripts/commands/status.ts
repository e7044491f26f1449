import { TickwireError } from '../../shared/errors.ts'
import { timeOfDay } from '../banner.ts'
import { type ChildFacts, enableCommand, type Happening, loginCommand, readUp, type UpFacts } from '../facts.ts'
import { formatCount, formatSpan } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { openInvocation } from '../invocation.ts'
import { mergeEvents, withProcesses } from '../picture.ts'
import { fetchStatus, type ProxyStatus, type ReportedFeed } from '../running.ts'
import { type Column, oneLine, type Paint, type Terminal } from '../terminal.ts'

/** A market that is closed is no fault. */
const HEALTHY = new Set(['live', 'quiet'])
const DEGRADED = 5
const EVENTS_SHOWN = 10

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
  { head: 'PRICES', cell: row => row.label },
  { head: 'REASON', cell: row => row.reason },
]

/**
 * `tickwire status`: exits with 0 when all is well, 5 when something is not. Throws PROXY_UNREACHABLE when nothing runs.
 */
export async function status(globals: Globals): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const up = readUp(invocation.folder)
  const answer = await fetchStatus(invocation).catch((error: unknown) => {
    // A proxy that is down for a moment is what the supervisor's facts are for.
    if (up && error instanceof TickwireError && error.code === 'PROXY_UNREACHABLE') return undefined
    throw error
  })
  const proxy = answer && { ...answer, feeds: withProcesses(answer.feeds, up) }
  const events = mergeEvents(up?.events ?? [], proxy?.events ?? [])
  const healthy = isHealthy(up, proxy)
  if (terminal.format === 'json') terminal.print(JSON.stringify({ healthy, processes: up?.children, ...proxy, events }))
  else show(terminal, up, proxy, events, clock.now())
  process.exitCode = healthy ? 0 : DEGRADED
}

function isHealthy(up: UpFacts | undefined, proxy: ProxyStatus | undefined): boolean {
  const processes = up === undefined || up.children.every(child => child.state === 'running')
  if (!processes || proxy?.proxy.busConnected !== true) return false
  return proxy.workers.every(({ state }) => state === 'running') && proxy.feeds.every(feed => HEALTHY.has(feed.state))
}

function show(
  terminal: Terminal,
  up: UpFacts | undefined,
  proxy: ProxyStatus | undefined,
  events: readonly Happening[],
  now: number,
): void {
  const parts: string[] = []
  if (up) parts.push(terminal.table(up.children, processColumns(now)))
  else parts.push('No `tickwire up` runs in this data folder; the processes were started one by one.')
  if (proxy) parts.push(terminal.table(proxy.feeds, feedColumns(now)), traffic(proxy))
  else parts.push('The proxy does not answer at the moment.')
  for (const { name, state } of proxy?.feeds ?? []) {
    if (state === 'parked') parts.push(`${name} is parked: mend the cause, then: ${enableCommand(name)}`)
    if (state === 'auth_required') parts.push(`${name} has no session with its broker: ${loginCommand(name)}`)
  }
  const lines = events
    .slice(-EVENTS_SHOWN)
    .map(({ at, name, text }) => `  ${timeOfDay(at)}  ${oneLine(`${name} ${text}`)}`)
  if (lines.length > 0) parts.push(['Lately:', ...lines].join('\n'))
  terminal.print(parts.join('\n\n'))
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
