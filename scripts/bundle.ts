import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { arch, cpus, freemem, loadavg, platform, release, totalmem, uptime } from 'node:os'
import { join, relative } from 'node:path'
import { effectiveSettings } from '../shared/config.ts'
import { TickwireError } from '../shared/errors.ts'
import { createCalendar } from '../shared/market/calendar/calendar.ts'
import { lintCalendar } from '../shared/market/calendar/lint.ts'
import { know, knowBytes, knowNamed, scrub, scrubLine } from '../shared/redaction.ts'
import { AuditStore } from '../shared/store/audit.ts'
import { readCalendar } from '../shared/store/calendar.ts'
import { InstrumentBook } from '../shared/store/instruments.ts'
import { maskSealed, withVault } from './accounts.ts'
import { registeredFeeds } from './checks/configuration.ts'
import { runChecks } from './commands/doctor.ts'
import { readUp } from './facts.ts'
import { type Invocation, overridesOf } from './invocation.ts'
import { maskFeedSettings, maskValue } from './masking.ts'
import { fetchStatus } from './running.ts'

/** One file of the bundle, and what is in it, in words. */
export interface Part {
  readonly file: string
  readonly says: string
  readonly gather: () => unknown
}

const AUDIT_SHOWN = 50
const DEPTH = 3
/** A key file is a few bytes; anything longer is none. */
const LONGEST_KEY = 4096

/** What somebody who helps has to see, and nothing that opens anything. */
export function partsOf(invocation: Invocation, version: string): readonly Part[] {
  const { config, folder, clock } = invocation
  const feeds = () => (existsSync(folder.controlDb) ? (registeredFeeds(folder) ?? []) : [])
  return [
    { file: 'about.json', says: 'version, Node, system, time', gather: () => about(version, clock.now()) },
    { file: 'config.json', says: 'what is configured, and where it was said', gather: () => configuration(invocation) },
    { file: 'doctor.json', says: 'what doctor says', gather: () => collected(runChecks(invocation.globals)) },
    {
      file: 'status.json',
      says: 'how proxy, feeds and instruments stand, and the last events',
      gather: () => fetchStatus(invocation, { instruments: true }),
    },
    { file: 'processes.json', says: 'what tickwire up knows of its processes', gather: () => readUp(folder) },
    {
      file: 'feeds.json',
      says: 'registered feeds with their settings',
      gather: () => feeds().map(feed => ({ ...feed, settings: maskFeedSettings(feed.settings, feed) })),
    },
    { file: 'run.json', says: 'run files', gather: () => runFiles(folder.runDir) },
    { file: 'files.json', says: 'names, sizes and permissions in the data folder', gather: () => listing(folder.root) },
    {
      file: 'instruments.json',
      says: 'age and length of the lists of instruments',
      gather: () => lists(invocation, feeds()),
    },
    {
      file: 'calendar.json',
      says: 'which calendar serves, and what is wrong with it',
      gather: () => calendar(invocation),
    },
    { file: 'audit.json', says: 'the end of the audit: what was done, not by whom', gather: () => audit(invocation) },
    { file: 'warnings.json', says: 'warnings of the configuration', gather: () => config.warnings },
  ]
}

/** What is in a part, or why there is nothing. */
export const gathered = ({ gather }: Part): Promise<unknown> =>
  Promise.resolve()
    .then(gather)
    .catch((error: unknown) => ({
      missing: error instanceof TickwireError ? `${error.code}: ${error.message}` : String(error),
    }))

/** As it may leave this machine: what is known to be secret is masked by value, all else by name. */
export function maskedText(value: unknown): string {
  // A line of the log has names of its own at its top that are never masked: here it is a list.
  const [clean] = JSON.parse(scrubLine(JSON.stringify([value ?? null]))) as unknown[]
  return `${scrub(JSON.stringify(clean, null, 2))}\n`
}

/**
 * From here on this process knows by value what nothing that it writes may hold: what the vault seals, keys in the data
 * folder and elsewhere, and whatever stands under the name of a secret in the configuration. A vault that does not open is
 * no reason to go without. Last of all: who closes a vault forgets its key.
 */
export async function knowSecrets(invocation: Invocation): Promise<void> {
  const { config, folder } = invocation
  const registered = existsSync(folder.controlDb) ? (registeredFeeds(folder) ?? []) : []
  for (const settings of [...Object.values(config.feeds), ...registered.map(feed => feed.settings)]) knowNamed(settings)
  if (existsSync(folder.vaultDb)) await openSealed(invocation)
  const { keyFile, handedOver, accountKey } = config.vault
  const keys = [
    keyFile,
    handedOver,
    accountKey,
    config.identityFile,
    config.bus.curve?.keyFile,
    config.proxy.tls.keyFile,
  ]
  for (const path of [...filesIn(folder.root).filter(one => one.endsWith('.key')), ...keys]) if (path) learn(path)
}

/** Secrets are known from the moment they are read. */
const openSealed = (invocation: Invocation): Promise<void> =>
  withVault(invocation, vault => {
    for (const { account } of vault.list()) maskSealed(vault, account)
  }).catch((error: unknown) => {
    if (!(error instanceof TickwireError)) throw error
  })

function learn(path: string): void {
  try {
    if (statSync(path).size > LONGEST_KEY) return
    const bytes = readFileSync(path)
    knowBytes(bytes)
    know(bytes.toString('latin1').trim(), 'lasting')
  } catch {
    // Of what this process may not read it can tell nothing.
  }
}

async function collected<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const about = (version: string, now: number): object => ({
  version,
  at: new Date(now).toISOString(),
  zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  node: process.version,
  modules: process.versions.modules,
  system: `${platform()} ${release()} ${arch()}`,
  cpus: cpus().length,
  cpu: cpus()[0]?.model,
  memoryMb: Math.round(totalmem() / 2 ** 20),
  freeMb: Math.round(freemem() / 2 ** 20),
  load: loadavg(),
  upSeconds: Math.round(uptime()),
  log: 'Tickwire writes its log to stderr only: add what journalctl, docker or your terminal kept of it, after a look at it',
})

function configuration({ config, globals, folder }: Invocation): object {
  const registered = existsSync(folder.controlDb) ? (registeredFeeds(folder) ?? []) : []
  return {
    settings: effectiveSettings(overridesOf(globals)).map(({ spelling, value, origin }) => ({
      setting: spelling,
      value: maskValue(spelling, value),
      origin,
    })),
    feeds: Object.entries(config.feeds).map(([name, settings]) => ({
      feed: name,
      settings: maskFeedSettings(
        settings,
        registered.find(feed => feed.name === name),
      ),
    })),
  }
}

const runFiles = (runDir: string): object[] =>
  existsSync(runDir)
    ? readdirSync(runDir)
        .filter(name => name.endsWith('.json'))
        .map(name => ({ file: name, holds: JSON.parse(readFileSync(join(runDir, name), 'utf8')) as unknown }))
    : []

function listing(root: string): object[] {
  return filesIn(root).map(path => {
    const { size, mode, uid, mtimeMs } = statSync(path)
    return {
      file: relative(root, path),
      bytes: size,
      mode: (mode & 0o7777).toString(8),
      uid,
      changed: new Date(mtimeMs).toISOString(),
    }
  })
}

/** Ordinary files, not too deep, none through a link. */
function filesIn(root: string, depth = DEPTH): string[] {
  if (depth === 0 || !existsSync(root)) return []
  return readdirSync(root, { withFileTypes: true }).flatMap(one => {
    const path = join(root, one.name)
    return one.isDirectory() ? filesIn(path, depth - 1) : one.isFile() ? [path] : []
  })
}

function lists({ folder }: Invocation, feeds: readonly { readonly name: string }[]): object[] {
  const book = new InstrumentBook(folder)
  try {
    return feeds.map(({ name }) => ({ feed: name, ...book.facts(name) }))
  } finally {
    book.close()
  }
}

function calendar({ folder, clock }: Invocation): object {
  const now = clock.now()
  const { data, origin, trouble } = readCalendar(folder, now)
  return {
    version: data.version,
    origin,
    trouble,
    coverage: createCalendar(data).coverage(),
    findings: lintCalendar(data, now),
  }
}

/** Who did it, to what and from where stays here. */
function audit({ folder, clock }: Invocation): object {
  if (!existsSync(folder.auditDb)) return { missing: 'there is none yet' }
  const store = AuditStore.open(folder, { now: clock.now() })
  try {
    store.proveEnds()
    return {
      ends: 'fit',
      last: store
        .last(AUDIT_SHOWN)
        .map(({ seq, at, process: by, action, result }) => ({ seq, at, by, action, result })),
    }
  } finally {
    store.close()
  }
}
