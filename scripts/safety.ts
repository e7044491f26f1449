import { existsSync, statSync } from 'node:fs'
import { refuseExposure } from '../proxy/exposure.ts'
import type { Config } from '../shared/config.ts'
import { systemCode, TickwireError } from '../shared/errors.ts'
import { isSecretName } from '../shared/redaction.ts'
import type { Secret } from '../shared/secret.ts'
import { type DataFolder, folderError } from '../shared/store/folder.ts'
import { readPepper } from '../shared/store/pepper.ts'
import { fileMode } from '../shared/store/sharing.ts'
import type { Invocation } from './invocation.ts'

const WRITABLE_BY_OTHERS = 0o022
const OPEN_TO_OTHERS = 0o077
const ROOT = 0

/** What stands in examples and templates, ours and OpenAlgo's, where a secret belongs; letters and digits only. */
const PLACEHOLDER =
  /^(?:(?:your|my|the|some|insert|enter|put|a)?(?:openalgo|tickwire|broker|user)?(?:api|app|access|client)?(?:key|secret|secretkey|token|password|pin)(?:here)?|changeme|changethis|replaceme|placeholder|default|example|sample|dummy|test|(.)\1*)$/

export const isPlaceholder = (secret: Secret): boolean =>
  PLACEHOLDER.test(
    secret
      .reveal()
      .toLowerCase()
      .replace(/[^\da-z]/g, ''),
  )

/**
 * Before anything that serves clients starts: nothing that others could read or change, no secret that everybody knows,
 * no port on which keys could be overheard. Throws CONFIG_INVALID or FOLDER_UNUSABLE, which names the setting or the file.
 */
export async function refuseUnsafeStart(invocation: Invocation): Promise<void> {
  refuseUnsafeFiles(invocation)
  await refuseExposure(invocation.config, invocation.clock)
}

/** The same without the port: for a process that has none. */
export function refuseUnsafeFiles({ config, folder }: Pick<Invocation, 'config' | 'folder'>): void {
  refusePlaceholders(config)
  refuseOpenConfiguration(config)
  for (const path of [folder.controlDb, folder.vaultDb]) {
    const mode = modeOf(path)
    if (mode !== undefined && mode & ~fileMode(path))
      throw new TickwireError('FOLDER_UNUSABLE', `${path} can be read by other users (${mode.toString(8)})`, {
        next: `chmod ${fileMode(path).toString(8)} ${path}*; if somebody may have read it, replace what is in it`,
      })
  }
  if (existsSync(folder.pepperFile)) refuseKnownPepper(folder)
}

/** Throws CONFIG_INVALID where all processes of `tickwire up` would prove themselves with one key, and pass for each other. */
export function refuseSharedIdentity({ identityFile }: Pick<Config, 'identityFile'>): void {
  if (identityFile === undefined) return
  const message = `TICKWIRE_IDENTITY_FILE, or tickwire-identity in CREDENTIALS_DIRECTORY (${identityFile}): is the identity of one process, and tickwire up starts several`
  throw new TickwireError('CONFIG_INVALID', message, {
    next: 'unset it: each feed and the proxy have their own in the data folder; or start each by itself',
  })
}

function refusePlaceholders({ apiKey, brokerCredentials }: Config): void {
  const given = {
    TICKWIRE_API_KEY: apiKey,
    BROKER_API_KEY: brokerCredentials.apiKey,
    BROKER_API_SECRET: brokerCredentials.apiSecret,
  }
  for (const [name, secret] of Object.entries(given))
    if (secret && isPlaceholder(secret))
      throw new TickwireError('CONFIG_INVALID', `${name} (environment): is the example, no secret`, {
        next: `set it to the real one, or: unset ${name}`,
      })
}

/**
 * A process that opens no account must not hold what opens one: whoever breaks into it would have it. `tickwire up` may
 * hold it, as it hands it to nobody who needs it not. Throws CONFIG_INVALID.
 */
export function refuseAccountSecrets({ brokerCredentials: { apiKey, apiSecret }, vault }: Config): void {
  const refused = (what: string, next: string) =>
    new TickwireError('CONFIG_INVALID', `${what}, and this process opens no account`, { next })
  const name = apiKey ? 'BROKER_API_KEY' : apiSecret && 'BROKER_API_SECRET'
  if (name)
    throw refused(`${name} (environment): is a secret of a broker`, `unset ${name}; tickwire up hands it to nobody`)
  const key = [vault.accountKey, vault.handedOver].find(path => path !== undefined && existsSync(path))
  if (key !== undefined)
    throw refused(
      `${key} (CREDENTIALS_DIRECTORY): is a key to accounts`,
      'take it out of LoadCredential= of this service; only adapters need it',
    )
}

/** Who can write it chooses where keys travel; who can read it has what somebody wrote into it against all advice. */
function refuseOpenConfiguration({ configFile, feeds }: Config): void {
  const found = statSync(configFile, { throwIfNoEntry: false })
  if (!found?.isFile()) return
  const mode = found.mode & 0o777
  const user = process.getuid?.()
  const unusable = (why: string, next: string) =>
    new TickwireError('FOLDER_UNUSABLE', `The configuration ${configFile} ${why}`, { next })
  if (user !== undefined && found.uid !== user && found.uid !== ROOT)
    throw unusable(`belongs to user ${found.uid}, and this is user ${user}`, `chown ${user} ${configFile}`)
  if (mode & WRITABLE_BY_OTHERS)
    throw unusable(`can be changed by other users (${mode.toString(8)})`, `chmod go-w ${configFile}`)
  const secret = Object.entries(feeds).flatMap(([feed, settings]) =>
    Object.entries(settings).flatMap(([name, value]) =>
      typeof value === 'string' && value !== '' && isSecretName(name) ? [`feeds.${feed}.${name}`] : [],
    ),
  )[0]
  if (secret !== undefined && mode & OPEN_TO_OTHERS)
    throw unusable(
      `holds a secret (${secret}), and can be read by other users (${mode.toString(8)})`,
      `chmod 600 ${configFile}; better, tickwire account add, and take it out`,
    )
}

/** Also one that others can read. */
function refuseKnownPepper(folder: DataFolder): void {
  const { pepperFile } = folder
  const bytes = readPepper(folder)
  if (!bytes.every(byte => byte === bytes[0])) return
  throw new TickwireError('FOLDER_UNUSABLE', `${pepperFile} is the same byte all over, no secret`, {
    next: `restore it from a backup, or remove it and create all keys anew`,
  })
}

/** Of a file that is not there, and of one that stands where this process may not come, there is nothing to judge. */
function modeOf(path: string): number | undefined {
  try {
    const mode = statSync(path, { throwIfNoEntry: false })?.mode
    return mode === undefined ? undefined : mode & 0o777
  } catch (error) {
    if (systemCode(error) === 'EACCES') return undefined
    throw folderError(path, error)
  }
}
