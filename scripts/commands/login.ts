import { isSession, type LoginAnswer } from '../../adapters/contract.ts'
import { ASK_LIMITS, createHttp } from '../../adapters/http.ts'
import { type Account, beginLogin, finishLogin, type GrantedTicket, keepTicket } from '../../adapters/login.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import { feedLayers, readSettings } from '../../adapters/settings.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { describeLogin, findAccount, maskSealed, readAccounts, withVault } from '../accounts.ts'
import { OPERATOR, tellLater } from '../audited.ts'
import { refuseWords } from '../credentials.ts'
import { formatSpan } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, withExistingStore } from '../invocation.ts'
import { answerFromPage } from '../page.ts'
import { adapterPlace } from '../roster.ts'
import { oneLine } from '../terminal.ts'
import { believedSettings } from '../trust.ts'
import { typeLogin, type Waiting } from '../typed.ts'

interface LoginOptions {
  readonly callbackPort: number | 'off'
  /** Milliseconds. */
  readonly timeout: number
}

/**
 * `tickwire account login NAME`: prints where to log in and takes the answer from the browser or from whoever pastes it,
 * whichever comes first, or asks for what is to be typed; then seals what the broker gives for it. Rejects with
 * SESSION_EXPIRED when nobody logs in.
 */
export async function login(
  globals: Globals,
  word: string,
  words: readonly string[],
  options: LoginOptions,
): Promise<void> {
  refuseWords(words)
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const { account, feed, holder } = await openAccount(invocation, word)
  const { name } = account
  const event = { actor: OPERATOR, subject: name } as const
  const granted = await logIn(invocation, account, options).catch((error: unknown) => {
    const why = error instanceof TickwireError ? error.code : 'UNEXPECTED'
    tellLater(invocation, { ...event, action: 'account.login_failed', result: 'refused', reason: why })
    throw error
  })
  if (!(await withVault(invocation, vault => keepTicket(vault, account, granted))))
    throw new TickwireError('USAGE', `Account ${name} got other credentials while you logged in`, {
      next: `tickwire account login ${name}`,
    })
  // A morning without prices, because the audit cannot be written, would help nobody.
  tellLater(invocation, { ...event, action: 'account.login', result: 'ok' })
  const { ticket: _, ...facts } = granted
  if (terminal.format === 'json') terminal.print(JSON.stringify({ name, ...facts }))
  if (holder !== undefined && facts.holder !== undefined && facts.holder !== holder)
    terminal.say(`warning: the login before was of ${oneLine(holder)}; ${name} now gives the prices of another account`)
  const as = facts.holder === undefined ? '' : ` as ${oneLine(facts.holder)}`
  const then = feed.enabled
    ? 'a running system goes on with it.'
    : `its feed is disabled; next: tickwire adapter enable ${name}`
  terminal.say(`${name} is logged in${as}, ${describeLogin({ ticket: facts }, clock.now())}; ${then}`)
}

/** The account that is meant, with its credentials. Throws FEED_UNKNOWN, NOT_FOUND without credentials, VAULT_LOCKED. */
async function openAccount(
  invocation: Invocation,
  word: string,
): Promise<{ account: Account; feed: FeedRecord; holder: string | undefined }> {
  const { config } = invocation
  const feeds = (await withExistingStore(invocation, store => store.feeds.list())) ?? []
  const { name, feed, hasCredentials, ticket } = findAccount(await readAccounts(invocation, feeds), word)
  const credentials = hasCredentials
    ? await withVault(invocation, vault => {
        maskSealed(vault, name)
        return vault.credentials(name)
      })
    : undefined
  if (!feed || !credentials)
    throw new TickwireError(
      'NOT_FOUND',
      `Account ${name} ${feed ? 'has no credentials' : 'was not registered whole'}`,
      {
        next: `tickwire account add ${feed?.adapter ?? 'BROKER'} --name ${name}`,
      },
    )
  const adapter = await loadAdapter(adapterPlace(feed, config))
  if (!isSession(adapter)) throw new TickwireError('ADAPTER_INVALID', `Adapter ${adapter.name} has no login`)
  const configured = { origin: config.configFile, settings: config.feeds[name] ?? {} }
  const settings = readSettings(name, adapter, feedLayers(believedSettings(feed, config), configured))
  return { account: { name, adapter, settings, credentials }, feed, holder: ticket?.holder }
}

/** On a page of the broker, or by typing, as its adapter has it. */
function logIn(invocation: Invocation, account: Account, { callbackPort, timeout }: LoginOptions) {
  const { clock, terminal } = invocation
  const { name } = account
  const pending = beginLogin(account)
  const redeem = (answer: LoginAnswer): Promise<GrantedTicket> =>
    finishLogin(account, answer, { http: createHttp(ASK_LIMITS), now: clock.now() })
  const within: Waiting = async ask => {
    const over = new AbortController()
    let isLate = false
    const cancel = clock.after(timeout, () => {
      isLate = true
      over.abort()
    })
    try {
      return await ask(over.signal)
    } catch (error) {
      throw isLate ? tooLate(name, timeout) : error
    } finally {
      cancel()
      over.abort()
    }
  }
  if (pending.kind === 'typed') return typeLogin(pending, { redeem, within, say: text => terminal.say(text) })
  return within(signal => answerFromPage(invocation, name, pending, callbackPort, signal)).then(redeem)
}

const tooLate = (name: string, timeout: number): TickwireError =>
  new TickwireError('SESSION_EXPIRED', `Nobody logged in for ${name} within ${formatSpan(timeout)}`, {
    next: `tickwire account login ${name}`,
  })
