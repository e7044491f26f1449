import Sqlite from 'better-sqlite3'

/**
 * Every connection and statement of this process, those of closed connections too. From Node 24 on, collecting one
 * ends the process (better-sqlite3 12, issue 1515; its version 13 leaves Node 20 behind), so none is ever let go. They
 * are few: a file is opened once, or once a day, and a connection prepares each statement once.
 */
const kept: object[] = []

/** Opens a SQLite file. Throws what the library throws: the caller knows what the file is. */
export function openSqlite(path: string, options: Sqlite.Options = {}): Sqlite.Database {
  const sqlite = new Sqlite(path, options)
  kept.push(sqlite)
  return sqlite
}

/** Prepares a statement; the caller remembers it and does not ask for the same one twice. */
export function prepareSqlite<Values extends unknown[]>(
  sqlite: Sqlite.Database,
  sql: string,
): Sqlite.Statement<Values> {
  const statement = sqlite.prepare<Values>(sql)
  kept.push(statement)
  return statement
}
