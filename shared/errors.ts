type Retry = 'never' | 'backoff' | 'after-login'

interface Meaning {
  /** Whether trying again can help, and after what. */
  readonly retry: Retry
  /** Exit code of a command that ends with it: 1 failure, 2 usage, 3 auth, 4 not reachable, 5 degraded, 78 configuration. */
  readonly exit: 1 | 2 | 3 | 4 | 5 | 78
}

/** The whole family. A foreign failure gets its code once, at the edge that saw it. */
export const ERROR_CODES = {
  CONFIG_INVALID: { retry: 'never', exit: 78 },
  USAGE: { retry: 'never', exit: 2 },
  ALREADY_RUNNING: { retry: 'never', exit: 78 },
  PORT_TAKEN: { retry: 'never', exit: 78 },
  FOLDER_UNUSABLE: { retry: 'never', exit: 78 },
  STORE_CORRUPT: { retry: 'never', exit: 78 },
  STORE_NEWER: { retry: 'never', exit: 78 },
  STORE_BUSY: { retry: 'backoff', exit: 1 },
  NOT_FOUND: { retry: 'never', exit: 1 },
  ADAPTER_UNKNOWN: { retry: 'never', exit: 2 },
  ADAPTER_INVALID: { retry: 'never', exit: 1 },
  SOURCE_FAILED: { retry: 'backoff', exit: 1 },
  FEED_EXISTS: { retry: 'never', exit: 2 },
  FEED_UNKNOWN: { retry: 'never', exit: 2 },
  INSTRUMENT_UNKNOWN: { retry: 'never', exit: 1 },
  INSTRUMENTS_MISSING: { retry: 'backoff', exit: 1 },
  INSTRUMENTS_MALFORMED: { retry: 'backoff', exit: 1 },
  MODE_NOT_OFFERED: { retry: 'never', exit: 1 },
  TOPIC_MALFORMED: { retry: 'never', exit: 1 },
  MESSAGE_MALFORMED: { retry: 'never', exit: 1 },
  SUBSCRIPTION_LIMIT: { retry: 'never', exit: 1 },
  SUBSCRIPTION_REJECTED: { retry: 'never', exit: 1 },
  FRAME_MALFORMED: { retry: 'backoff', exit: 1 },
  CALENDAR_INVALID: { retry: 'never', exit: 1 },
  TAPE_CORRUPT: { retry: 'never', exit: 1 },
  SESSION_EXPIRED: { retry: 'after-login', exit: 3 },
  CREDENTIALS_REJECTED: { retry: 'after-login', exit: 3 },
  SESSION_TAKEN: { retry: 'backoff', exit: 4 },
  BROKER_UNREACHABLE: { retry: 'backoff', exit: 4 },
  BROKER_RATE_LIMITED: { retry: 'backoff', exit: 4 },
  BROKER_REFUSED: { retry: 'backoff', exit: 1 },
  AUDIT_BROKEN: { retry: 'never', exit: 1 },
  AUDIT_UNWRITABLE: { retry: 'backoff', exit: 1 },
  VAULT_LOCKED: { retry: 'never', exit: 78 },
  FEED_TAKEN: { retry: 'never', exit: 78 },
  CLOCK_BEHIND: { retry: 'backoff', exit: 1 },
  BUS_UNAVAILABLE: { retry: 'backoff', exit: 4 },
  PROXY_UNREACHABLE: { retry: 'backoff', exit: 4 },
  KEY_EXISTS: { retry: 'never', exit: 2 },
  KEY_INVALID: { retry: 'never', exit: 3 },
} as const satisfies Record<string, Meaning>

export type ErrorCode = keyof typeof ERROR_CODES

/** The one error type: a code of the table, a sentence for a person, and what to do next. */
export class TickwireError extends Error {
  readonly code: ErrorCode
  /** The next step, a command or a setting, where there is one. */
  readonly next: string | undefined

  constructor(code: ErrorCode, message: string, options: { next?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'TickwireError'
    this.code = code
    this.next = options.next
  }

  get retry(): Retry {
    return ERROR_CODES[this.code].retry
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exit
  }
}

/** The code Node gives a failed system call (`EADDRINUSE`, `EACCES`, …), if the error has one. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
