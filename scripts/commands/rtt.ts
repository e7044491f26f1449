import { pause } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { distributionOf, formatMs, hundredths } from '../distribution.ts'
import { untilInterrupted } from '../ending.ts'
import { countOf } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { openInvocation } from '../invocation.ts'
import { type Link, openLink } from '../link.ts'
import { clientKey, streamAddress } from '../running.ts'

/** Well below the ten messages a second that a key has unless told otherwise. */
const PAUSE_MS = 200

/**
 * `tickwire rtt`: the way to the proxy and back, as a client goes it. Exits with 0, with 5 when pings stayed unanswered.
 * Throws PROXY_UNREACHABLE, also when none was answered, and KEY_INVALID.
 */
export async function rtt(
  globals: Globals,
  { count, url }: { readonly count: number; readonly url?: string },
): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const end = untilInterrupted()
  const address = url ?? streamAddress(invocation)
  const link = await openLink({ url: address, isOwn: url === undefined, key: () => clientKey(invocation), clock })
  void link.ended.then(() => end.abort())
  const ways: number[] = []
  let sent = 0
  while (sent < count && !end.signal.aborted) {
    sent++
    const echo = await link.ping()
    if (echo) {
      ways.push(echo.rttMs)
      if (terminal.format === 'table') terminal.say(`${String(sent).padStart(4)}  ${formatMs(echo.rttMs)}`)
    } else if (!end.signal.aborted) terminal.say(`${String(sent).padStart(4)}  no answer`)
    if (sent < count) await pause(clock, PAUSE_MS, end.signal)
  }
  const way = distributionOf(ways)
  link.close()
  if (!way)
    throw new TickwireError('PROXY_UNREACHABLE', `${address} answered none of ${countOf(sent, 'ping')}`, {
      next: 'tickwire status',
    })
  const row = { url: address, ...stepsOf(link), sent, answered: way.count, ...way }
  terminal.rows(
    [row],
    [
      { head: 'TCP', cell: one => formatMs(one.tcpMs), right: true },
      { head: 'WEBSOCKET', cell: one => formatMs(one.upgradeMs), right: true },
      { head: 'AUTH', cell: one => formatMs(one.authMs), right: true },
      { head: 'PINGS', cell: one => `${one.answered}/${one.sent}`, right: true },
      { head: 'MIN', cell: one => formatMs(one.minMs), right: true },
      { head: 'AVG', cell: one => formatMs(one.avgMs), right: true },
      { head: 'P95', cell: one => formatMs(one.p95Ms), right: true },
      { head: 'MAX', cell: one => formatMs(one.maxMs), right: true },
    ],
    '',
  )
  process.exit(way.count < sent ? 5 : 0)
}

const stepsOf = ({ steps: { tcpMs, upgradeMs, authMs } }: Link) => ({
  tcpMs: hundredths(tcpMs),
  upgradeMs: hundredths(upgradeMs),
  authMs: hundredths(authMs),
})
