import { isSession } from '../../adapters/contract.ts'
import { builtinNames, loadAdapter } from '../../adapters/registry.ts'
import { checkSettings, feedLayers } from '../../adapters/settings.ts'
import type { Config } from '../../shared/config.ts'
import { TickwireError } from '../../shared/errors.ts'
import { EXCHANGES, type Exchange, isExchange } from '../../shared/market/exchange.ts'
import { levelsOf } from '../../shared/market/mode.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { InstrumentBook } from '../../shared/store/instruments.ts'
import { advise } from '../advice.ts'
import { type Carrier, type Verdict, verdictOf, type Wish } from '../capacity.ts'
import { formatCount } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, wasStarted, withStore } from '../invocation.ts'
import { fetchStatus, type ProxyStatus } from '../running.ts'
import type { Column } from '../terminal.ts'

interface PlanOptions {
  readonly depth?: number
  readonly exchange?: string
  readonly url?: string
}

const COLUMNS: readonly Column<Verdict>[] = [
  { head: 'FEED', cell: row => row.feed },
  { head: 'CAN', cell: row => (row.can ? 'yes' : 'not possible'), paint: row => (row.can ? 'green' : 'red') },
  { head: 'AS', cell: ({ mode }) => mode && (levelsOf(mode) > 5 ? `depth ${levelsOf(mode)}` : mode.toLowerCase()) },
  { head: 'FITS', cell: row => formatCount(row.free), right: true },
  {
    head: 'SOCKETS',
    cell: ({ sockets }) =>
      sockets.map(({ kind, needed, most }) => `${kind} ${needed} of ${most}`).join(', ') || undefined,
  },
  {
    head: 'USED NOW',
    cell: ({ sockets }) =>
      sockets.map(({ used, limit }) => `${formatCount(used)} of ${formatCount(limit)}`).join(', ') || undefined,
  },
  {
    head: 'LEFT AFTER',
    cell: ({ can, sockets }) => (can && sockets.map(({ leftAfter }) => formatCount(leftAfter)).join(', ')) || undefined,
    right: true,
  },
  { head: 'WHY NOT', cell: row => row.why },
]

/**
 * `tickwire plan N MODE`: which feeds could carry so many more instruments, with what, and what stays of the accounts.
 * Exits with 0 when one can, with 1 when none can. Without a system, it is planned with a fresh account of each broker.
 */
export async function plan(globals: Globals, count: number, mode: string, options: PlanOptions): Promise<void> {
  const { depth, url } = options
  const wish: Wish = {
    count,
    mode: mode.toUpperCase() as Wish['mode'],
    depth,
    exchange: readExchange(options.exchange),
  }
  if (depth !== undefined && mode !== 'depth')
    throw new TickwireError('USAGE', '--depth is for mode depth', {
      next: `tickwire plan ${count} depth --depth ${depth}`,
    })
  const invocation = openInvocation(globals)
  const { terminal, config } = invocation
  const fresh = await freshAccounts()
  const status = await askStatus(invocation, url)
  const own = url === undefined ? await registered(invocation, status) : remote(status, fresh)
  const carriers = own.length > 0 ? own : fresh
  const verdicts = carriers.map(carrier => verdictOf(carrier, wish))
  const can = verdicts.some(verdict => verdict.can)
  if (own.length === 0) terminal.say('No feed is registered here: planned with a fresh account of each broker.')
  else if (!status) terminal.say('Nothing runs: planned as if nothing were subscribed now.')
  terminal.rows(verdicts, COLUMNS, '')
  const advice = can ? doors(wish, config) : advise(wish, carriers, verdicts, own.length > 0 ? fresh : [])
  if (!can) terminal.say(`Not possible: no feed carries ${formatCount(count)} more in this mode. What would do:`)
  for (const line of advice) terminal.say(`next: ${line}`)
  process.exitCode = can ? 0 : 1
}

function readExchange(text: string | undefined): Exchange | undefined {
  const code = text?.toUpperCase()
  if (code === undefined || isExchange(code)) return code
  throw new TickwireError('USAGE', `${text} is no exchange; they are ${EXCHANGES.join(', ')}`, {
    next: 'tickwire plan --help',
  })
}

/** `undefined` where nothing runs here; who names a proxy wants to know that it does not answer. */
async function askStatus(invocation: Invocation, url: string | undefined): Promise<ProxyStatus | undefined> {
  try {
    return await fetchStatus(invocation, { url })
  } catch (error) {
    if (url === undefined && error instanceof TickwireError) return undefined
    throw error
  }
}

/** What every built-in broker allows one account of which nothing is used. */
async function freshAccounts(): Promise<Carrier[]> {
  const adapters = await Promise.all(builtinNames().map(adapter => loadAdapter({ kind: 'builtin', adapter })))
  return adapters.filter(isSession).map(adapter => {
    const settings = adapter.settings.safeParse({})
    return { name: adapter.name, adapter, modes: adapter.modes, settings: settings.data }
  })
}

/** The enabled feeds of this data folder. Adapters outside the tree are not loaded. */
async function registered(invocation: Invocation, status: ProxyStatus | undefined): Promise<Carrier[]> {
  if (!wasStarted(invocation)) return []
  const feeds = (await withStore(invocation, store => store.feeds.list())).filter(({ enabled }) => enabled)
  const book = new InstrumentBook(invocation.folder)
  try {
    return await Promise.all(feeds.map(feed => carrierOf(feed, invocation.config, book, status)))
  } finally {
    book.close()
  }
}

async function carrierOf(
  feed: FeedRecord,
  config: Config,
  book: InstrumentBook,
  status: ProxyStatus | undefined,
): Promise<Carrier> {
  const { name, kind } = feed
  const adapter = kind === 'builtin' ? await loadAdapter({ kind, adapter: feed.adapter }) : undefined
  const layers = feedLayers(feed, { origin: config.configFile, settings: config.feeds[name] ?? {} })
  const checked = adapter && checkSettings(name, adapter, layers)
  const heard = status?.feeds.find(one => one.name === name)
  return {
    name,
    adapter,
    settings: checked && 'settings' in checked ? checked.settings : undefined,
    modes: feed.modes ?? adapter?.modes ?? heard?.modes ?? [],
    listed: listedIn(book, name),
    ...nowOf(heard),
  }
}

function listedIn(book: InstrumentBook, feed: string): number | undefined {
  try {
    return book.facts(feed)?.count
  } catch (error) {
    if (error instanceof TickwireError) return undefined
    throw error
  }
}

/** Of the feeds of another machine no more is known than what its proxy says. */
const remote = (status: ProxyStatus | undefined, fresh: readonly Carrier[]): Carrier[] =>
  (status?.feeds ?? []).map(heard => {
    const known = fresh.find(({ name }) => name === heard.broker)
    return { ...known, name: heard.name, modes: heard.modes ?? known?.modes ?? [], ...nowOf(heard) }
  })

const nowOf = (heard: ProxyStatus['feeds'][number] | undefined): Pick<Carrier, 'now'> =>
  heard?.status?.limits ? { now: heard.status.limits } : {}

/** What a client has to know besides: the proxy has limits of its own. */
function doors({ count }: Wish, { proxy: { symbolsPerConnection, symbolsPerKey } }: Config): string[] {
  if (count > symbolsPerKey)
    return [`one key may hold ${formatCount(symbolsPerKey)} symbols (proxy.symbols_per_key): use several, or raise it`]
  if (count <= symbolsPerConnection) return []
  const connections = Math.ceil(count / symbolsPerConnection)
  return [
    `a client needs ${connections} connections: one may hold ${formatCount(symbolsPerConnection)} symbols (proxy.symbols_per_connection)`,
  ]
}
