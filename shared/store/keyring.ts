import { timingSafeEqual } from 'node:crypto'
import { digestKey, readKey } from '../key.ts'
import type { KeyRecord } from './keys.ts'

const NOBODY = Buffer.alloc(32)

/** All keys of one moment, in memory. Replace it whole when the store changes. */
export class KeyRing {
  readonly #byId: ReadonlyMap<string, KeyRecord>
  readonly #imported: ReadonlyMap<string, KeyRecord>
  readonly #pepper: Buffer

  constructor(records: readonly KeyRecord[], pepper: Buffer) {
    this.#byId = new Map(records.map(record => [record.id, record]))
    this.#imported = new Map(
      records.filter(({ origin }) => origin === 'imported').map(record => [record.digest.toString('hex'), record]),
    )
    this.#pepper = pepper
  }

  /**
   * The record of a key text, in whatever state: the caller looks at expiry and revocation. A key that is not there
   * costs as much time as one that is; only a text that is no key at all is told at once.
   */
  find(text: string): KeyRecord | undefined {
    const shape = readKey(text)
    if (!shape) return undefined
    const digest = digestKey(this.#pepper, text)
    // Looking up by a keyed hash tells an attacker nothing: nearby texts have unrelated hashes.
    if (shape.kind === 'foreign') return this.#imported.get(digest.toString('hex'))
    const record = this.#byId.get(shape.id)
    return timingSafeEqual(digest, record?.digest ?? NOBODY) ? record : undefined
  }

  /** Changes when some key names other feeds. */
  get choices(): string {
    return [...this.#byId.values()].flatMap(({ id, feeds }) => (feeds ? `${id} ${feeds.join()}` : [])).join('\n')
  }

  get(id: string): KeyRecord | undefined {
    return this.#byId.get(id)
  }
}
