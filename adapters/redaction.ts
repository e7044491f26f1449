import { TickwireError } from '../shared/errors.ts'
import { scrub } from '../shared/redaction.ts'
import type { SessionAdapter } from './contract.ts'
import { codeOf } from './fault.ts'

/** Which function of which adapter is called, and what must not be in an error of it. */
export interface Call {
  readonly adapter: Pick<SessionAdapter, 'name'>
  /** `login.redeem` */
  readonly what: string
  /** Name of the feed: an adapter knows only its own name, and a broker may have several accounts. */
  readonly account?: string
  readonly hidden: readonly string[]
}

/** The adapter's own code: whatever it throws gets a code here, and loses every secret it may repeat. */
export function guard<T>(call: Call, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw discreet(call, error)
  }
}

/** The same for what it promises. */
export async function guardPromise<T>(call: Call, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw discreet(call, error)
  }
}

/** The error it makes of what it was told, or throws over it: the same. */
export function guardError(call: Call, make: () => TickwireError): TickwireError {
  try {
    return discreet(call, make())
  } catch (error) {
    return discreet(call, error)
  }
}

function discreet({ adapter, what, account = adapter.name, hidden }: Call, error: unknown): TickwireError {
  const message = redact(error instanceof Error ? error.message : String(error), hidden)
  const step = error instanceof TickwireError ? error.next : undefined
  const login = (name: string) => `tickwire account login ${name}`
  const isMeant = account.toLowerCase() === adapter.name
  const own = isMeant ? step : step?.replaceAll(login(adapter.name), login(account))
  const next = own === undefined ? {} : { next: redact(own, hidden) }
  const code = codeOf(error)
  if (code) return new TickwireError(code, message, next)
  return new TickwireError('ADAPTER_INVALID', `Adapter ${adapter.name}: ${what} failed: ${message}`)
}

/** On one line, without these texts and whatever else is a secret of this process. */
export const redact = (text: string, hidden: readonly string[]): string =>
  scrub(text, hidden).replace(/\s+/g, ' ').trim()
