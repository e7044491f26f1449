import { isSession, type LoginAnswer } from '../../adapters/contract.ts'
import { createHttp } from '../../adapters/http.ts'
import { type Account, beginLogin, finishLogin, type PendingLogin } from '../../adapters/login.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import { feedLayers, readSettings } from '../../adapters/settings.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { describeLogin, findAccount, readAccounts, withVault } from '../accounts.ts'
import { Callback, type Verdict } from '../callback.ts'
import { refuseWords } from '../credentials.ts'
import { formatSpan } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, withExistingStore } from '../invocation.ts'
import { askSecret, readSecretLine } from '../prompt.ts'
import { adapterPlace } from '../roster.ts'
import { oneLine } from '../terminal.ts'

interface LoginOptions {
  readonly callbackPort: number | 'off'
  /** Milliseconds. */
  readonly timeout: number
}

const HTTP_LIMITS = { timeoutMs: 10_000, maxBytes: 1_048_576 }

/**
 * `tickwire account login NAME`: prints where to log in, takes the answer from the browser or from whoever pastes it,
 * whichever comes first, and seals what the broker gives for it. Rejects with SESSION_EXPIRED when nobody logs in.
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
  const pending = beginLogin(account)
  const answer = await awaitAnswer(invocation, name, pending, options)
  const granted = await finishLogin(account, answer, { http: createHttp(HTTP_LIMITS), now: clock.now() })
  const { ticket, ...facts } = granted
  await withVault(invocation, vault => {
    if (vault.credentials(name)?.reveal() !== account.credentials.reveal())
      throw new TickwireError('USAGE', `Account ${name} got other credentials while you logged in`, {
        next: `tickwire account login ${name}`,
      })
    vault.putTicket(name, ticket, facts)
  })
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
  const credentials = hasCredentials ? await withVault(invocation, vault => vault.credentials(name)) : undefined
  if (!feed || !credentials)
    throw new TickwireError(
      'NOT_FOUND',
      `Account ${name} ${feed ? 'has no credentials' : 'was not registered whole'}`,
      {
        next: `tickwire account add ${feed?.adapter ?? 'BROKER'} --name ${name}`,
      },
    )
  const adapter = await loadAdapter(adapterPlace(feed))
  if (!isSession(adapter)) throw new TickwireError('ADAPTER_INVALID', `Adapter ${adapter.name} has no login`)
  const configured = { origin: config.configFile, settings: config.feeds[name] ?? {} }
  const settings = readSettings(name, adapter, feedLayers(feed, configured))
  return { account: { name, adapter, settings, credentials }, feed, holder: ticket?.holder }
}

/** Tells where to log in and waits for the first good answer. */
async function awaitAnswer(
  invocation: Invocation,
  name: string,
  pending: PendingLogin,
  { callbackPort, timeout }: LoginOptions,
): Promise<LoginAnswer> {
  const { clock } = invocation
  const over = new AbortController()
  let callback: Callback | undefined
  try {
    return await new Promise<LoginAnswer>((resolve, reject) => {
      const cancel = clock.after(timeout, () => reject(tooLate(name, timeout)))
      over.signal.addEventListener('abort', cancel)
      const start = async () => {
        callback = callbackPort === 'off' ? undefined : await listen(invocation, callbackPort, pending, resolve)
        tell(invocation, name, pending, callback)
        await paste(invocation, pending, callback !== undefined, over.signal).then(found => found && resolve(found))
      }
      start().catch(reject)
    })
  } finally {
    over.abort()
    await callback?.close()
  }
}

/** Pasting goes on where the port is not to be had. */
async function listen(
  { terminal, clock }: Invocation,
  port: number,
  pending: PendingLogin,
  taken: (answer: LoginAnswer) => void,
): Promise<Callback | undefined> {
  const told = new Set<string>()
  const judge = (address: string): Verdict => {
    try {
      taken(pending.readAnswer(address, 'browser'))
      return 'taken'
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      if (error.code === 'USAGE') return 'none'
      // Any page can send any number of them.
      if (!told.has(error.message)) terminal.say(`\nA browser brought an answer that is not taken: ${error.message}`)
      told.add(error.message)
      return 'refused'
    }
  }
  try {
    return await Callback.open(port, judge, clock)
  } catch (error) {
    if (!(error instanceof TickwireError)) throw error
    terminal.say(`warning: ${error.message}, so the answer has to be pasted. next: ${error.next ?? ''}`)
    return undefined
  }
}

/** The address goes to whoever reads this terminal and nowhere else: it holds the API key. */
function tell({ terminal }: Invocation, name: string, { url }: PendingLogin, callback: Callback | undefined): void {
  const address = callback?.address
  if (terminal.format === 'json') {
    terminal.print(JSON.stringify({ event: 'login', name, url: url.reveal(), ...(address && { callback: address }) }))
    return
  }
  terminal.print(`Log in for ${name} at\n\n  ${url.reveal()}\n`)
  terminal.say(
    callback
      ? `If ${address} is the redirect address registered with your broker, that is all, in a browser on this machine.\n` +
          'Else paste the address that you are sent to, or the token in it, here.'
      : 'Then paste the address that you are sent to, or the token in it, here.',
  )
}

/** What is typed, again and again until it is an answer, or the first line that is piped in. */
async function paste(
  { terminal }: Invocation,
  pending: PendingLogin,
  hasCallback: boolean,
  signal: AbortSignal,
): Promise<LoginAnswer | undefined> {
  if (!process.stdin.isTTY) {
    const line = (await readSecretLine(process.stdin, signal)).reveal()
    if (line !== '') return pending.readAnswer(line, 'person')
    if (hasCallback || signal.aborted) return undefined
    throw new TickwireError('USAGE', 'There is no answer on stdin, and none can come from a browser', {
      next: 'leave --callback-port on, or give the address that you are sent to on stdin',
    })
  }
  for (;;) {
    const text = (await askSecret('Address or token', signal)).reveal()
    try {
      if (text !== '') return pending.readAnswer(text, 'person')
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      terminal.say(`${error.message}${error.next === undefined ? '' : `; ${error.next}`}`)
    }
  }
}

const tooLate = (name: string, timeout: number): TickwireError =>
  new TickwireError('SESSION_EXPIRED', `Nobody logged in for ${name} within ${formatSpan(timeout)}`, {
    next: `tickwire account login ${name}`,
  })
