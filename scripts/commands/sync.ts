import { existsSync } from 'node:fs'
import { isSession, type SessionAdapter } from '../../adapters/contract.ts'
import { createHttp } from '../../adapters/http.ts'
import { MASTER_LIMITS, type Synced, type SyncOptions, syncInstruments } from '../../adapters/master.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import { feedLayers, readSettings } from '../../adapters/settings.ts'
import { TickwireError } from '../../shared/errors.ts'
import { createLog } from '../../shared/log.ts'
import { scrub } from '../../shared/redaction.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { maskSealed, readAccounts, withVault } from '../accounts.ts'
import { formatCount, formatSpan } from '../figures.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, wasStarted, withStore } from '../invocation.ts'
import { Progress } from '../progress.ts'
import { adapterPlace } from '../roster.ts'
import type { Column } from '../terminal.ts'
import { believedSettings, type Sharing } from '../trust.ts'

interface SyncRow extends Synced {
  readonly feed: string
  readonly tookMs: number
}

interface Source {
  readonly feed: FeedRecord
  readonly adapter: SessionAdapter
}

const COLUMNS: readonly Column<SyncRow>[] = [
  { head: 'FEED', cell: row => row.feed },
  { head: 'INSTRUMENTS', cell: row => formatCount(row.count), right: true },
  { head: 'CHANGED', cell: row => (row.changed ? 'yes' : 'no') },
  { head: 'LEFT OUT', cell: row => formatCount(row.skipped), right: true },
  { head: 'TOOK', cell: row => formatSpan(row.tookMs), right: true },
]

/**
 * `tickwire instruments sync [FEED…]`: fetches the lists of these accounts, or of all that are enabled. One that fails
 * does not keep the others from theirs; its error is what the command ends with.
 */
export async function syncLists(
  globals: Globals,
  names: readonly string[],
  { force = false }: { readonly force?: boolean },
): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal } = invocation
  const sources = await findSources(invocation, names)
  const rows: SyncRow[] = []
  const failures: TickwireError[] = []
  for (const source of sources)
    try {
      rows.push(await sync(invocation, source, force))
    } catch (error) {
      if (!(error instanceof TickwireError)) throw error
      failures.push(sources.length === 1 ? error : of(source, error))
    }
  if (rows.length > 0) terminal.rows(rows, COLUMNS, '')
  const [first, ...others] = failures
  for (const { code, message, next } of others)
    terminal.say(scrub(`error ${code}: ${message}${next ? `; next: ${next}` : ''}`))
  if (first) throw first
}

/** The same error, saying of which feed it is. */
const of = ({ feed }: Source, { code, message, next, cause }: TickwireError): TickwireError =>
  new TickwireError(code, `${feed.name}: ${message}`, { ...(next !== undefined && { next }), cause })

async function sync(invocation: Invocation, { feed, adapter }: Source, force: boolean): Promise<SyncRow> {
  const { config, folder, clock, globals, terminal } = invocation
  const { name } = feed
  const startedAt = clock.monotonic()
  const configured = { origin: config.configFile, settings: config.feeds[name] ?? {} }
  const settings = readSettings(name, adapter, feedLayers(believedSettings(feed, config), configured))
  const ticket = await readTicket(invocation, feed, adapter)
  const http = createHttp({ ...MASTER_LIMITS, clock })
  // What the log says of a good list, the table says too.
  const level = globals.debug ? 'debug' : 'warn'
  const log = createLog({ process: 'instruments', level, format: config.log.format })
  const progress = new Progress({ line: terminal.liveLine(), clock })
  const parts = { feed: name, adapter, settings, ticket, http, folder, clock, log, force }
  try {
    const synced = await syncInstruments({ ...parts, onProgress: teller(name, progress) })
    return { feed: name, ...synced, tookMs: Math.round(clock.monotonic() - startedAt) }
  } finally {
    progress.end()
  }
}

function teller(feed: string, progress: Progress): NonNullable<SyncOptions['onProgress']> {
  let isReading = false
  return (step, count, of) => {
    if (step === 'fetched') {
      const files = of === 1 ? 'the list' : `file ${count + 1} of ${of}`
      progress.begin(`${feed}: fetching ${files} …`, '')
      return
    }
    if (!isReading) progress.begin(`${feed}: reading`, 'instruments', of)
    isReading = true
    progress.reach(count)
  }
}

/** What the last login gave. Some brokers hand out their list without one, so that its age is left to them. */
async function readTicket(invocation: Invocation, { name }: FeedRecord, adapter: SessionAdapter): Promise<unknown> {
  if (!existsSync(invocation.folder.vaultDb)) return undefined
  const sealed = await withVault(invocation, vault => {
    maskSealed(vault, name)
    return vault.ticket(name)
  })
  if (!sealed) return undefined
  const read = adapter.ticket.safeParse(JSON.parse(sealed.text.reveal()))
  if (read.success) return read.data
  throw new TickwireError('SESSION_EXPIRED', `The login of ${name} is of another version of adapter ${adapter.name}`, {
    next: `tickwire account login ${name}`,
  })
}

/** Throws FEED_UNKNOWN for a wrong name, USAGE for a feed without a broker, NOT_FOUND when there is no account at all. */
async function findSources(invocation: Invocation, names: readonly string[]): Promise<Source[]> {
  const feeds = wasStarted(invocation) ? await withStore(invocation, store => store.feeds.list()) : []
  if (names.length > 0) return Promise.all([...new Set(names)].map(name => findSource(feeds, name, invocation.config)))
  const accounts = (await readAccounts(invocation, feeds)).flatMap(({ feed }) => (feed?.enabled ? [feed] : []))
  if (accounts.length > 0) return Promise.all(accounts.map(feed => openSource(feed, invocation.config)))
  throw new TickwireError('NOT_FOUND', 'There is no enabled account with a broker, so no instrument list to fetch', {
    next: 'tickwire account add BROKER',
  })
}

async function findSource(feeds: readonly FeedRecord[], name: string, config: Sharing): Promise<Source> {
  const feed = feeds.find(one => one.name === name.toUpperCase())
  if (feed) return openSource(feed, config)
  throw new TickwireError('FEED_UNKNOWN', `There is no feed ${JSON.stringify(name)}`, { next: 'tickwire account list' })
}

async function openSource(feed: FeedRecord, config: Sharing): Promise<Source> {
  const adapter = feed.kind === 'external' ? undefined : await loadAdapter(adapterPlace(feed, config))
  if (adapter && isSession(adapter)) return { feed, adapter }
  throw new TickwireError('USAGE', `Feed ${feed.name} has no broker whose list could be fetched: it lists its own`, {
    next: 'tickwire instruments sync, without a name, for all accounts',
  })
}
