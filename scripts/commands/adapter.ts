import { resolve } from 'node:path'
import { isSession } from '../../adapters/contract.ts'
import { listInstruments } from '../../adapters/main.ts'
import { builtinNames, loadAdapter } from '../../adapters/registry.ts'
import { readSettings } from '../../adapters/settings.ts'
import type { Config } from '../../shared/config.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { writeInstruments } from '../../shared/store/instruments.ts'
import { forgetFeed, sealedAccounts } from '../accounts.ts'
import { changeStore, feedAdded } from '../audited.ts'
import { type ExternalOptions, readExternal } from '../external.ts'
import type { Globals } from '../globals.ts'
import { feedIdentity } from '../identity.ts'
import { type Invocation, openInvocation, withExistingStore, withStore } from '../invocation.ts'
import { maskSettings } from '../masking.ts'
import { confirm } from '../prompt.ts'
import { adapterPlace, goesOn } from '../roster.ts'
import { type FeedRow, withStates } from '../running.ts'
import { readSetting, requireFeedName } from '../setting.ts'
import { firstFeed } from '../setup.ts'
import type { Column, Paint } from '../terminal.ts'

interface AddOptions extends ExternalOptions {
  readonly adapter?: string
  readonly path?: string
  readonly external?: boolean
  readonly set: readonly string[]
  readonly user: string
}

const PAINT: Readonly<Record<string, Paint>> = { live: 'green', quiet: 'green', disabled: 'dim', parked: 'red' }

interface SharedRow extends FeedRow {
  readonly sharedWith?: readonly string[]
}

const COLUMNS: readonly Column<SharedRow>[] = [
  { head: 'FEED', cell: row => row.name },
  { head: 'ADAPTER', cell: row => row.adapter },
  { head: 'KIND', cell: row => row.kind },
  { head: 'USER', cell: row => row.userId },
  { head: 'SHARED WITH', cell: row => row.sharedWith?.join(', ') },
  {
    head: 'STATE',
    cell: row => row.state ?? 'not running',
    paint: row => PAINT[row.state ?? 'disabled'] ?? 'yellow',
  },
  {
    head: 'SETTINGS',
    cell: row =>
      [
        ...(row.path === undefined ? [] : [row.path]),
        ...Object.entries(row.settings).map(
          ([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
        ),
      ].join(' ') || undefined,
  },
]

/** `tickwire adapter list`. */
export async function listFeeds(globals: Globals): Promise<void> {
  const invocation = openInvocation(globals)
  const known = await withExistingStore(invocation, store => ({
    records: store.feeds.list(),
    shares: store.shares.list(),
  }))
  if (!known) return
  const { records, shares } = known
  const rows = (await withStates(invocation, records)).map((state): SharedRow => {
    const row = { ...state, settings: maskSettings(state.settings) }
    const sharedWith = shares.filter(({ feed }) => feed === row.name).map(({ userId }) => userId)
    return sharedWith.length > 0 ? { ...row, sharedWith } : row
  })
  invocation.terminal.rows(rows, COLUMNS, 'No feeds. next: tickwire adapter add NAME --adapter simulator')
}

/**
 * `tickwire adapter add NAME`: loads the adapter and checks the settings before anything is stored. The same again
 * changes nothing; FEED_EXISTS when the name means another feed.
 */
export async function addFeed(globals: Globals, name: string, options: AddOptions): Promise<void> {
  requireFeedName(name, 'tickwire adapter add')
  const invocation = openInvocation(globals)
  const { config, clock, folder, terminal } = invocation
  const settings = Object.fromEntries(options.set.map(readSetting))
  const record: FeedRecord = {
    name,
    userId: options.user,
    ...(await place(name, options)),
    settings,
    enabled: true,
    createdAt: clock.now(),
  }
  const { instruments, modes } = await offerOf(record, options, config)
  const stored = await changeStore(
    invocation,
    store => {
      store.users.ensure(options.user, clock.now())
      store.feeds.add({ ...record, ...(modes && { modes }) })
      if (record.kind !== 'external') feedIdentity(invocation, store, name)
      return store.feeds.get(name)
    },
    () => [feedAdded(record)],
  )
  // Whoever subscribes before its process has started shall not be told that nothing is known.
  await writeInstruments(folder, name, instruments, clock)
  if (terminal.format === 'json')
    terminal.print(JSON.stringify(stored && { ...stored, settings: maskSettings(stored.settings) }))
  const how = stored?.enabled ? goesOn(record) : `it is disabled; next: tickwire adapter enable ${name}`
  terminal.say(`Feed ${name} (${record.adapter}) is registered; ${how}.`)
}

/** What can be asked of it, checked before anything is stored. An external feed also says its modes: nobody else can. */
async function offerOf(
  record: FeedRecord,
  options: AddOptions,
  config: Config,
): Promise<{ instruments: readonly Instrument[]; modes?: readonly TopicMode[] }> {
  const { name, kind, settings } = record
  if (kind === 'external') {
    if (options.set.length === 0) return readExternal(name, options)
    throw new TickwireError('USAGE', `Feed ${name} is external: there is no adapter here to take --set`, {
      next: 'give the settings to the program that publishes it',
    })
  }
  if (options.symbols.length > 0 || options.symbolsFile !== undefined || options.modes !== undefined)
    throw new TickwireError('USAGE', `Feed ${name}: its adapter lists its symbols and modes by itself`, {
      next: 'leave --symbols, --symbols-file and --modes to feeds with --external',
    })
  const adapter = await loadAdapter(adapterPlace(record, config))
  if (isSession(adapter)) throw needsAccount(record)
  const configured = { origin: config.configFile, settings: config.feeds[name] ?? {} }
  const layers = [{ origin: '--set', settings }, configured]
  // Its modes are not kept: those of the adapter that runs count.
  const instruments = listInstruments(record, adapter, readSettings(name, adapter, layers))
  return { instruments }
}

const needsAccount = ({ name, adapter, path }: FeedRecord) =>
  new TickwireError('USAGE', `Feed ${name}: adapter ${adapter} needs an account with its broker`, {
    next: `tickwire account add ${adapter} --name ${name}${path === undefined ? '' : ` --path ${path}`}`,
  })

async function place(
  name: string,
  { adapter, path, external }: AddOptions,
): Promise<Pick<FeedRecord, 'kind' | 'adapter' | 'path'>> {
  if (external) return { kind: 'external', adapter: name.toLowerCase() }
  if (path !== undefined) {
    const folder = resolve(path)
    return { kind: 'folder', path: folder, adapter: (await loadAdapter({ kind: 'folder', path: folder })).name }
  }
  const known = builtinNames()
  const builtin = adapter ?? known.find(one => one === name.toLowerCase())
  if (builtin !== undefined) return { kind: 'builtin', adapter: builtin }
  throw new TickwireError('USAGE', `Feed ${name}: which adapter? Built in: ${known.join(', ')}`, {
    next: `tickwire adapter add ${name} with --adapter ${firstFeed(0).adapter}, --path DIR or --external; a broker: tickwire account add`,
  })
}

/** `tickwire adapter remove NAME`, with the credentials and the login if it is an account. Throws FEED_UNKNOWN. */
export async function removeFeed(
  globals: Globals,
  name: string,
  { yes = false }: { readonly yes?: boolean },
): Promise<void> {
  const invocation = openInvocation(globals)
  const names = await withStore(invocation, store => store.feeds.names())
  if (!names.includes(name))
    throw new TickwireError('FEED_UNKNOWN', `There is no feed ${JSON.stringify(name)}`, {
      next: names.length > 0 ? `use one of: ${names.join(', ')}` : 'tickwire adapter add NAME',
    })
  const isAccount = await hasSecrets(invocation, name)
  await confirm(`Remove feed ${name} and its settings${isAccount ? ', credentials and login' : ''}?`, yes)
  await forgetFeed(invocation, name)
  const also = isAccount ? ', with its credentials and its login' : ''
  invocation.terminal.say(`Feed ${name} is removed${also}; a running system stops it now.`)
}

/** A vault that cannot be read keeps no feed from being removed; what it says comes after that. */
async function hasSecrets(invocation: Invocation, name: string): Promise<boolean> {
  try {
    return (await sealedAccounts(invocation)).some(({ account }) => account === name)
  } catch (error) {
    if (error instanceof TickwireError) return false
    throw error
  }
}
