import Sqlite from 'better-sqlite3'

/**
 * Every connection of this process, closed ones too. From Node 24 on, collecting a connection or a statement ends the
 * process (better-sqlite3 12, issue 1515; its version 13 leaves Node 20 behind), so none is ever let go. They are few: a
 * file is opened once, or once a day. For the same reason statements are prepared once and kept by their connection.
 */
const kept: Sqlite.Database[] = []

/** Opens a SQLite file. Throws what the library throws: the caller knows what the file is. */
export function openSqlite(path: string, options: Sqlite.Options = {}): Sqlite.Database {
  const sqlite = new Sqlite(path, options)
  kept.push(sqlite)
  return sqlite
}
