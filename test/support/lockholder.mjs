// Holds a lock file the way shared/store/lock.ts does, in a process a test can kill: node lockholder.mjs PATH
import { writeFileSync } from 'node:fs'
import Sqlite from 'better-sqlite3'

const [path] = process.argv.slice(2)
const sqlite = new Sqlite(path, { timeout: 0 })
sqlite.pragma('journal_mode = MEMORY')
sqlite.exec('BEGIN EXCLUSIVE')
writeFileSync(`${path}.pid`, `${process.pid}\n`)
process.send('held')
process.on('message', () => sqlite.close())
