import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { isSession, type SessionAdapter } from '../../adapters/contract.ts'
import { credentialFields, sealCredentials } from '../../adapters/credentials.ts'
import { builtinNames, loadAdapter } from '../../adapters/registry.ts'
import { readSettings } from '../../adapters/settings.ts'
import { didYouMean } from '../../shared/config/spelling.ts'
import { TickwireError } from '../../shared/errors.ts'
import { type FeedRecord, isBrokerValid } from '../../shared/store/feeds.ts'
import { keyPath } from '../../shared/store/vaultkey.ts'
import { brokers, simulatedBeside, withVault } from '../accounts.ts'
import { changeStore, feedAdded, OPERATOR, recordFirst } from '../audited.ts'
import { obtainCredentials, refuseWords } from '../credentials.ts'
import type { Globals } from '../globals.ts'
import { feedIdentity } from '../identity.ts'
import { type Invocation, openInvocation, withStore } from '../invocation.ts'
import { adapterPlace, goesOn } from '../roster.ts'
import { readSetting, requireFeedName } from '../setting.ts'
import { FIRST_USER } from '../setup.ts'

interface AddOptions {
  readonly name?: string
  readonly user?: string
  readonly file?: string
  readonly path?: string
  readonly set: readonly string[]
}

/**
 * `tickwire account add BROKER`: seals the credentials, then registers the feed, so that nothing runs without them and
 * a second `add` completes one that was broken off. The same again changes nothing; other credentials replace the old.
 * A new account puts an end to the simulated feeds of its user.
 */
export async function addAccount(
  globals: Globals,
  broker: string,
  words: readonly string[],
  options: AddOptions,
): Promise<void> {
  refuseWords(words)
  const invocation = openInvocation(globals)
  const { config, clock, terminal } = invocation
  const { adapter, record, isNew } = await prepare(invocation, broker, options)
  const { name } = record
  const configured = { origin: config.configFile, settings: config.feeds[name] ?? {} }
  readSettings(name, adapter, [{ origin: '--set', settings: record.settings }, configured])
  const given = await obtainCredentials(credentialFields(adapter), options.file, config.brokerCredentials)
  const sealed = sealCredentials(adapter, given.values)
  const hadKey = existsSync(keyPath(config.vault))
  const event = { action: 'account.added', actor: OPERATOR, subject: name, result: 'ok' } as const
  recordFirst(invocation, [{ ...event, reason: `${record.adapter}, for user ${record.userId}; credentials sealed` }])
  const credentials = await withVault(invocation, vault => vault.putCredentials(name, sealed, clock.now()))
  const beside = await withStore(invocation, store => store.feeds.list())
  const disabled = isNew ? await simulatedBeside(record, beside) : []
  await changeStore(
    invocation,
    store => {
      store.feeds.add(record)
      feedIdentity(invocation, store, name)
      for (const other of disabled) store.feeds.setEnabled(other, false, clock.now())
    },
    () => [
      ...(isNew ? [feedAdded(record)] : []),
      ...disabled.map(other => ({
        ...event,
        action: 'feed.changed' as const,
        subject: other,
        reason: `disabled beside ${name}`,
      })),
    ],
  )
  if (terminal.format === 'json')
    terminal.print(JSON.stringify({ name, broker: record.adapter, userId: record.userId, credentials }))
  if (!hadKey)
    terminal.say(`The key of the vault is made: ${keyPath(config.vault)}. No backup of the data folder holds it.`)
  if (given.variables.length > 0)
    terminal.say(
      `warning: ${given.variables.join(' and ')} are in the vault now. next: unset them, and wherever they are set`,
    )
  if (!isBrokerValid(record, config.validBrokers))
    terminal.say(`warning: VALID_BROKERS leaves out ${record.adapter}: the feed does not start until it is added there`)
  for (const other of disabled)
    terminal.say(
      `Feed ${other} is disabled: its prices are simulated, and must not pass for real ones. ` +
        `next, should you want it all the same: tickwire adapter enable ${other}`,
    )
  const follows = record.enabled ? goesOn(record) : `it is disabled; next: tickwire adapter enable ${name}`
  const registered = isNew ? `Account ${name} (${record.adapter}) is registered; ${follows}.` : `Account ${name}:`
  const SAID = {
    new: `${registered} Its credentials are sealed. next: tickwire account login ${name}`,
    changed: `${registered} Other credentials replaced the old ones. next: tickwire account login ${name}`,
    same: isNew ? `${registered} next: tickwire account login ${name}` : `${registered} nothing changed.`,
  }
  terminal.say(SAID[credentials])
}

/** What is to be registered, checked against what there is before anybody types a secret. */
async function prepare(
  invocation: Invocation,
  broker: string,
  options: AddOptions,
): Promise<{ adapter: SessionAdapter; record: FeedRecord; isNew: boolean }> {
  const { clock, config } = invocation
  const name = options.name ?? broker.toUpperCase()
  if (options.name !== undefined) requireFeedName(name, `tickwire account add ${broker} --name`)
  const known = await withStore(invocation, store => store.feeds.get(name))
  // Who gives new credentials need not repeat the rest.
  const place =
    options.path !== undefined
      ? ({ kind: 'folder', path: resolve(options.path) } as const)
      : known?.kind === 'folder' && known.adapter === broker.toLowerCase()
        ? adapterPlace(known, config)
        : ({ kind: 'builtin', adapter: await builtin(broker) } as const)
  const adapter = await loadAdapter(place)
  if (!isSession(adapter))
    throw new TickwireError('USAGE', `Adapter ${adapter.name} needs no account`, {
      next: `tickwire adapter add NAME ${place.kind === 'folder' ? `--path ${place.path}` : `--adapter ${adapter.name}`}`,
    })
  if (adapter.name !== broker.toLowerCase())
    throw new TickwireError('USAGE', `The adapter in ${options.path} is of broker ${adapter.name}`, {
      next: `tickwire account add ${adapter.name} --path ${options.path}`,
    })
  const record: FeedRecord = {
    name,
    userId: options.user ?? known?.userId ?? FIRST_USER,
    ...place,
    adapter: adapter.name,
    settings: options.set.length > 0 || !known ? Object.fromEntries(options.set.map(readSetting)) : known.settings,
    enabled: known?.enabled ?? true,
    createdAt: known?.createdAt ?? clock.now(),
  }
  await withStore(invocation, store => {
    store.users.ensure(record.userId, clock.now())
    store.feeds.requireFree(record)
  })
  return { adapter, record, isNew: known === undefined }
}

/** The name of a built-in adapter. Throws ADAPTER_UNKNOWN, naming those with accounts. */
async function builtin(broker: string): Promise<string> {
  const name = broker.toLowerCase()
  const names = (await brokers()).map(one => one.name)
  if (builtinNames().includes(name)) return name
  throw new TickwireError('ADAPTER_UNKNOWN', `There is no broker of that name${didYouMean(name, names)}`, {
    next: `use one of: ${names.join(', ') || 'none is built in'}; or --path DIR for an adapter of your own`,
  })
}
