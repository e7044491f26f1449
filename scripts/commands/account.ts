import { TickwireError } from '../../shared/errors.ts'
import {
  type AccountRecord,
  describeLogin,
  findAccount,
  forgetFeed,
  type LoginState,
  loginState,
  readAccounts,
} from '../accounts.ts'
import { formatSpan } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { openInvocation, withExistingStore } from '../invocation.ts'
import { confirm } from '../prompt.ts'
import { withStates } from '../running.ts'
import type { Column, Paint } from '../terminal.ts'

/** An account as it may be shown. Times are milliseconds since 1970. */
interface AccountRow {
  readonly name: string
  readonly broker?: string
  readonly userId?: string
  readonly holder?: string
  /** `refused`: the broker takes it no more, whatever it once said. */
  readonly login: LoginState | 'no credentials' | 'refused'
  readonly grantedAt?: number
  readonly expiresAt?: number
  readonly state?: string
  readonly reason?: string | undefined
}

const PAINT: Readonly<Record<string, Paint>> = { live: 'green', quiet: 'green', disabled: 'dim', parked: 'red' }

const columns = (now: number): readonly Column<AccountRow>[] => [
  { head: 'ACCOUNT', cell: row => row.name },
  { head: 'BROKER', cell: row => row.broker },
  { head: 'USER', cell: row => row.userId },
  { head: 'HOLDER', cell: row => row.holder },
  {
    head: 'LOGIN',
    cell: ({ login, grantedAt, ...facts }) =>
      login === 'no credentials' || login === 'refused'
        ? login
        : describeLogin(grantedAt === undefined ? {} : { ticket: { grantedAt, ...facts } }, now),
    paint: row => (row.login === 'valid' ? 'green' : 'yellow'),
  },
  {
    head: 'LOGIN ENDS',
    cell: ({ login, expiresAt }) =>
      login === 'valid' && expiresAt !== undefined ? `in ${formatSpan(expiresAt - now)}` : undefined,
  },
  { head: 'STATE', cell: row => row.state ?? 'not running', paint: row => PAINT[row.state ?? 'disabled'] ?? 'yellow' },
]

/** `tickwire account list`. */
export async function listAccounts(globals: Globals): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const feeds = await withExistingStore(invocation, store => store.feeds.list())
  if (!feeds) return
  const now = clock.now()
  const accounts = await readAccounts(invocation, feeds)
  const states = await withStates(
    invocation,
    accounts.flatMap(({ feed }) => (feed ? [feed] : [])),
  )
  const rows = accounts.map(account =>
    rowOf(
      account,
      states.find(({ name }) => name === account.name),
      now,
    ),
  )
  terminal.rows(rows, columns(now), 'No accounts. next: tickwire account add BROKER')
}

function rowOf(
  account: AccountRecord,
  state: { state?: string; reason?: string | undefined } | undefined,
  now: number,
): AccountRow {
  const { name, feed, hasCredentials, ticket } = account
  const leftOver = { state: 'not registered', reason: `next: tickwire account add, or tickwire account remove ${name}` }
  return {
    name,
    ...(feed && { broker: feed.adapter, userId: feed.userId }),
    ...ticket,
    login: hasCredentials ? loginOf(account, state?.state, now) : 'no credentials',
    ...(feed
      ? { ...(state?.state && { state: state.state }), ...(state?.reason && { reason: state.reason }) }
      : leftOver),
  }
}

function loginOf(account: AccountRecord, state: string | undefined, now: number): AccountRow['login'] {
  const login = loginState(account, now)
  return login === 'valid' && state === 'auth_required' ? 'refused' : login
}

/** `tickwire account remove NAME`. Throws FEED_UNKNOWN; USAGE for a feed that is no account. */
export async function removeAccount(
  globals: Globals,
  word: string,
  { yes = false }: { readonly yes?: boolean },
): Promise<void> {
  const invocation = openInvocation(globals)
  const feeds = await withExistingStore(invocation, store => store.feeds.list())
  const accounts = await readAccounts(invocation, feeds ?? [])
  const other = feeds?.find(({ name }) => name === word.toUpperCase())
  if (other && !accounts.some(({ name }) => name === other.name))
    throw new TickwireError('USAGE', `Feed ${other.name} is no account with a broker`, {
      next: `tickwire adapter remove ${other.name}`,
    })
  const { name } = findAccount(accounts, word)
  await confirm(`Remove account ${name}, its credentials and its login?`, yes)
  await forgetFeed(invocation, name)
  invocation.terminal.say(
    `Account ${name} is removed, with its credentials and its login; a running system stops it now.`,
  )
}
