import { idOf, Signer } from '../bus/identity.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'

/**
 * Whose signature speaks for each feed. A feed that was removed keeps its own until another one has its name: the last
 * words of its process are no stranger's.
 */
export class Trust {
  readonly #signers = new Map<string, Signer>()
  readonly #refresh: () => void

  /** `refresh` looks whether the database has changed, and then registers what it has now. */
  constructor(refresh: () => void) {
    this.#refresh = refresh
  }

  /** Takes the feeds of the database. */
  register(feeds: readonly Pick<FeedRecord, 'name' | 'publicKey'>[]): void {
    for (const { name, publicKey } of feeds) {
      const bytes = publicKey === undefined ? undefined : Buffer.from(publicKey, 'base64url')
      if (!bytes) this.#signers.delete(name)
      else if (this.#signers.get(name)?.id !== idOf(bytes)) this.#signers.set(name, new Signer(bytes))
    }
  }

  /** A key made a moment ago may not have been polled yet. */
  find(feed: string, id: string): Signer | undefined {
    if (this.#signers.get(feed)?.id !== id) this.#refresh()
    return this.#signers.get(feed)
  }
}
