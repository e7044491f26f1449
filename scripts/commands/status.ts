import { pause } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { readCalendar } from '../../shared/store/calendar.ts'
import { readUp } from '../facts.ts'
import type { Globals } from '../globals.ts'
import { formatMarket } from '../hours.ts'
import { type Invocation, openInvocation } from '../invocation.ts'
import { HEALTHY, type Overview, overview } from '../overview.ts'
import { mergeEvents, withProcesses } from '../picture.ts'
import { fetchStatus } from '../running.ts'
import { isTroubled } from '../troubles.ts'

export interface StatusOptions {
  /** Every instrument by itself. */
  readonly instruments?: boolean
  /** Again each second, until Ctrl-C. */
  readonly watch?: boolean
}

const DEGRADED = 5
const WATCH_MS = 1000
/** Home, and everything below it away. */
const CLEAR = '\x1b[H\x1b[J'

/**
 * `tickwire status`: exits with 0 when all is well, 5 when something is not. Throws PROXY_UNREACHABLE when nothing runs.
 */
export async function status(
  globals: Globals,
  { instruments = false, watch = false }: StatusOptions = {},
): Promise<void> {
  const invocation = openInvocation(globals)
  if (!watch) {
    await show(invocation, instruments, '')
    return
  }
  const end = new AbortController()
  const stop = () => end.abort()
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  const before = invocation.terminal.interactive ? CLEAR : ''
  while (!end.signal.aborted) {
    await show(invocation, instruments, before)
    await pause(invocation.clock, WATCH_MS, end.signal)
  }
  process.exit()
}

async function show(invocation: Invocation, instruments: boolean, before: string): Promise<void> {
  const { terminal } = invocation
  const view = await look(invocation, instruments)
  const { up, proxy, events } = view
  const healthy = isHealthy(view)
  if (terminal.format === 'json') terminal.print(JSON.stringify({ healthy, processes: up?.children, ...proxy, events }))
  else terminal.print(before + overview(terminal, view, instruments))
  process.exitCode = healthy ? 0 : DEGRADED
}

async function look(invocation: Invocation, instruments: boolean): Promise<Overview> {
  const up = readUp(invocation.folder)
  const answer = await fetchStatus(invocation, { instruments }).catch((error: unknown) => {
    // A proxy that is down for a moment is what the supervisor's facts are for.
    if (up && error instanceof TickwireError && error.code === 'PROXY_UNREACHABLE') return undefined
    throw error
  })
  const proxy = answer && { ...answer, feeds: withProcesses(answer.feeds, up) }
  const now = invocation.clock.now()
  return { up, proxy, market: marketLine(invocation), events: mergeEvents(up?.events ?? [], proxy?.events ?? []), now }
}

/** What the markets do, as feeds are told. */
const marketLine = ({ config, folder, clock }: Invocation): string =>
  `Market   ${config.market === 'always-open' ? 'ALWAYS OPEN (development)' : formatMarket(readCalendar(folder, clock.now()).calendar, clock.now())}`

function isHealthy({ up, proxy }: Overview): boolean {
  const processes = up === undefined || up.children.every(child => child.state === 'running')
  if (!processes || proxy?.proxy.busConnected !== true || proxy.audit?.degraded !== undefined) return false
  return (
    proxy.workers.every(({ state }) => state === 'running') &&
    proxy.feeds.every(feed => HEALTHY.has(feed.state) && !isTroubled(feed))
  )
}
