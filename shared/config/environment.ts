import { existsSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { Secret } from '../secret.ts'
import type { Layer, Said } from './layer.ts'
import { SETTINGS, type Setting } from './settings.ts'
import { didYouMean } from './spelling.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Names OpenAlgo users already have in their environment. Our own name wins. */
export const OPENALGO_NAMES: Readonly<Record<string, string>> = {
  'proxy.host': 'WEBSOCKET_HOST',
  'proxy.port': 'WEBSOCKET_PORT',
  'bus.tcp.host': 'ZMQ_HOST',
  'bus.tcp.port': 'ZMQ_PORT',
  valid_brokers: 'VALID_BROKERS',
}

const SECRETS = { apiKey: 'TICKWIRE_API_KEY', brokerApiKey: 'BROKER_API_KEY', brokerApiSecret: 'BROKER_API_SECRET' }

/** Read by publishers in other languages (adapters/examples), not by this program. */
const FOREIGN = 'TICKWIRE_BUS'

const ownNames: ReadonlySet<string> = new Set([
  ...SETTINGS.map(({ variable }) => variable),
  SECRETS.apiKey,
  'TICKWIRE_CONFIG',
  FOREIGN,
])

/** The value of a variable; an empty one counts as unset. */
export const variable = (env: Environment, name: string): string | undefined => env[name]?.trim() || undefined

/** Settings said by environment variables. Unknown `TICKWIRE_` names are problems: a typing error must not pass for a setting. */
export function readEnvironment(env: Environment, base: string): Layer {
  const values = new Map<string, Said>()
  const outdone = new Map<string, Said>()
  for (const setting of SETTINGS) {
    const [said, other] = [setting.variable, OPENALGO_NAMES[setting.spelling]].flatMap((origin): Said[] => {
      const text = origin === undefined ? undefined : variable(env, origin)
      return origin === undefined || text === undefined ? [] : [{ value: interpret(setting, text), origin, base }]
    })
    if (said) values.set(setting.spelling, said)
    if (said && other && !isDeepStrictEqual(said.value, other.value)) outdone.set(setting.spelling, other)
  }
  const problems = Object.keys(env)
    .filter(name => name.startsWith('TICKWIRE_') && !ownNames.has(name) && variable(env, name) !== undefined)
    .map(name => `${name} (environment): no such setting${didYouMean(name, ownNames)}`)
  return { values, problems, outdone }
}

function interpret(setting: Setting, text: string): unknown {
  if (!setting.isList) return /^-?\d+(\.\d+)?$/.test(text) && !setting.isPath ? Number(text) : text
  const items = text.split(',').map(item => item.trim().toLowerCase())
  return items.filter(item => item !== '')
}

export interface SecretValues {
  readonly apiKey: Secret | undefined
  readonly brokerCredentials: { readonly apiKey?: Secret; readonly apiSecret?: Secret }
}

export function readSecrets(env: Environment): SecretValues {
  const secret = (name: string) => {
    const text = variable(env, name)
    return text === undefined ? undefined : new Secret(text)
  }
  const apiKey = secret(SECRETS.brokerApiKey)
  const apiSecret = secret(SECRETS.brokerApiSecret)
  return {
    apiKey: secret(SECRETS.apiKey),
    brokerCredentials: { ...(apiKey && { apiKey }), ...(apiSecret && { apiSecret }) },
  }
}

export interface VaultPlaces {
  readonly keyFile: string
  /** Where a service manager would hand the key over; it wins where it exists. */
  readonly handedOver: string | undefined
  /** Where it would hand over the key of one account; then that opens this account and nothing else. */
  readonly accountKey: string | undefined
}

/** The default place of the vault's key, and where a service manager (systemd) hands keys over. None is touched. */
export function vaultPlaces(env: Environment): VaultPlaces {
  const credentials = variable(env, 'CREDENTIALS_DIRECTORY')
  return {
    keyFile: join(configHome(env), 'tickwire', 'vault.key'),
    handedOver: credentials === undefined ? undefined : join(credentials, 'tickwire-vault-key'),
    accountKey: credentials === undefined ? undefined : join(credentials, 'account-key'),
  }
}

/** The default place of the keys of an encrypted bus. */
export const busKeysDir = (env: Environment): string => join(configHome(env), 'tickwire', 'bus')

/** The XDG specification: a relative path is to be ignored. */
function configHome(env: Environment): string {
  const home = variable(env, 'XDG_CONFIG_HOME')
  return home !== undefined && isAbsolute(home) ? home : '~/.config'
}

/** Where a service manager hands over what a process proves itself with on the bus, if it does. */
export function handedOverIdentity(env: Environment): string | undefined {
  const credentials = variable(env, 'CREDENTIALS_DIRECTORY')
  const path = credentials && join(credentials, 'tickwire-identity')
  return path && existsSync(path) ? path : undefined
}

/** What leads to accounts: their credentials, and the key of the vault. */
const OF_ACCOUNTS = /^(BROKER_|TICKWIRE_VAULT_|CREDENTIALS_DIRECTORY$)/

/** A copy for child processes: no secret, and for those that open no account nothing that leads to one. */
export function withoutSecrets(env: Environment, opensAccounts: boolean): Record<string, string | undefined> {
  const secrets: ReadonlySet<string> = new Set(Object.values(SECRETS))
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !secrets.has(name) && (opensAccounts || !OF_ACCOUNTS.test(name))),
  )
}
