import { randomBytes } from 'node:crypto'
import { didYouMean } from '../shared/config/spelling.ts'
import { TickwireError } from '../shared/errors.ts'
import { Secret } from '../shared/secret.ts'
import type { Http, LoginAnswer, SessionAdapter } from './contract.ts'
import { codeOf } from './fault.ts'

/** One thing the account's owner is asked for. */
export interface CredentialField {
  readonly name: string
  /** As a person knows it. */
  readonly label: string
}

/** Whose login it is. */
export interface Account {
  /** Name of its feed. */
  readonly name: string
  readonly adapter: SessionAdapter
  readonly settings: unknown
  /** As `sealCredentials` gave them. */
  readonly credentials: Secret
}

export interface PendingLogin {
  /** Where the person logs in. Most brokers want the API key in it: for the person's eyes only. */
  readonly url: Secret
  /**
   * What the broker sent back. A person may paste the answer without its state, a browser that is sent here may not:
   * any page can send it. Throws USAGE for what is no answer, CREDENTIALS_REJECTED for a refusal and for the answer to
   * another login.
   */
  readAnswer(text: string, from: 'person' | 'browser'): LoginAnswer
}

/** What a login gave, ready for the vault. */
export interface GrantedTicket {
  readonly ticket: Secret
  /** Milliseconds since 1970. */
  readonly grantedAt: number
  readonly expiresAt?: number
  readonly holder?: string
}

/** Shorter ones would make holes in every message, and are guessed anyway. */
const SHORTEST_SECRET = 4

/** What to ask for, in this order. Throws ADAPTER_INVALID when the adapter does not say. */
export function credentialFields({ name, credentials }: SessionAdapter): CredentialField[] {
  // Not by class: an adapter outside the tree may bring its own copy of zod.
  const shape: unknown = 'shape' in credentials ? credentials.shape : undefined
  if (typeof shape !== 'object' || shape === null)
    throw new TickwireError('ADAPTER_INVALID', `Adapter ${name}: credentials is no zod object`, {
      next: 'adapters/README.md shows what a manifest exports',
    })
  return Object.entries(shape).map(([field, schema]) => ({ name: field, label: descriptionOf(schema) ?? field }))
}

/**
 * Checks what the owner gave; the same fields always give the same text. Throws USAGE, naming every field that is
 * missing, unknown or not right, and no value.
 */
export function sealCredentials(adapter: SessionAdapter, given: Readonly<Record<string, string>>): Secret {
  const names = credentialFields(adapter).map(field => field.name)
  const unknown = Object.keys(given).filter(name => !names.includes(name))
  const problems = unknown.map(name => `${name} is not asked for${didYouMean(name, names)}`)
  const parsed = adapter.credentials.safeParse(given)
  if (parsed.success && problems.length === 0) return new Secret(JSON.stringify(parsed.data))
  for (const { path, message } of parsed.error?.issues ?? []) {
    const name = path.join('.') || 'credentials'
    problems.push(Object.hasOwn(given, name) ? `${name}: ${message}` : `${name} is missing`)
  }
  throw new TickwireError('USAGE', redact(`Credentials: ${problems.join('; ')}`, Object.values(given)), {
    next: `${adapter.name} asks for: ${names.join(', ')}`,
  })
}

/** Begins a login. Throws CREDENTIALS_REJECTED when the stored credentials are not what the adapter asks for now. */
export function beginLogin(account: Account): PendingLogin {
  const { adapter, settings } = account
  const credentials = openCredentials(account)
  const state = randomBytes(16).toString('base64url')
  const hidden = texts(credentials)
  const url = guard(adapter, 'url', hidden, () => adapter.login.url?.(settings, credentials, state) ?? '')
  const carriesState = url.includes(state)
  return {
    url: new Secret(url),
    readAnswer(text, from) {
      const answer = guard(adapter, 'readAnswer', [...hidden, ...valuesIn(text)], () => adapter.login.readAnswer(text))
      const isOurs = answer.state === undefined ? from === 'person' || !carriesState : answer.state === state
      if (isOurs) return answer
      throw new TickwireError('CREDENTIALS_REJECTED', 'This is the answer to another login than the one begun here', {
        next: 'open the address that was printed last, and log in there',
      })
    },
  }
}

/**
 * Redeems the answer. Rejects with what the adapter says (CREDENTIALS_REJECTED, BROKER_UNREACHABLE, …), without any of
 * the secrets that were at hand; ADAPTER_INVALID when it gives a ticket that is none.
 */
export async function finishLogin(
  account: Account,
  answer: LoginAnswer,
  { http, now }: { readonly http: Http; readonly now: number },
): Promise<GrantedTicket> {
  const { adapter, settings } = account
  const credentials = openCredentials(account)
  const hidden = [...texts(credentials), answer.code]
  const granted = await guard(adapter, 'redeem', hidden, () =>
    adapter.login.redeem({ settings, credentials, answer, http, now }).catch((error: unknown) => {
      throw named(adapter, 'redeem', hidden, error)
    }),
  )
  const { expiresAt, holder } = granted
  const ticket = adapter.ticket.safeParse(granted.ticket)
  if (!ticket.success) {
    const fields = ticket.error.issues.map(({ path }) => path.join('.') || 'all of it')
    throw new TickwireError(
      'ADAPTER_INVALID',
      `Adapter ${adapter.name}: its login gave no ticket: ${fields.join(', ')}`,
    )
  }
  return {
    ticket: new Secret(JSON.stringify(ticket.data)),
    grantedAt: now,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(holder !== undefined && { holder }),
  }
}

function openCredentials({ name, adapter, credentials }: Account): unknown {
  const parsed = adapter.credentials.safeParse(JSON.parse(credentials.reveal()))
  if (parsed.success) return parsed.data
  const fields = parsed.error.issues.map(({ path }) => path.join('.'))
  throw new TickwireError(
    'CREDENTIALS_REJECTED',
    `Account ${name}: adapter ${adapter.name} now asks for ${fields.join(', ')}`,
    {
      next: `tickwire account add ${adapter.name} --name ${name}`,
    },
  )
}

/** The adapter's own code: whatever it throws gets a code here, and loses every secret it may repeat. */
function guard<T>(adapter: SessionAdapter, what: string, hidden: readonly string[], act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw named(adapter, what, hidden, error)
  }
}

function named({ name }: SessionAdapter, what: string, hidden: readonly string[], error: unknown): TickwireError {
  const message = redact(error instanceof Error ? error.message : String(error), hidden)
  const next = error instanceof TickwireError && error.next !== undefined ? { next: redact(error.next, hidden) } : {}
  const code = codeOf(error)
  if (code) return new TickwireError(code, message, next)
  return new TickwireError('ADAPTER_INVALID', `Adapter ${name}: login.${what} failed: ${message}`)
}

/** On one line, without these texts, as they are or as an address or a header carries them. */
function redact(text: string, hidden: readonly string[]): string {
  const forms = hidden
    .filter(secret => secret.length >= SHORTEST_SECRET)
    .sort((one, other) => other.length - one.length)
    .flatMap(secret => [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')])
  const clean = forms.reduce((rest, form) => rest.replaceAll(form, '[redacted]'), text)
  return clean.replace(/\s+/g, ' ').trim()
}

const texts = (credentials: unknown): string[] =>
  typeof credentials === 'object' && credentials !== null
    ? Object.values(credentials).filter(value => typeof value === 'string')
    : []

/** What an address carries; a text that is none is all value. */
const valuesIn = (text: string): string[] => {
  const values = [...text.matchAll(/=([^&#\s]+)/g)].map(([, value = '']) => value)
  return values.length > 0 ? values.filter(value => value.length > 'success'.length) : [text.trim()]
}

const descriptionOf = (schema: unknown): string | undefined =>
  typeof schema === 'object' && schema !== null && 'description' in schema && typeof schema.description === 'string'
    ? schema.description
    : undefined
