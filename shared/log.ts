import { type DestinationStream, destination, type Logger, pino, stdTimeFunctions } from 'pino'
import { isColorSupported, prettyFactory } from 'pino-pretty'
import type { Config } from './config.ts'
import { TickwireError } from './errors.ts'
import { mapLine, scrub, scrubLine } from './redaction.ts'

export type Log = Logger

export interface LogOptions {
  /** Which process speaks: `proxy`, `adapter`, `bus`, `up`. */
  readonly process: string
  readonly level: Config['log']['level']
  readonly format: Config['log']['format']
  /** For tests; otherwise standard error, written at once so that a dying process loses no line. */
  readonly to?: DestinationStream & NodeJS.WritableStream
}

const STDERR = 2

export function createLog({ process: name, level, format, to }: LogOptions): Log {
  const isPretty = format === 'pretty' || (format === 'auto' && to === undefined && process.stderr.isTTY)
  const out = to ?? destination({ dest: STDERR, sync: true })
  return pino(
    {
      level,
      base: { process: name },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: label => ({ level: label }) },
      hooks: { streamWrite: isPretty ? calmLine : scrubLine },
      serializers: { err: describeError, error: describeError },
    },
    isPretty ? prettyStream(out, to === undefined) : out,
  )
}

/** For a terminal: no line end and no order to it comes out of what somebody else has said. */
const calmLine = (line: string): string =>
  mapLine(line, text =>
    scrub(text)
      .replace(/\s+/g, gap => (gap.includes('\n') ? ' | ' : gap))
      .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ''),
  )

function prettyStream(to: DestinationStream, isOwn: boolean): DestinationStream {
  // By hand: as a stream of its own it draws an error over many lines.
  const format = prettyFactory({
    singleLine: true,
    errorLikeObjectKeys: [],
    ignore: 'process,pid,hostname',
    messageFormat: '{process}: {msg}',
    translateTime: 'SYS:HH:MM:ss.l',
    colorize: isOwn && isColorSupported,
  })
  return { write: line => to.write(format(line)) }
}

interface Described {
  readonly code?: string
  readonly message: string
  readonly next?: string
  readonly cause?: string
  readonly stack?: string
}

/** What a person needs of an error, and no field a library hung on it: those may carry payloads. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { message, cause } = error
  const told: Described = {
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    message,
    ...(cause instanceof Error && { cause: cause.message }),
  }
  if (error instanceof TickwireError) return error.next === undefined ? told : { ...told, next: error.next }
  return error.stack === undefined ? told : { ...told, stack: error.stack }
}
