import type { Database } from './database.ts'

/** Whose subscription sets feeds heed: the public key of every proxy of this installation. */
export class ProxyStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  list(): Buffer[] {
    const rows = this.#database.rows<{ publicKey: Buffer }>('SELECT public_key AS publicKey FROM proxies')
    return rows.map(row => row.publicKey)
  }

  /** The same again changes nothing. */
  add(publicKey: Buffer, now: number): void {
    this.#database.write('INSERT OR IGNORE INTO proxies (public_key, created_at) VALUES (?, ?)', publicKey, now)
  }

  remove(publicKey: Buffer): void {
    this.#database.write('DELETE FROM proxies WHERE public_key = ?', publicKey)
  }
}
