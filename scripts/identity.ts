import { Identity, idOf, Signer } from '../bus/identity.ts'
import { TickwireError } from '../shared/errors.ts'
import type { ControlStore } from '../shared/store/control.ts'
import { identityPlace, readIdentity } from '../shared/store/identities.ts'
import type { Invocation } from './invocation.ts'

type Place = Pick<Invocation, 'folder' | 'clock'> & { readonly config: Pick<Invocation['config'], 'identityFile'> }

/**
 * What a feed proves itself with on the bus. Its public half is registered when there is none yet: with the feed, or at
 * the first start of one from before. Throws CONFIG_INVALID when another key is registered, and what reading it does.
 */
export function feedIdentity({ folder, config }: Place, store: ControlStore, feed: string): Identity {
  const place = identityPlace(folder, feed, config.identityFile)
  const identity = new Identity(readIdentity(place))
  const publicKey = identity.publicKey.toString('base64url')
  const registered = store.feeds.get(feed)?.publicKey
  if (registered === publicKey) return identity
  if (registered === undefined) {
    store.feeds.setPublicKey(feed, identity.publicKey)
    return identity
  }
  throw new TickwireError('CONFIG_INVALID', `The bus identity ${place.path} is not the one feed ${feed} registered`, {
    next: `restore it from a backup, or make a new one: tickwire bus keys --rotate ${feed}`,
  })
}

/** The same of the proxy. Feeds heed every proxy that is registered. */
export function proxyIdentity({ folder, config, clock }: Place, store: ControlStore): Identity {
  const identity = new Identity(readIdentity(identityPlace(folder, undefined, config.identityFile)))
  store.proxies.add(identity.publicKey, clock.now())
  return identity
}

/** The registered proxies, as a feed knows them: read anew when one is met that it does not know. */
export class ProxyTrust {
  readonly #store: ControlStore
  readonly #signers = new Map<string, Signer>()
  #version: number | undefined

  constructor(store: ControlStore) {
    this.#store = store
  }

  find(id: string): Signer | undefined {
    this.#refresh()
    return this.#signers.get(id)
  }

  #refresh(): void {
    try {
      const version = this.#store.version()
      if (version === this.#version) return
      const keys = this.#store.proxies.list()
      this.#signers.clear()
      for (const key of keys) this.#signers.set(idOf(key), new Signer(key))
      this.#version = version
    } catch (error) {
      // Those who were known go on.
      if (!(error instanceof TickwireError)) throw error
    }
  }
}
