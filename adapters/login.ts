import { randomBytes } from 'node:crypto'
import { TickwireError } from '../shared/errors.ts'
import { textsOf } from '../shared/redaction.ts'
import { Secret } from '../shared/secret.ts'
import type { Vault } from '../shared/store/vault.ts'
import type { Granted, Http, LoginAnswer, SessionAdapter } from './contract.ts'
import { openCredentials } from './credentials.ts'
import { guard, guardPromise } from './redaction.ts'

/** Whose login it is. */
export interface Account {
  /** Name of its feed. */
  readonly name: string
  readonly adapter: SessionAdapter
  readonly settings: unknown
  /** As `sealCredentials` gave them. */
  readonly credentials: Secret
}

export type PendingLogin = PageLogin | TypedLogin

/** On a page of the broker. */
export interface PageLogin {
  readonly kind: 'page'
  /** Where the person logs in. Most brokers want the API key in it: for the person's eyes only. */
  readonly url: Secret
  /**
   * What the broker sent back. A person may paste the answer without its state, a browser that is sent here may not:
   * any page can send it. Throws USAGE for what is no answer, CREDENTIALS_REJECTED for a refusal and for the answer to
   * another login.
   */
  readAnswer(text: string, from: 'person' | 'browser'): LoginAnswer
}

/** By typing what the credentials do not hold. */
export interface TypedLogin {
  readonly kind: 'typed'
  /** What to ask the person for; nothing when the credentials are enough. */
  readonly question: string | undefined
  /** Throws USAGE for what is no answer. */
  readAnswer(text: string): LoginAnswer
}

/** What a login gave, ready for the vault. */
export interface GrantedTicket {
  readonly ticket: Secret
  /** Milliseconds since 1970. */
  readonly grantedAt: number
  readonly expiresAt?: number
  readonly holder?: string
}

/** Begins a login. Throws CREDENTIALS_REJECTED when the stored credentials are not what the adapter asks for now. */
export function beginLogin(account: Account): PendingLogin {
  const { adapter, settings } = account
  const { login } = adapter
  const credentials = openCredentials(account.name, adapter, account.credentials)
  const hidden = textsOf(credentials)
  const read = (text: string) =>
    guard({ adapter, account: account.name, what: 'login.readAnswer', hidden: [...hidden, ...valuesIn(text)] }, () =>
      login.readAnswer(text),
    )
  if (!login.url) {
    const question = guard({ adapter, account: account.name, what: 'login.prompt', hidden }, () =>
      login.prompt?.(credentials),
    )
    return { kind: 'typed', question, readAnswer: read }
  }
  const state = randomBytes(16).toString('base64url')
  const url = guard(
    { adapter, account: account.name, what: 'login.url', hidden },
    () => login.url?.(settings, credentials, state) ?? '',
  )
  const carriesState = url.includes(state)
  return {
    kind: 'page',
    url: new Secret(url, 'passing'),
    readAnswer(text, from) {
      const answer = read(text)
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
  const credentials = openCredentials(account.name, adapter, account.credentials)
  const call = { adapter, account: account.name, what: 'login.redeem', hidden: [...textsOf(credentials), answer.code] }
  const granted = await guardPromise(call, () => adapter.login.redeem({ settings, credentials, answer, http, now }))
  return readGranted(adapter, granted, now)
}

/**
 * A new ticket without a person: for `ticket`, or from the credentials alone. Nothing when the account holds neither.
 * Rejects like `finishLogin`.
 */
export async function renewLogin(
  account: Account,
  ticket: unknown,
  { http, now }: { readonly http: Http; readonly now: number },
): Promise<GrantedTicket | undefined> {
  const { adapter, settings } = account
  const credentials = openCredentials(account.name, adapter, account.credentials)
  const call = {
    adapter,
    account: account.name,
    what: 'login.renew',
    hidden: [...textsOf(credentials), ...textsOf(ticket)],
  }
  const granted = await guardPromise(
    call,
    async () => await adapter.login.renew?.({ settings, credentials, ticket, http, now }),
  )
  return granted && readGranted(adapter, granted, now)
}

/** Seals what a login gave. False, and nothing is kept, when the account got other credentials meanwhile. */
export function keepTicket(
  vault: Pick<Vault, 'credentials' | 'putTicket'>,
  { name, credentials }: Pick<Account, 'name' | 'credentials'>,
  { ticket, ...facts }: GrantedTicket,
): boolean {
  if (vault.credentials(name)?.reveal() !== credentials.reveal()) return false
  vault.putTicket(name, ticket, facts)
  return true
}

function readGranted({ name, ticket }: SessionAdapter, granted: Granted<unknown>, grantedAt: number): GrantedTicket {
  const { expiresAt, holder } = granted
  const parsed = ticket.safeParse(granted.ticket)
  if (!parsed.success) {
    const fields = parsed.error.issues.map(({ path }) => path.join('.') || 'all of it')
    throw new TickwireError('ADAPTER_INVALID', `Adapter ${name}: its login gave no ticket: ${fields.join(', ')}`)
  }
  return {
    ticket: new Secret(JSON.stringify(parsed.data), 'passing'),
    grantedAt,
    ...(expiresAt !== undefined && { expiresAt }),
    ...(holder !== undefined && { holder }),
  }
}

/** What an address carries; a text that is none is all value. */
const valuesIn = (text: string): string[] => {
  const values = [...text.matchAll(/=([^&#\s]+)/g)].map(([, value = '']) => value)
  return values.length > 0 ? values.filter(value => value.length > 'success'.length) : [text.trim()]
}
