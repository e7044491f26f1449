import { isAbsolute, relative, resolve } from 'node:path'
import { Identity } from '../../bus/identity.ts'
import type { AuditEvent } from '../../shared/audit.ts'
import { defaultKeysDir } from '../../shared/config.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { ControlStore } from '../../shared/store/control.ts'
import { identityPlace, readIdentity, replaceIdentity } from '../../shared/store/identities.ts'
import { OPERATOR, recordFirst, tellLater } from '../audited.ts'
import { CURVE_NAME, makeCurveKeys, removeCurveKey, SERVER, STILL_CONNECTED } from '../curve.ts'
import type { Globals } from '../globals.ts'
import { feedIdentity, proxyIdentity } from '../identity.ts'
import { type Invocation, openInvocation, withStore } from '../invocation.ts'
import type { Column } from '../terminal.ts'

interface KeysOptions {
  readonly dir?: string
  readonly for: readonly string[]
  readonly rotate?: string
  readonly remove?: string
}

interface Row {
  readonly name: string
  readonly identity?: string | undefined
  readonly curve?: string | undefined
}

const COLUMNS: readonly Column<Row>[] = [
  { head: 'NAME', cell: row => row.name },
  { head: 'IDENTITY', cell: row => row.identity },
  { head: 'CURVE KEY', cell: row => row.curve },
]

const PROXY = 'proxy'
const PUBLIC_KEY = /^[A-Za-z0-9_-]{43}$/

/** `tickwire bus keys`: makes what is missing and lists the public halves; the private ones are shown to nobody. */
export async function busKeys(globals: Globals, options: KeysOptions): Promise<void> {
  const invocation = openInvocation(globals)
  const { terminal } = invocation
  const dir = resolve(options.dir ?? invocation.config.bus.curve?.keysDir ?? defaultKeysDir())
  if (options.remove !== undefined) remove(invocation, dir, options.remove)
  const rows = await withStore(invocation, store => {
    if (options.rotate !== undefined) rotate(invocation, store, options.rotate)
    return makeAll(invocation, store, { ...options, dir })
  })
  terminal.rows(rows, COLUMNS, 'No keys.')
  if (options.rotate !== undefined)
    terminal.say(
      options.rotate === PROXY
        ? 'The proxy has a new identity. next: start it again'
        : `Feed ${options.rotate} has a new identity; a running system starts it again now`,
    )
}

/** `tickwire bus trust NAME KEY`: the public key of a feed or a proxy that runs from another data folder. */
export async function busTrust(globals: Globals, name: string, key: string): Promise<void> {
  const publicKey = Buffer.from(key, 'base64url')
  if (!PUBLIC_KEY.test(key))
    throw new TickwireError('USAGE', 'An identity is 43 characters of A-Z, a-z, 0-9, - and _', {
      next: 'tickwire bus keys, on the other machine',
    })
  const invocation = openInvocation(globals)
  await withStore(invocation, store => {
    recordFirst(invocation, [keysMade(name, `trusts ${key}`)])
    if (name === PROXY) store.proxies.add(publicKey, invocation.clock.now())
    else store.feeds.setPublicKey(name, publicKey)
  })
  invocation.terminal.say(`${name === PROXY ? 'That proxy' : `Feed ${name}`} is known by this key now.`)
}

function makeAll(invocation: Invocation, store: ControlStore, options: KeysOptions & { readonly dir: string }): Row[] {
  const { dir } = options
  const feeds = store.feeds.list()
  const identities = new Map([[PROXY, nameOf(proxyIdentity(invocation, store))]])
  for (const { name, kind } of feeds)
    if (kind !== 'external') identities.set(name, nameOf(feedIdentity(invocation, store, name)))
  requireOutside(dir, invocation)
  for (const name of options.for) requireCurveName(name)
  const { list, made } = makeCurveKeys(dir, [PROXY, ...feeds.map(({ name }) => name), ...options.for])
  if (made.length > 0) {
    tellLater(invocation, keysMade('bus', made.join(', ')))
    invocation.terminal.say(`Made in ${dir}: ${made.join(', ')}. next: bus.curve.keys_dir = "${dir}"`)
  }
  const names = new Set([...identities.keys(), ...Object.keys(list.clients)])
  return [
    { name: 'server', curve: list.server },
    ...[...names].map(name => ({ name, identity: identities.get(name), curve: list.clients[name] })),
  ]
}

/** A feed or proxy of this folder gets a new pair at once; others come in no more. */
function remove(invocation: Invocation, dir: string, name: string): void {
  requireCurveName(name)
  if (name === SERVER)
    throw new TickwireError('USAGE', 'The key of the forwarder is what all others know it by; it is not removed')
  recordFirst(invocation, [keysMade(name, 'its CURVE key is removed')])
  if (!removeCurveKey(dir, name))
    throw new TickwireError('NOT_FOUND', `There is no CURVE key ${JSON.stringify(name)} in ${dir}`, {
      next: 'tickwire bus keys',
    })
  invocation.terminal.say(`The CURVE key of ${name} is removed. ${STILL_CONNECTED}`)
}

const keysMade = (subject: string, reason: string): AuditEvent => ({
  action: 'bus.keys_made',
  actor: OPERATOR,
  subject,
  result: 'ok',
  reason,
})

const nameOf = ({ publicKey }: Identity): string => publicKey.toString('base64url')

/** From then on only the new key counts; its process has to be started again. */
function rotate(invocation: Invocation, store: ControlStore, name: string): void {
  const { folder, config } = invocation
  if (name !== PROXY && !store.feeds.names().includes(name))
    throw new TickwireError('FEED_UNKNOWN', `There is no feed ${JSON.stringify(name)}`, {
      next: `use proxy, or one of: ${store.feeds.names().join(', ')}`,
    })
  const place = identityPlace(folder, name === PROXY ? undefined : name, config.identityFile)
  if (place.isHandedOver)
    throw new TickwireError('USAGE', `${place.path} is handed over from outside, and is not replaced here`, {
      next: 'unset TICKWIRE_IDENTITY_FILE, or replace that file and run: tickwire bus trust NAME KEY',
    })
  recordFirst(invocation, [keysMade(name, 'rotated')])
  if (name === PROXY) store.proxies.remove(new Identity(readIdentity(place)).publicKey)
  const { publicKey } = new Identity(replaceIdentity(place.path))
  if (name === PROXY) store.proxies.add(publicKey, invocation.clock.now())
  else store.feeds.setPublicKey(name, publicKey)
}

function requireOutside(dir: string, { folder }: Invocation): void {
  const rest = relative(folder.root, dir)
  if (rest.startsWith('..') || isAbsolute(rest)) return
  throw new TickwireError(
    'USAGE',
    `${dir} is inside the data folder ${folder.root}, whose backups would hold the keys`,
    {
      next: 'name a folder outside of it with --dir',
    },
  )
}

function requireCurveName(name: string): void {
  if (CURVE_NAME.test(name)) return
  throw new TickwireError('USAGE', `${JSON.stringify(name)}: the name of a key is 1 to 32 of A-Z, a-z, 0-9 and -`)
}
