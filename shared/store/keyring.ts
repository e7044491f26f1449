import { timingSafeEqual } from 'node:crypto'
import { Bounds } from '../bounds.ts'
import { digestKey, readKey } from '../key.ts'
import type { KeyRecord } from './keyrecord.ts'

const NOBODY = Buffer.alloc(32)
const NOTHING = new Bounds({ exchanges: [], modes: [], symbols: [], addresses: [] })

/** All keys of one moment, in memory. Replace it whole when the store changes. */
export class KeyRing {
  readonly #byId: Map<string, KeyRecord>
  readonly #imported: ReadonlyMap<string, KeyRecord>
  /** Of those that were asked for. */
  readonly #bounds = new Map<string, Bounds>()
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
    const record = shape.kind === 'foreign' ? this.#imported.get(digest.toString('hex')) : this.#byId.get(shape.id)
    return timingSafeEqual(digest, record?.digest ?? NOBODY) ? record : undefined
  }

  /** Changes when some key names other feeds, or is bound otherwise. */
  get choices(): string {
    return [...this.#byId.values()]
      .filter(({ feeds, bounds }) => feeds || bounds)
      .map(({ id, feeds, bounds }) => `${id} ${feeds?.join() ?? ''} ${bounds ? JSON.stringify(bounds) : ''}`)
      .join('\n')
  }

  /** Keys that nobody may use, since what bounds them is damaged. */
  get faulty(): readonly KeyRecord[] {
    return [...this.#byId.values()].filter(({ fault }) => fault)
  }

  get(id: string): KeyRecord | undefined {
    return this.#byId.get(id)
  }

  /** `undefined` for a key that nothing bounds. Who has none that is good may have nothing. */
  boundsOf(id: string): Bounds | undefined {
    const record = this.#byId.get(id)
    if (!record || record.fault) return NOTHING
    const known = this.#bounds.get(id)
    const grant = record.bounds
    if (known || !grant) return known
    const bounds = new Bounds(grant)
    this.#bounds.set(id, bounds)
    return bounds
  }

  /** This process has just made it. */
  remember(record: KeyRecord): void {
    this.#byId.set(record.id, record)
  }

  /** This process has just used it up. */
  forget(id: string): void {
    this.#byId.delete(id)
  }
}
