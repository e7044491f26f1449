import { createReadStream } from 'node:fs'
import { systemCode, TickwireError } from '../../shared/errors.ts'
import { KEY_SCOPES, type KeyScope, readKey } from '../../shared/key.ts'
import type { Secret } from '../../shared/secret.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { changeStore } from '../audited.ts'
import { type BoundOptions, boundBy, namesBound } from '../bounds.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation } from '../invocation.ts'
import { allScopes, day, readsOf, showable } from '../keyrow.ts'
import { askSecret, readSecret } from '../prompt.ts'
import { firstFeed } from '../setup.ts'
import { keyEvent } from './keyevent.ts'

interface KeyOptions extends BoundOptions {
  readonly user: string
  /** Milliseconds from now. */
  readonly expires?: number | 'never'
  readonly orders?: boolean
  readonly admin?: boolean
  /** In the order they are to be used; without it, all of the user. */
  readonly feeds?: readonly string[]
}

/** `tickwire key create LABEL`: only the key on stdout, so that it can be piped to where it belongs. */
export async function createKey(globals: Globals, label: string, options: KeyOptions): Promise<void> {
  refuseSecretLabel(label)
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const now = clock.now()
  const { user } = options
  const { record, key, feeds } = await changeStore(
    invocation,
    store => {
      store.users.ensure(user, now)
      const created = store.keys.create({ userId: user, label, ...wishOf(options, now), now })
      return { ...created, feeds: store.feeds.list() }
    },
    created => [keyEvent('key.created', created.record.id, `for user ${user}, ${label}. ${readsOf(created.record)}`)],
  )
  warnWithoutFeed(invocation, user, feeds)
  if (globals.format === 'json') {
    terminal.print(JSON.stringify({ ...showable(record, now), key: key.reveal() }))
    return
  }
  terminal.print(key.reveal())
  const { id, expiresAt } = record
  const until = expiresAt === undefined ? 'it does not expire' : `it expires on ${day(expiresAt)}`
  terminal.say(`Key ${id} of ${user}: shown this once, ${until}. ${readsOf(record)}`)
}

/** `tickwire key import LABEL`: the key comes from a file, a pipe or a prompt, never from the command line. */
export async function importKey(
  globals: Globals,
  label: string,
  options: KeyOptions & { readonly file?: string },
): Promise<void> {
  refuseSecretLabel(label)
  const invocation = openInvocation(globals)
  const { terminal, clock } = invocation
  const { user } = options
  const key = await obtainKey(options.file)
  const now = clock.now()
  const { record, feeds } = await changeStore(
    invocation,
    store => {
      store.users.ensure(user, now)
      const record = store.keys.importForeign({ userId: user, label, ...wishOf(options, now), key, now })
      return { record, feeds: store.feeds.list() }
    },
    ({ record }) => [keyEvent('key.imported', record.id, `for user ${user}, ${label}. ${readsOf(record)}`)],
  )
  const { id } = record
  warnWithoutFeed(invocation, user, feeds)
  if (terminal.format === 'json') terminal.print(JSON.stringify({ id, userId: user, label, scopes: allScopes(record) }))
  terminal.say(
    `The OpenAlgo key is imported as ${id} for ${user}; clients that hold it need no change. ${readsOf(record)}`,
  )
}

const scopesOf = (options: KeyOptions): readonly KeyScope[] => KEY_SCOPES.filter(scope => options[scope])

const wishOf = (options: KeyOptions, now: number) => ({
  scopes: scopesOf(options),
  feeds: options.feeds,
  expiresAt: typeof options.expires === 'number' ? now + options.expires : undefined,
  ...(namesBound(options) && { bounds: boundBy(options)({}) }),
})

/** The prices of a key are those of its user's feeds. */
function warnWithoutFeed({ terminal }: Invocation, user: string, feeds: readonly FeedRecord[]): void {
  if (feeds.some(feed => feed.userId === user)) return
  const { adapter } = firstFeed(0)
  terminal.say(
    `warning: user ${user} has no feed yet, so this key gets no prices. ` +
      `next: tickwire adapter add NAME --adapter ${adapter} --user ${user}`,
  )
}

async function obtainKey(file: string | undefined): Promise<Secret> {
  if (file === undefined) return process.stdin.isTTY ? askSecret('OpenAlgo key') : readSecret(process.stdin)
  try {
    return await readSecret(createReadStream(file))
  } catch (cause) {
    if (cause instanceof TickwireError) throw cause
    throw new TickwireError('USAGE', `The key file ${file} cannot be read (${systemCode(cause)})`, {
      next: 'give the path of a file that holds the key and nothing else',
      cause,
    })
  }
}

function refuseSecretLabel(label: string): void {
  if (readKey(label) !== undefined)
    throw new TickwireError('USAGE', 'The label is a key. Command lines are seen by others and kept in histories', {
      next: 'revoke that key; then give a label, such as bot-1, and the key when it is asked for',
    })
}
