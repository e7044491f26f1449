import { existsSync, rmSync } from 'node:fs'
import { type Adapter, isSession, type SessionAdapter } from '../adapters/contract.ts'
import { builtinNames, loadAdapter } from '../adapters/registry.ts'
import { TickwireError } from '../shared/errors.ts'
import { indianDate, indianMinutes } from '../shared/market/india.ts'
import type { ControlStore } from '../shared/store/control.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'
import { removeInstruments } from '../shared/store/instruments.ts'
import { removeLast } from '../shared/store/last.ts'
import { type SealedAccount, type TicketFacts, Vault } from '../shared/store/vault.ts'
import { changeStore, OPERATOR } from './audited.ts'
import { removeCurveKey, STILL_CONNECTED } from './curve.ts'
import type { Invocation } from './invocation.ts'

/** What is known of an account without opening anything. */
export interface AccountRecord {
  /** Of its feed. */
  readonly name: string
  /** Missing when credentials are left over from an `add` or a `remove` that was broken off. */
  readonly feed?: FeedRecord
  readonly hasCredentials: boolean
  readonly ticket?: TicketFacts
}

export type LoginState = 'valid' | 'expired' | 'none'

const DAY_MS = 86_400_000

/** Opens the vault for as long as `use` takes. The data folder has to be prepared. */
export async function withVault<T>(
  { folder, config }: Pick<Invocation, 'folder' | 'config'>,
  use: (vault: Vault) => T | Promise<T>,
): Promise<T> {
  const vault = Vault.open(folder, config.vault)
  try {
    return await use(vault)
  } finally {
    vault.close()
  }
}

/** Opens all that is sealed of an account, so that it is masked: a broker may repeat what another process told it. */
export function maskSealed(vault: Pick<Vault, 'credentials' | 'ticket'>, name: string): void {
  for (const open of [() => vault.credentials(name), () => vault.ticket(name)])
    try {
      open()
    } catch (error) {
      // What is damaged is nobody's secret any more, and its owner hears of it where it is needed.
      if (!(error instanceof TickwireError) || error.code !== 'STORE_CORRUPT') throw error
    }
}

/** What the vault lists; nothing, and no vault is made, where there is none. */
export const sealedAccounts = async (
  invocation: Pick<Invocation, 'folder' | 'config'>,
): Promise<readonly SealedAccount[]> =>
  existsSync(invocation.folder.vaultDb) ? withVault(invocation, vault => vault.list()) : []

/** The built-in adapters that need an account. */
export const brokers = async (): Promise<SessionAdapter[]> => (await builtins()).filter(isSession)

const builtins = (): Promise<Adapter[]> =>
  Promise.all(builtinNames().map(adapter => loadAdapter({ kind: 'builtin', adapter })))

/**
 * Other feeds of the same user whose prices are made up: a client that asks for a symbol both know would get theirs.
 * Adapters outside the tree are not loaded.
 */
export async function simulatedBeside(feed: FeedRecord, feeds: readonly FeedRecord[]): Promise<string[]> {
  const adapters = await builtins()
  const simulated = new Set(adapters.filter(({ label }) => label === 'simulated').map(({ name }) => name))
  return feeds
    .filter(({ kind, adapter, enabled }) => kind === 'builtin' && enabled && simulated.has(adapter))
    .filter(({ userId }) => userId === feed.userId)
    .map(({ name }) => name)
}

/** Feeds of brokers and feeds with credentials, by name. */
export async function readAccounts(
  invocation: Pick<Invocation, 'folder' | 'config'>,
  feeds: readonly FeedRecord[],
): Promise<AccountRecord[]> {
  const sealed = new Map((await sealedAccounts(invocation)).map(one => [one.account, one]))
  const known = new Set((await brokers()).map(({ name }) => name))
  const own = feeds.filter(({ name, kind, adapter }) => sealed.has(name) || (kind === 'builtin' && known.has(adapter)))
  const byName = new Map(own.map(feed => [feed.name, feed]))
  return [...new Set([...byName.keys(), ...sealed.keys()])].sort().map(name => {
    const { hasCredentials = false, ticket } = sealed.get(name) ?? {}
    const feed = byName.get(name)
    return { name, ...(feed && { feed }), hasCredentials, ...(ticket && { ticket }) }
  })
}

/**
 * The account that is meant: by the name of its feed, in whatever case, or by its broker where that has just one.
 * Throws FEED_UNKNOWN; the word is not repeated, since it may be a secret in the wrong place.
 */
export function findAccount<Account extends Pick<AccountRecord, 'name' | 'feed'>>(
  accounts: readonly Account[],
  word: string,
): Account {
  const named = accounts.find(({ name }) => name === word.toUpperCase())
  if (named) return named
  const ofBroker = accounts.filter(({ feed }) => feed?.adapter === word.toLowerCase())
  const [only, ...others] = ofBroker
  if (only && others.length === 0) return only
  const names = (only ? ofBroker : accounts).map(({ name }) => name)
  if (only)
    throw unknown(`There are ${names.length} accounts of ${only.feed?.adapter}`, `use one of: ${names.join(', ')}`)
  const next = names.length > 0 ? `use one of: ${names.join(', ')}` : 'tickwire account add BROKER'
  throw unknown('There is no account of that name', next)
}

const unknown = (message: string, next: string) => new TickwireError('FEED_UNKNOWN', message, { next })

/**
 * Forgets a feed and whatever belongs to it. The feed goes first: what is left by a power cut are sealed credentials
 * that nothing runs with, which `account list` shows. False when there was nothing.
 */
export async function forgetFeed(invocation: Invocation, name: string): Promise<boolean> {
  const hasSecrets = existsSync(invocation.folder.vaultDb) && (await isSealed(invocation, name))
  const removed = { actor: OPERATOR, subject: name, result: 'ok' } as const
  const hadFeed = await changeStore(
    invocation,
    store => removeFeed(store, name),
    had => [
      ...(had ? [{ ...removed, action: 'feed.removed' } as const] : []),
      ...(hasSecrets ? [{ ...removed, action: 'account.removed' } as const] : []),
    ],
    { isUrgent: true },
  )
  const hadSecrets = existsSync(invocation.folder.vaultDb) && (await withVault(invocation, vault => vault.remove(name)))
  removeInstruments(invocation.folder, name)
  removeLast(invocation.folder, name)
  rmSync(invocation.folder.identityFile(name), { force: true })
  forgetCurveKey(invocation, name)
  return hadFeed || hadSecrets
}

/** The feed is gone, whatever becomes of its key: nobody is registered who could sign for it. */
function forgetCurveKey(invocation: Invocation, name: string): void {
  const { config, terminal } = invocation
  // Other data folders may have keys at the default place.
  const dir = config.bus.curve?.keysDir
  if (dir === undefined) return
  try {
    if (removeCurveKey(dir, name)) terminal.say(`Its CURVE key is removed. ${STILL_CONNECTED}`)
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    terminal.say(`warning: its CURVE key is still listed: ${error.message}; next: tickwire bus keys --remove ${name}`)
  }
}

/** What cannot be read is removed all the same. */
async function isSealed(invocation: Invocation, name: string): Promise<boolean> {
  try {
    return (await sealedAccounts(invocation)).some(({ account }) => account === name)
  } catch (error) {
    if (error instanceof TickwireError) return true
    throw error
  }
}

/** Also one whose row is damaged. */
function removeFeed({ feeds }: ControlStore, name: string): boolean {
  if (!feeds.names().includes(name)) return false
  feeds.remove(name)
  return true
}

/** By the broker's announcement; its own refusal, which the feed's state tells, counts more. */
export function loginState({ ticket }: Pick<AccountRecord, 'ticket'>, now: number): LoginState {
  if (!ticket) return 'none'
  return ticket.expiresAt !== undefined && ticket.expiresAt <= now ? 'expired' : 'valid'
}

/** `valid until about 06:00 tomorrow, India time`, `expired`, `never logged in`. */
export function describeLogin(account: Pick<AccountRecord, 'ticket'>, now: number): string {
  const state = loginState(account, now)
  if (state === 'none') return 'never logged in'
  const expiresAt = account.ticket?.expiresAt
  if (state === 'expired') return 'expired'
  return expiresAt === undefined ? 'valid' : `valid until about ${formatIndian(expiresAt, now)}`
}

/** A moment as clocks in India show it: brokers speak of those. */
function formatIndian(at: number, now: number): string {
  const minutes = indianMinutes(at)
  const clock = [Math.floor(minutes / 60), minutes % 60].map(part => String(part).padStart(2, '0')).join(':')
  const day = indianDate(at)
  if (day === indianDate(now)) return `${clock} today, India time`
  if (day === indianDate(now + DAY_MS)) return `${clock} tomorrow, India time`
  return `${clock} on ${day}, India time`
}
