import { CommanderError } from 'commander'
import { TickwireError } from '../shared/errors.ts'

/** What a failed command writes to stderr, and the code it exits with. */
export interface Failure {
  readonly lines: readonly string[]
  readonly exitCode: number
}

/** The one place where an error becomes words: `error CODE: …`, `next: …`, and the stack for `--debug` only. */
export function explainFailure(error: unknown, debug: boolean): Failure {
  const known = error instanceof CommanderError ? usageError(error) : error
  const stack = debug && known instanceof Error && known.stack ? [known.stack] : []
  if (known instanceof TickwireError) {
    const next = known.next === undefined ? [] : [`next: ${known.next}`]
    return { lines: [`error ${known.code}: ${known.message}`, ...next, ...stack], exitCode: known.exitCode }
  }
  const message = known instanceof Error ? known.message : String(known)
  const next = debug ? [] : ['next: run it again with --debug for the place, and report it']
  return { lines: [`error UNEXPECTED: ${message.split('\n', 1)[0]}`, ...next, ...stack], exitCode: 1 }
}

/** Commander speaks in two lines and repeats `--option=value`; the value may be a secret. */
function usageError(error: CommanderError): TickwireError {
  const message = error.message
    .replace(/^error: /, '')
    .replace(/(--?[\w-]+)=[^']*/g, '$1=…')
    .replace(/\s*\n\s*/g, ' ')
    .trim()
  return new TickwireError('USAGE', message, { next: 'tickwire --help, or --help after a command' })
}

export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, 'fine'],
  [1, 'failure'],
  [2, 'usage: the command line is wrong'],
  [3, 'auth: the key was refused'],
  [4, 'not reachable: nothing runs at that address'],
  [5, 'degraded: it runs, not all of it well'],
  [78, 'configuration: a setting, the port or the data folder'],
]
