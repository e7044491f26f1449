import { systemClock } from '../../shared/clock.ts'
import { type Check, finding } from '../checks/check.ts'
import { checkClock, checkNatives, checkNode } from '../checks/machine.ts'
import type { Globals } from '../globals.ts'
import type { Invocation } from '../invocation.ts'
import { openTerminal, type Paint, strip, type Terminal } from '../terminal.ts'

const PAINT: Record<Check['verdict'], Paint> = { ok: 'green', warn: 'yellow', fail: 'red' }

const INDENT = ' '.repeat(24)

/** `tickwire doctor`: one line per check, as soon as it is known; exits with 1 when one fails. */
export async function doctor(globals: Globals): Promise<void> {
  const terminal = openTerminal(globals)
  let failed = false
  for await (const check of runChecks(globals)) {
    failed ||= check.verdict === 'fail'
    showCheck(terminal, check)
  }
  process.exitCode = failed ? 1 : 0
}

/** Every check, in the order in which one rests on another. */
export async function* runChecks(globals: Globals): AsyncGenerator<Check> {
  yield checkNode(process.versions.node)
  yield checkClock(systemClock)
  const natives = await checkNatives()
  yield natives
  // Everything below needs them.
  if (natives.verdict === 'fail') return
  const { openInvocation } = await import('../invocation.ts')
  let invocation: Invocation
  try {
    invocation = openInvocation(globals)
  } catch (error) {
    yield finding('configuration', error)
    return
  }
  const { checkConfiguration } = await import('../checks/configuration.ts')
  yield await checkConfiguration(invocation)
  const { checkFolder, checkBusPlace, checkPort } = await import('../checks/folder.ts')
  yield* checkFolder(invocation)
  const { checkAudit } = await import('../checks/audit.ts')
  yield checkAudit(invocation)
  const { checkSafety, checkCertificate } = await import('../checks/safety.ts')
  yield await checkSafety(invocation)
  yield* checkCertificate(invocation)
  const { checkCalendar } = await import('../checks/calendar.ts')
  yield checkCalendar(invocation)
  const { checkAccounts } = await import('../checks/accounts.ts')
  yield* await checkAccounts(invocation)
  const { checkLists } = await import('../checks/lists.ts')
  yield* await checkLists(invocation)
  const place = checkBusPlace(invocation)
  yield place
  yield await checkPort(invocation)
  if (place.verdict === 'fail') return
  const { checkStream } = await import('../checks/stream.ts')
  yield* await checkStream(invocation)
}

/** One line of a check, or one JSON line. */
export function showCheck(terminal: Terminal, check: Check): void {
  if (terminal.format === 'json') {
    terminal.print(JSON.stringify(check))
    return
  }
  const { verdict, detail, fix } = check
  // A configuration may have several faults: a line for each.
  const lines = detail.split('\n').map(strip)
  const head = `${terminal.paint(PAINT[verdict], verdict.padEnd(4))}  ${strip(check.check).padEnd(16)}  `
  terminal.print(head + lines.join(`\n${INDENT}`))
  if (fix !== undefined) terminal.print(`${INDENT}fix: ${strip(fix)}`)
}
