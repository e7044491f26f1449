import { ERROR_CODES, type ErrorCode, TickwireError } from '../shared/errors.ts'

/** What an adapter's own code threw, with a code of ours; without one, ADAPTER_INVALID, naming what failed. */
export function adapterFault(adapter: string, what: string, error: unknown): TickwireError {
  if (error instanceof TickwireError) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error)
  if (code === undefined)
    return new TickwireError('ADAPTER_INVALID', `Adapter ${adapter}: ${what} failed: ${message}`, {
      next: `correct what ${what} of the adapter does`,
    })
  const next = error instanceof Error && 'next' in error && typeof error.next === 'string' ? { next: error.next } : {}
  return new TickwireError(code, message, next)
}

/** An adapter outside the tree has no class of ours: an error that carries one of our codes means it. */
export const codeOf = (error: unknown): ErrorCode | undefined =>
  error instanceof Error && 'code' in error && Object.hasOwn(ERROR_CODES, String(error.code))
    ? (error.code as ErrorCode)
    : undefined
