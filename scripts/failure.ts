import type { Command, CommanderError } from 'commander'
import { TickwireError } from '../shared/errors.ts'
import { isSecretName, scrub } from '../shared/redaction.ts'

/** What a failed command writes to stderr, and the code it exits with. */
export interface Failure {
  readonly lines: readonly string[]
  readonly exitCode: number
}

/**
 * The one place where an error becomes words, without any secret of this process: `error CODE: …`, `next: …`, and the
 * stack for `--debug` only.
 */
export function explainFailure(error: unknown, debug: boolean): Failure {
  const { lines, exitCode } = explain(error, debug)
  return { lines: lines.map(line => scrub(line)), exitCode }
}

function explain(error: unknown, debug: boolean): Failure {
  const stack = debug && error instanceof Error && error.stack ? [error.stack] : []
  if (error instanceof TickwireError) {
    const next = error.next === undefined ? [] : [`next: ${error.next}`]
    return { lines: [`error ${error.code}: ${error.message}`, ...next, ...stack], exitCode: error.exitCode }
  }
  const message = error instanceof Error ? error.message : String(error)
  const next = debug ? [] : ['next: run it again with --debug for the place, and report it']
  return { lines: [`error UNEXPECTED: ${message.split('\n', 1)[0]}`, ...next, ...stack], exitCode: 1 }
}

/**
 * What Commander refuses, as one of ours; `command` is the one whose help explains it. Commander speaks in two lines and
 * repeats `--option=value` and words it does not know; both may be secrets.
 */
export function usageError({ message, code }: CommanderError, command: Command, path: string): TickwireError {
  const [, option = ''] = /^error: unknown option '(-[\w-]*)/.exec(message) ?? []
  if (isSecretName(option.replaceAll('-', '_')))
    return new TickwireError('USAGE', `${path} takes no ${option}: secrets have no place on a command line`, {
      next: 'revoke it if it was real: others can see command lines, and histories keep them; --help shows how to give it',
    })
  const text =
    code === 'commander.help'
      ? `${path} needs one of: ${command.commands.map(one => one.name()).join(', ')}`
      : message
          .replace(/^error: /, '')
          .replace(/(--?[\w-]+)=[^']*/g, '$1=…')
          .replace(/'(tw_live_\w+|[\da-f]{64})'/gi, "'…'")
          .replace(/\s*\n\s*/g, ' ')
          .trim()
  return new TickwireError('USAGE', text, { next: `${path} --help` })
}

export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [0, 'fine'],
  [1, 'failure'],
  [2, 'usage: the command line is wrong'],
  [3, 'auth: the key or the login with the broker was refused'],
  [4, 'not reachable: nothing answers at that address'],
  [5, 'degraded: it runs, not all of it well'],
  [78, 'configuration: a setting, the port or the data folder'],
]
