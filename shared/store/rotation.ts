import { TickwireError } from '../errors.ts'
import { digestKey, newKey } from '../key.ts'
import type { Secret } from '../secret.ts'
import type { Database } from './database.ts'
import { hasEnded, type KeyRecord } from './keyrecord.ts'
import type { KeyStore } from './keys.ts'

export interface Rotated {
  readonly old: KeyRecord
  readonly record: KeyRecord
  readonly key: Secret
}

/** Keys that take over from others. */
export class Rotation {
  readonly #database: Database
  readonly #keys: Pick<KeyStore, 'get'>
  readonly #pepper: Buffer

  constructor(database: Database, keys: Pick<KeyStore, 'get'>, pepper: Buffer) {
    this.#database = database
    this.#keys = keys
    this.#pepper = pepper
  }

  /**
   * A new key as wide as another and with as long a life; the other ends after the overlap. `undefined` when there is no
   * such key. Throws KEY_INVALID for one that has ended, STORE_CORRUPT for one whose bounds are damaged, USAGE for one
   * that was rotated before.
   */
  rotate(id: string, { overlapMs, now }: { overlapMs: number; now: number }): Rotated | undefined {
    return this.#database.atomically(() => {
      const known = this.#keys.get(id)
      if (!known) return undefined
      requireLiving(known, now)
      this.#requireUnrotated(known, now)
      const { key, newId } = this.#copy(known, now)
      const end = now + overlapMs
      this.#database.write(
        'UPDATE api_keys SET expires_at = min(coalesce(expires_at, ?), ?) WHERE id = ?',
        end,
        end,
        id,
      )
      const [old, record] = [this.#keys.get(id), this.#keys.get(newId)]
      return old && record && { old, record, key }
    })
  }

  #copy({ id, createdAt, expiresAt }: KeyRecord, now: number): { key: Secret; newId: string } {
    const { id: newId, text: key } = newKey()
    this.#database.write(
      `INSERT INTO api_keys (id, user_id, label, digest, origin, scopes, feeds, bounds, created_at, expires_at, parent_id)
       SELECT ?, user_id, label, ?, 'created', scopes, feeds, bounds, ?, ?, id FROM api_keys WHERE id = ?`,
      newId,
      digestKey(this.#pepper, key.reveal()),
      now,
      expiresAt === undefined ? null : now + (expiresAt - createdAt),
      id,
    )
    return { key, newId }
  }

  #requireUnrotated({ id }: KeyRecord, now: number): void {
    const successor = this.#database.row<{ id: string }>(
      `SELECT id FROM api_keys WHERE parent_id = ? AND origin <> 'ticket' AND revoked_at IS NULL
       AND coalesce(expires_at > ?, 1)`,
      id,
      now,
    )
    if (successor)
      throw new TickwireError('USAGE', `Key ${id} was rotated before: ${successor.id} takes over from it`, {
        next: `tickwire key rotate ${successor.id}`,
      })
  }
}

function requireLiving({ id, fault, revokedAt, expiresAt }: KeyRecord, now: number): void {
  if (fault) throw fault
  if (revokedAt !== undefined) throw hasEnded(id, 'revoked')
  if (expiresAt !== undefined && expiresAt <= now) throw hasEnded(id, 'expired')
}
