import { pause } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import { untilInterrupted } from '../ending.ts'
import { readUp } from '../facts.ts'
import { countOf, formatCount } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation } from '../invocation.ts'
import { paceView } from '../paceview.ts'
import { withProcesses } from '../picture.ts'
import { type Pace, paceOf } from '../rates.ts'
import { fetchStatus, type ProxyStatus, streamAddress } from '../running.ts'
import { Screen } from '../screen.ts'

const LOOK_MS = 1000

/** What was seen in all. */
interface Seen {
  looks: number
  ticks: number
  seconds: number
  most: number
  missed: number
}

/**
 * `tickwire top`: each second what the feeds, the clients and the proxy do, until Ctrl-C, `q` or `--count`. Throws
 * PROXY_UNREACHABLE when nothing answers at first, and KEY_INVALID.
 */
export async function top(
  globals: Globals,
  { count = Number.POSITIVE_INFINITY, url }: { readonly count?: number; readonly url?: string },
): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const end = untilInterrupted()
  const { signal } = end
  let before = await look(invocation, url)
  const screen =
    terminal.format === 'table' && terminal.interactive
      ? new Screen({
          out: process.stdout,
          keys: process.stdin.isTTY ? process.stdin : undefined,
          onQuit: () => end.abort(),
        })
      : undefined
  const seen: Seen = { looks: 0, ticks: 0, seconds: 0, most: 0, missed: 0 }
  let pace = paceOf(before, before)
  const show = (trouble?: string) => {
    if (terminal.format === 'json') terminal.print(JSON.stringify(trouble === undefined ? pace : { error: trouble }))
    else {
      const text = paceView(terminal, pace, url ?? addressOf(invocation), trouble)
      if (screen) screen.show(text)
      else terminal.print(`${text}\n`)
    }
  }
  try {
    screen?.show('tickwire top: looking for a second …')
    while (seen.looks < count) {
      await pause(clock, LOOK_MS, signal)
      if (signal.aborted) break
      seen.looks++
      try {
        const after = await look(invocation, url)
        if (signal.aborted) break
        pace = paceOf(before, after)
        before = after
        add(seen, pace)
        show()
      } catch (error) {
        // It may come back; who looks wants to see it.
        if (!(error instanceof TickwireError) || error.code !== 'PROXY_UNREACHABLE') throw error
        seen.missed++
        show(error.message)
      }
    }
  } finally {
    screen?.close()
  }
  terminal.say(summary(seen))
  process.exit(0)
}

/** Feeds as `up` knows their processes, where it runs here. */
async function look(invocation: Invocation, url: string | undefined): Promise<ProxyStatus> {
  const status = await fetchStatus(invocation, { url })
  return url === undefined ? { ...status, feeds: withProcesses(status.feeds, readUp(invocation.folder)) } : status
}

/** A proxy that is away for a moment has none. */
function addressOf(invocation: Invocation): string {
  try {
    return streamAddress(invocation)
  } catch (error) {
    if (error instanceof TickwireError) return ''
    throw error
  }
}

function add(seen: Seen, { feeds, seconds }: Pace): void {
  const ticks = feeds.reduce((sum, { ticksPerSecond = 0 }) => sum + ticksPerSecond, 0)
  seen.ticks += ticks * seconds
  seen.seconds += seconds
  seen.most = Math.max(seen.most, ticks)
}

function summary({ looks, ticks, seconds, most, missed }: Seen): string {
  const mean = seconds > 0 ? Math.round(ticks / seconds) : 0
  const away = missed > 0 ? `; the proxy did not answer ${missed === 1 ? 'once' : `${missed} times`}` : ''
  return `${countOf(looks, 'look')}: ${formatCount(mean)} ticks/s from the feeds, at most ${formatCount(Math.round(most))}${away}`
}
