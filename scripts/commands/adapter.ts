import { resolve } from 'node:path'
import { isSession } from '../../adapters/contract.ts'
import { listInstruments } from '../../adapters/main.ts'
import { builtinNames, loadAdapter } from '../../adapters/registry.ts'
import { readSettings } from '../../adapters/settings.ts'
import type { Config } from '../../shared/config.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import { isFeedName } from '../../shared/market/topic.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { removeInstruments, writeInstruments } from '../../shared/store/instruments.ts'
import { type ExternalOptions, readExternal } from '../external.ts'
import type { Globals } from '../globals.ts'
import { openInvocation, withExistingStore, withStore } from '../invocation.ts'
import { confirm } from '../prompt.ts'
import { adapterPlace, goesOn } from '../roster.ts'
import { type FeedRow, withStates } from '../running.ts'
import type { Column, Paint } from '../terminal.ts'

interface AddOptions extends ExternalOptions {
  readonly adapter?: string
  readonly path?: string
  readonly external?: boolean
  readonly set: readonly string[]
  readonly user: string
}

const PAINT: Readonly<Record<string, Paint>> = { live: 'green', quiet: 'green', disabled: 'dim', parked: 'red' }

const COLUMNS: readonly Column<FeedRow>[] = [
  { head: 'FEED', cell: row => row.name },
  { head: 'ADAPTER', cell: row => row.adapter },
  { head: 'KIND', cell: row => row.kind },
  { head: 'USER', cell: row => row.userId },
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

/** What a name says of a value: credentials have no place in arguments. */
const SECRET_NAME = /secret|password|passwd|token|totp|pin$|api_?key/i

/** `tickwire adapter list`. */
export async function listFeeds(globals: Globals): Promise<void> {
  const invocation = openInvocation(globals)
  const records = await withExistingStore(invocation, store => store.feeds.list())
  if (!records) return
  const rows = await withStates(invocation, records)
  invocation.terminal.rows(rows, COLUMNS, 'No feeds. next: tickwire adapter add NAME --adapter simulator')
}

/**
 * `tickwire adapter add NAME`: loads the adapter and checks the settings before anything is stored. The same again
 * changes nothing; FEED_EXISTS when the name means another feed.
 */
export async function addFeed(globals: Globals, name: string, options: AddOptions): Promise<void> {
  if (!isFeedName(name))
    throw new TickwireError('USAGE', `${name} is no feed name: 1 to 32 of A-Z, 0-9 and -, and no exchange code`, {
      next: `tickwire adapter add ${nearName(name)} …`,
    })
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
  const stored = await withStore(invocation, store => {
    store.users.ensure(options.user, clock.now())
    store.feeds.add({ ...record, ...(modes && { modes }) })
    return store.feeds.get(name)
  })
  // Whoever subscribes before its process has started shall not be told that nothing is known.
  await writeInstruments(folder, name, instruments, clock)
  if (terminal.format === 'json') terminal.print(JSON.stringify(stored))
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
  const adapter = await loadAdapter(adapterPlace(record))
  if (isSession(adapter)) throw new TickwireError('USAGE', 'accounts are not wired yet')
  const configured = { origin: config.configFile, settings: config.feeds[name] ?? {} }
  const layers = [{ origin: '--set', settings }, configured]
  // Its modes are not kept: those of the adapter that runs count.
  const instruments = listInstruments(record, adapter, readSettings(name, adapter, layers))
  return { instruments }
}

/** A feed name like the one that was meant. */
function nearName(name: string): string {
  const near = name
    .toUpperCase()
    .replace(/[^A-Z0-9-]/g, '-')
    .slice(0, 30)
  return isFeedName(near) ? near : `${near}-1`
}

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
    next: `tickwire adapter add ${name} with --adapter ${known[0] ?? 'NAME'}, --path DIR or --external`,
  })
}

/** `key=value`. The value stays the text it is: only the adapter knows whether 007 is a number or a name. */
function readSetting(text: string): [string, string] {
  const at = text.indexOf('=')
  const key = text.slice(0, at)
  const value = text.slice(at + 1)
  if (at < 1)
    throw new TickwireError('USAGE', `--set ${SECRET_NAME.test(text) ? '…' : text} is no key=value`, {
      next: 'write it as --set key=value, for instance --set rate=100',
    })
  if (SECRET_NAME.test(key))
    throw new TickwireError('USAGE', `--set ${key}: secrets have no place on a command line`, {
      next: 'revoke that secret if it was real: command lines are seen by others and kept in histories',
    })
  return [key, value]
}

/** `tickwire adapter remove NAME`. Throws FEED_UNKNOWN. */
export async function removeFeed(
  globals: Globals,
  name: string,
  { yes = false }: { readonly yes?: boolean },
): Promise<void> {
  const invocation = openInvocation(globals)
  await withStore(invocation, async store => {
    if (store.feeds.names().includes(name)) await confirm(`Remove feed ${name} and its settings?`, yes)
    store.feeds.remove(name)
  })
  removeInstruments(invocation.folder, name)
  invocation.terminal.say(`Feed ${name} is removed; a running system stops it now.`)
}
