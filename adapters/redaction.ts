import { TickwireError } from '../shared/errors.ts'
import type { SessionAdapter } from './contract.ts'
import { codeOf } from './fault.ts'

/** Shorter ones would make holes in every message, and are guessed anyway. */
const SHORTEST_SECRET = 4

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

/** On one line, without these texts, as they are or as an address or a header carries them. */
export function redact(text: string, hidden: readonly string[]): string {
  const forms = hidden
    .filter(secret => secret.length >= SHORTEST_SECRET)
    .sort((one, other) => other.length - one.length)
    .flatMap(secret => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
  const clean = forms.reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text)
  return clean.replace(/\s+/g, ' ').trim()
}

/** Every text in credentials or in a ticket. */
export function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : []
}
