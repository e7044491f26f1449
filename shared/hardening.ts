import inspector from 'node:inspector'
import { TickwireError } from './errors.ts'
import type { Log } from './log.ts'

/** Whoever reaches a debugger reads every secret of the process and runs what he likes in it. */
const INSPECTOR = /^--(?:inspect|debug)(?:-|=|$)/
/** What a child is started with, where this Node knows it. */
const FLAGS = ['--disable-sigusr1', '--report-exclude-network', '--report-exclude-env']

/** For the lifetime of a process. */
export function harden(log: Pick<Log, 'warn'>): void {
  // Without a listener Node opens its debugger: every process of the same user could ask for it.
  process.on('SIGUSR1', () => log.warn('SIGUSR1 would open the debugger of Node; it is refused'))
  const { report } = process
  // They come with the environment and with every open connection.
  report.reportOnFatalError = false
  report.reportOnSignal = false
  report.reportOnUncaughtException = false
  Object.assign(report, { excludeNetwork: true, excludeEnv: true })
  // What is parsed cannot reach the prototype of everything by this name.
  Reflect.deleteProperty(Object.prototype, '__proto__')
}

/** Throws CONFIG_INVALID in a process that can be debugged, whichever way it was told to be. */
export function refuseInspector(
  flags: readonly string[] = process.execArgv,
  address: string | undefined = inspector.url(),
): void {
  const flag = flags.find(one => INSPECTOR.test(one))
  if (flag === undefined && address === undefined) return
  const said = flag === undefined ? '--inspect (NODE_OPTIONS)' : flag.split('=', 1)[0]
  throw new TickwireError('CONFIG_INVALID', `${said}: Node's debugger would show every secret of this process`, {
    next: 'start it without --inspect, also in NODE_OPTIONS',
  })
}

/** The flags of Node for a child: those of this process, without a debugger, and what keeps secrets in. */
export const childFlags = (
  own: readonly string[] = process.execArgv,
  known: ReadonlySet<string> = process.allowedNodeEnvironmentFlags,
): string[] => [
  ...own.filter(one => !INSPECTOR.test(one)),
  ...FLAGS.filter(flag => known.has(flag) && !own.includes(flag)),
]
