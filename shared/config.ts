import { homedir } from 'node:os'
import { join, resolve } from 'node:path'
import {
  busKeysDir,
  type Environment,
  handedOverIdentity,
  readEnvironment,
  readSecrets,
  type VaultPlaces,
  variable,
  vaultPlaces,
  withoutSecrets,
} from './config/environment.ts'
import { type FileLayer, readConfigFile } from './config/file.ts'
import { groupNumber } from './config/group.ts'
import type { Layer, Said } from './config/layer.ts'
import { type Parsed, schema } from './config/schema.ts'
import { SETTINGS, type Setting } from './config/settings.ts'
import { TickwireError } from './errors.ts'
import type { Secret } from './secret.ts'

export { configTemplate } from './config/template.ts'

/** Everything a process may be told, checked. Names ending in Ms are milliseconds, in Bytes bytes; paths are absolute. */
export interface Config {
  readonly dataDir: string
  /** The file that was read, or would have been. */
  readonly configFile: string
  /** Number of the group whose processes share the folders. */
  readonly group: number | undefined
  readonly proxy: Readonly<Parsed['proxy']>
  readonly bus: {
    readonly runDir: string
    /** A TCP bus: publishers connect to `port`, receivers to `port + 1`. Without it, IPC sockets in `runDir`. */
    readonly tcp: { readonly host: string; readonly port: number } | undefined
    /** The TCP bus is encrypted; without it, it stays on this machine. */
    readonly curve: CurvePlaces | undefined
    /** Messages. */
    readonly highWaterMark: number
  }
  readonly vault: VaultPlaces & {
    /** A folder of its own, and the number of the group that shares that. */
    readonly dir?: string | undefined
    readonly group?: number | undefined
  }
  readonly audit: Readonly<Parsed['audit']>
  readonly log: Readonly<Parsed['log']>
  /** Where the one process that reads this has its identity; else it is in the data folder. */
  readonly identityFile: string | undefined
  /** Lower-case broker names; without it, every registered feed may start. */
  readonly validBrokers: readonly string[] | undefined
  /** Whether the calendar says when ticks are due, or they are at all times. */
  readonly market: Parsed['market']
  /** Sections `[feeds.NAME]`: settings over the registered ones, checked by the adapter. */
  readonly feeds: Readonly<Record<string, Readonly<Record<string, unknown>>>>
  /** The key of client commands. */
  readonly apiKey: Secret | undefined
  readonly brokerCredentials: { readonly apiKey?: Secret; readonly apiSecret?: Secret }
  /** Lines for whoever starts something: settings that were said and do not count. */
  readonly warnings: readonly string[]
}

/** Where the keys of an encrypted bus are. */
interface CurvePlaces {
  readonly keysDir: string
  readonly keyFile: string | undefined
  readonly serverKey: string | undefined
}

/** What the command line says; it wins over the environment and the file. */
export interface Overrides {
  readonly configFile?: string | undefined
  readonly dataDir?: string | undefined
  readonly host?: string | undefined
  readonly port?: number | 'auto' | undefined
  readonly workers?: number | 'auto' | undefined
  readonly market?: string | undefined
  /** For `init`: a file that was asked for by name may still be missing. */
  readonly fileMayMiss?: boolean
}

/**
 * Command line over environment over file over defaults. Throws one CONFIG_INVALID whose message has a line for every
 * problem, each with its path and where it was said.
 */
export const loadConfig = (overrides: Overrides = {}, env: Environment = process.env): Config =>
  readAll(overrides, env).config

/** One setting as it counts now. */
export interface EffectiveSetting {
  /** As the file spells it. */
  readonly spelling: string
  /** Absent where nobody said it and there is no default. */
  readonly value: unknown
  /** A file, an environment variable, an option, or `default`. */
  readonly origin: string
}

/** Every setting of the schema, with its value and where that was said. Throws the same. */
export const effectiveSettings = (overrides: Overrides = {}, env: Environment = process.env): EffectiveSetting[] =>
  readAll(overrides, env).settings

function readAll(overrides: Overrides, env: Environment): { config: Config; settings: EffectiveSetting[] } {
  const cwd = process.cwd()
  const startDir = overrides.dataDir ?? variable(env, 'TICKWIRE_DATA_DIR') ?? '~/.tickwire'
  const named = overrides.configFile ?? variable(env, 'TICKWIRE_CONFIG')
  const configFile = named === undefined ? join(absolute(startDir, cwd), 'tickwire.toml') : absolute(named, cwd)
  const file = readConfigFile(configFile, named !== undefined && !overrides.fileMayMiss)
  const layers = [file, readEnvironment(env, cwd), readOverrides(overrides, cwd)]
  const said = new Map(layers.flatMap(layer => [...layer.values]))
  const problems = layers.flatMap(layer => [...layer.problems])
  const input: Record<string, unknown> = {
    proxy: { tls: {} },
    bus: { tcp: {}, curve: {} },
    vault: {},
    audit: {},
    log: {},
  }
  for (const setting of SETTINGS) {
    const one = said.get(setting.spelling)
    if (one) place(input, setting, one, problems)
  }
  const parsed = schema.safeParse(input)
  const groups = parsed.success ? groupsOf(parsed.data, said, problems) : {}
  if (parsed.success) problems.push(...contradictions(parsed.data))
  if (!parsed.success || problems.length > 0) throw invalid(problems)
  const warnings = layers.flatMap(layer => contested(layer, said))
  const context = { configFile, file, cwd, hasTcp: [...said.keys()].some(isTcp), env, groups, warnings }
  const settings = SETTINGS.map(({ spelling, path }) => ({
    spelling,
    value: path.reduce<unknown>((part, name) => (part as Record<string, unknown> | undefined)?.[name], parsed.data),
    origin: said.get(spelling)?.origin ?? 'default',
  }))
  return { config: assemble(parsed.data, context), settings }
}

/**
 * The environment for child processes: without the keys only this process may see; for those that open no account, also
 * without what leads to the vault's.
 */
export const childEnvironment = (
  { opensAccounts }: { readonly opensAccounts: boolean },
  env: Environment = process.env,
): NodeJS.ProcessEnv => withoutSecrets(env, opensAccounts)

const isTcp = (spelling: string): boolean => spelling.startsWith('bus.tcp.')

function absolute(path: string, base: string): string {
  return resolve(base, path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path)
}

function readOverrides({ dataDir, host, port, workers, market }: Overrides, base: string): Layer {
  const options: [string, unknown, string][] = [
    ['data_dir', dataDir, '--data-dir'],
    ['proxy.host', host, '--host'],
    ['proxy.port', port, '--port'],
    ['proxy.workers', workers, '--workers'],
    ['market', market, '--market'],
  ]
  const given = options.filter(([, value]) => value !== undefined)
  return { values: new Map(given.map(([name, value, origin]) => [name, { value, origin, base }])), problems: [] }
}

/** Checks one setting by itself, so that a problem names where it was said, and puts it at its path. */
function place(input: Record<string, unknown>, { path, ...setting }: Setting, said: Said, problems: string[]): void {
  const checked = setting.schema.safeParse(said.value)
  if (!checked.success) {
    const why = checked.error.issues[0]?.message ?? 'is not valid'
    problems.push(`${setting.spelling} (${said.origin}): ${why}, not ${JSON.stringify(said.value)?.slice(0, 60)}`)
    return
  }
  let section = input
  for (const name of path.slice(0, -1)) section = section[name] as Record<string, unknown>
  const value = setting.isPath && typeof said.value === 'string' ? absolute(said.value, said.base) : said.value
  section[path.at(-1) ?? ''] = value
}

type Groups = { readonly [Whose in 'group' | 'vault']?: number | undefined }

/** Their numbers; one that this machine has not is a problem of where it was said. */
function groupsOf({ group, vault }: Parsed, said: ReadonlyMap<string, Said>, problems: string[]): Groups {
  const numberOf = (spelling: string, named: string | number | undefined): number | undefined => {
    const number = named === undefined ? undefined : groupNumber(named)
    if (typeof number !== 'string') return number
    problems.push(`${spelling} (${said.get(spelling)?.origin}): ${number}`)
    return undefined
  }
  return { group: numberOf('group', group), vault: numberOf('vault.group', vault.group) }
}

/** Of the layer that had the last word; what a later one says makes both of its values void. */
const contested = ({ values, outdone = new Map<string, Said>() }: Layer, said: ReadonlyMap<string, Said>): string[] =>
  [...outdone].flatMap(([spelling, { origin, value }]) => {
    const used = values.get(spelling)
    if (!used || used !== said.get(spelling)) return []
    return [
      `${spelling}: ${used.origin} (${String(used.value)}) is used, and ${origin} (${String(value)}) is not; unset one of them`,
    ]
  })

function contradictions({ proxy }: Parsed): string[] {
  const problems: string[] = []
  if (proxy.queueSoftBytes > proxy.queueHardBytes)
    problems.push('proxy.queue_soft_bytes: must not be above proxy.queue_hard_bytes')
  if (proxy.maxAnonymousBytes > proxy.maxMessageBytes)
    problems.push('proxy.max_anonymous_bytes: must not be above proxy.max_message_bytes')
  if (proxy.tls.certFile !== undefined && proxy.tls.keyFile === undefined)
    problems.push('proxy.tls.key_file: is missing; the certificate of proxy.tls.cert_file needs its key')
  if (proxy.tls.keyFile !== undefined && proxy.tls.certFile === undefined)
    problems.push('proxy.tls.cert_file: is missing; the key of proxy.tls.key_file needs its certificate')
  return problems
}

const invalid = (problems: readonly string[]) =>
  new TickwireError('CONFIG_INVALID', problems.join('\n'), {
    next: 'correct the settings named above; `tickwire init` writes a file that explains every one',
  })

interface Context {
  readonly configFile: string
  readonly file: FileLayer
  readonly cwd: string
  readonly hasTcp: boolean
  readonly env: Environment
  readonly groups: Groups
  readonly warnings: readonly string[]
}

function curvePlaces({ bus: { curve } }: Parsed, env: Environment, cwd: string): CurvePlaces | undefined {
  const { keysDir, keyFile, serverKey } = curve
  if (keysDir === undefined && keyFile === undefined && serverKey === undefined) return undefined
  return { keysDir: absolute(keysDir ?? busKeysDir(env), cwd), keyFile, serverKey }
}

/** Where `tickwire bus keys` puts the keys of an encrypted bus unless told. */
export const defaultKeysDir = (env: Environment = process.env): string => absolute(busKeysDir(env), process.cwd())

function assemble(parsed: Parsed, { configFile, file, cwd, hasTcp, env, groups, warnings }: Context): Config {
  const dataDir = absolute(parsed.dataDir, cwd)
  const { runDir = join(dataDir, 'run'), tcp, highWaterMark } = parsed.bus
  const { keyFile, ...handedOver } = vaultPlaces(env)
  return {
    dataDir,
    configFile,
    group: groups.group,
    proxy: parsed.proxy,
    bus: { runDir, tcp: hasTcp ? tcp : undefined, curve: curvePlaces(parsed, env, cwd), highWaterMark },
    vault: {
      keyFile: absolute(parsed.vault.keyFile ?? keyFile, cwd),
      ...handedOver,
      dir: parsed.vault.dir,
      group: groups.vault,
    },
    audit: parsed.audit,
    log: parsed.log,
    identityFile: parsed.identityFile ?? handedOverIdentity(env),
    validBrokers: parsed.validBrokers,
    market: parsed.market,
    feeds: file.feeds,
    ...readSecrets(env),
    warnings,
  }
}
