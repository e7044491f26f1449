// Looks at a lock file the way `lockHolder` does, but slowly, in a process of its own: node locklooker.mjs PATH
import Sqlite from 'better-sqlite3'

const [path] = process.argv.slice(2)
const sqlite = new Sqlite(path, { timeout: 0, readonly: true })
sqlite.exec('BEGIN; SELECT 1 FROM sqlite_schema')
// Whoever hears this asks for the lock at once, and blocks while he waits.
process.send('looks', () => setTimeout(() => sqlite.close(), 10))
