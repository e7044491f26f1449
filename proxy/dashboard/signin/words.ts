import { spanOf } from '../ist.ts'
import type { CallError } from '../session.ts'

/** Why a key was not taken, and what to do next. */
export function refusalWords({ status, message, waitMs }: Pick<CallError, 'status' | 'message' | 'waitMs'>): string {
  switch (status) {
    case 0:
      return 'The server does not answer. On the machine it runs on: tickwire status'
    case 401:
      return 'This key is not good here: mistyped, revoked or expired. A new one, on the machine it runs on: tickwire key create page'
    case 403:
      return `This key may not do that: ${message}`
    case 429:
      return waitMs === undefined
        ? 'Too many wrong keys came from this address: wait a minute, then try again'
        : `Too many wrong keys came from this address: wait ${spanOf(waitMs)}, then try again`
    default:
      return `The server could not do it: ${message}`
  }
}
