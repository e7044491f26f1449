import { closeSync, openSync } from 'node:fs'
import Sqlite from 'better-sqlite3'
import { systemCode, TickwireError } from '../errors.ts'
import { folderError } from './folder.ts'
import { fileMode, grant } from './sharing.ts'
import { openSqlite, prepareSqlite } from './sqlite.ts'

export type Value = string | number | bigint | Buffer | null

/** One step of a schema's history. Its number is its place in the list, from 1; steps are never edited, only added. */
export type Migration = string

interface Options {
  readonly migrations: readonly Migration[]
  /** How long a statement waits for another writer, milliseconds. The event loop stands still meanwhile. */
  readonly busyTimeoutMs?: number
  /** The same while it is opened. */
  readonly openTimeoutMs?: number
  /** Whether what was committed outlives a power cut, at the price of a wait for the disk; else a killed process only. */
  readonly isDurable?: boolean
  /** For a file that is proven in another way: looking through all of a large one takes seconds. */
  readonly isUnchecked?: boolean
}

/** Opening may meet a process that is just creating the file, and happens before anything runs. */
const OPEN_TIMEOUT_MS = 5000
const BUSY_TIMEOUT_MS = 50

/**
 * Owner of one SQLite file. Every method throws STORE_BUSY, STORE_CORRUPT or FOLDER_UNUSABLE for what the file does;
 * a violated constraint comes through as it is, since its meaning belongs to the caller.
 */
export class Database {
  readonly #path: string
  readonly #sqlite: Sqlite.Database
  /** What a person does about a damaged file. */
  readonly #remedy: string
  readonly #statements = new Map<string, Sqlite.Statement<Value[]>>()

  private constructor(path: string, sqlite: Sqlite.Database, remedy: string) {
    this.#path = path
    this.#sqlite = sqlite
    this.#remedy = remedy
  }

  /** Opens for reading and writing, creates (0600; 0660 in a folder of a group) what is missing, checks the file and brings it to the newest schema. */
  static open(path: string, options: Options): Database {
    const { migrations, busyTimeoutMs = BUSY_TIMEOUT_MS, openTimeoutMs, isDurable, isUnchecked } = options
    const remedy = `stop Tickwire and restore ${path} from a backup, or move it away to start over`
    const connection = { readonly: false, ...(openTimeoutMs !== undefined && { timeout: openTimeoutMs }) }
    const database = Database.#connect(path, connection, remedy)
    try {
      database.#guard(() => {
        const { pragma } = database
        pragma('journal_mode = WAL')
        pragma(`synchronous = ${isDurable ? 'FULL' : 'NORMAL'}`)
        pragma('foreign_keys = ON')
        if (!isUnchecked) database.#check()
        database.#migrate(migrations)
        pragma(`busy_timeout = ${busyTimeoutMs}`)
      })
    } catch (error) {
      database.close()
      throw error
    }
    return database
  }

  /** Opens an existing file that is only ever replaced, never changed, by whoever can make it anew. */
  static read(path: string): Database {
    return Database.#connect(path, { readonly: true, fileMustExist: true }, `rm ${path}; it is written anew`)
  }

  /** Makes a new file that its writer flushes and then moves into place: no journal, and no wait for the disk. */
  static build(path: string): Database {
    const database = Database.#connect(path, { readonly: false }, `rm ${path}`)
    database.pragma('journal_mode = OFF')
    database.pragma('synchronous = OFF')
    // Written bit by bit: a commit of all that fits into a large cache would hold up the event loop.
    database.pragma('cache_size = -4000')
    return database
  }

  static #connect(path: string, options: Sqlite.Options, remedy: string): Database {
    try {
      if (!options.readonly) createPrivate(path)
      return new Database(path, openSqlite(path, { timeout: OPEN_TIMEOUT_MS, ...options }), remedy)
    } catch (error) {
      throw storeError(path, error, remedy)
    }
  }

  /** Reads or sets one; gives its value, if it has one. */
  pragma = (text: string): unknown =>
    this.#guard(() => {
      const statement = this.#prepare(`PRAGMA ${text}`)
      return statement.reader ? statement.pluck().get() : void statement.run()
    })

  rows<Row>(sql: string, ...values: Value[]): Row[] {
    return this.#guard(() => this.#prepare(sql).all(...values) as Row[])
  }

  row<Row>(sql: string, ...values: Value[]): Row | undefined {
    return this.#guard(() => this.#prepare(sql).get(...values) as Row | undefined)
  }

  /** Gives the number of changed rows. */
  write(sql: string, ...values: Value[]): number {
    return this.#guard(() => this.#prepare(sql).run(...values).changes)
  }

  /** The same without waiting for another writer: `undefined` while there is one. */
  writeAtOnce(sql: string, ...values: Value[]): number | undefined {
    const patience = Number(this.pragma('busy_timeout'))
    this.pragma('busy_timeout = 0')
    try {
      return this.write(sql, ...values)
    } catch (error) {
      if (error instanceof TickwireError && error.code === 'STORE_BUSY') return undefined
      throw error
    } finally {
      this.pragma(`busy_timeout = ${patience}`)
    }
  }

  /** Several statements without values. */
  script(sql: string): void {
    this.#guard(() => this.#sqlite.exec(sql))
  }

  /** All of it or nothing; writers queue up before the first read, so that what was read is still true. */
  atomically<T>(act: () => T): T {
    return this.#guard(() => this.#sqlite.transaction(act).immediate())
  }

  close(): void {
    this.#sqlite.close()
  }

  #prepare(sql: string): Sqlite.Statement<Value[]> {
    const known = this.#statements.get(sql)
    if (known) return known
    const statement = prepareSqlite<Value[]>(this.#sqlite, sql)
    this.#statements.set(sql, statement)
    return statement
  }

  #check(): void {
    const verdict = this.pragma('quick_check(1)')
    if (verdict !== 'ok') throw corrupt(this.#path, String(verdict), this.#remedy)
  }

  #migrate(migrations: readonly Migration[]): void {
    const newest = migrations.length
    if (this.#version() === newest) return
    this.atomically(() => {
      const version = this.#version()
      if (version > newest)
        throw new TickwireError(
          'STORE_NEWER',
          `${this.#path} was written by a newer Tickwire (schema ${version}, this one knows ${newest})`,
          {
            next: 'update Tickwire, or restore a copy of the file from before the update',
          },
        )
      for (const step of migrations.slice(version)) this.script(step)
      this.pragma(`user_version = ${newest}`)
    })
  }

  #version(): number {
    return Number(this.pragma('user_version'))
  }

  #guard<T>(act: () => T): T {
    try {
      return act()
    } catch (error) {
      throw storeError(this.#path, error, this.#remedy)
    }
  }
}

/**
 * SQLite would create it readable by all. Only when it is missing: closing any descriptor of an open database file
 * would drop this process's locks on it.
 */
function createPrivate(path: string): void {
  try {
    closeSync(openSync(path, 'wx', fileMode(path)))
    grant(path)
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw folderError(path, error)
  }
}

function storeError(path: string, error: unknown, remedy: string): unknown {
  const code = error instanceof Sqlite.SqliteError ? error.code : ''
  if (code.startsWith('SQLITE_BUSY') || code.startsWith('SQLITE_LOCKED'))
    return new TickwireError('STORE_BUSY', `${path} is being written by another process`, {
      next: 'try again',
      cause: error,
    })
  if (code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB')
    return corrupt(path, error instanceof Error ? error.message : code, remedy, error)
  if (/^SQLITE_(CANTOPEN|READONLY|FULL|IOERR|PERM|AUTH)/.test(code) || isMissingFolder(error))
    return new TickwireError('FOLDER_UNUSABLE', `${path} cannot be used (${code || 'its folder is missing'})`, {
      next: `check that the folder exists, is writable and has space: ls -l ${path}`,
      cause: error,
    })
  return error
}

const isMissingFolder = (error: unknown): boolean =>
  error instanceof TypeError && /directory does not exist/.test(error.message)

const corrupt = (path: string, why: string, next: string, cause?: unknown) =>
  new TickwireError('STORE_CORRUPT', `${path} is damaged: ${why.split('\n', 1)[0]}`, { next, cause })
