import { closeSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { Database } from '../../../shared/store/database.ts'
import { openSqlite } from '../../../shared/store/sqlite.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

const FIRST = 'CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT'
const SECOND = 'ALTER TABLE notes ADD COLUMN stars INTEGER; INSERT INTO notes (text, stars) VALUES (1, 5)'

function openIn(path: string, migrations: readonly string[] = [FIRST]): Database {
  const database = Database.open(path, { migrations })
  onTestFinished(() => database.close())
  return database
}

const newPath = () => join(temporaryPath(), 'some.db')

test('a new file belongs to its owner only, with all that SQLite puts beside it', () => {
  const path = newPath()
  openIn(path).write("INSERT INTO notes (text) VALUES ('x')")
  for (const file of [path, `${path}-wal`, `${path}-shm`])
    expect([file, statSync(file).mode & 0o777]).toEqual([file, 0o600])
})

test('it is opened with write-ahead log, foreign keys and a short wait', () => {
  const database = openIn(newPath())
  const settings = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'].map(database.pragma)
  expect(settings).toEqual(['wal', 1, 1, 50])
})

test('only the missing steps of the schema run, and what was there stays', () => {
  const path = newPath()
  openIn(path).write("INSERT INTO notes (text) VALUES ('kept')")
  const rows = openIn(path, [FIRST, SECOND]).rows('SELECT text, stars FROM notes ORDER BY id')
  expect(rows).toEqual([
    { text: 'kept', stars: null },
    { text: '1', stars: 5 },
  ])
  expect(openIn(path, [FIRST, SECOND]).rows('SELECT text FROM notes')).toHaveLength(2)
})

test('a step that fails leaves the schema as it was', () => {
  const path = newPath()
  openIn(path)
  expect(() => openIn(path, [FIRST, 'CREATE TABLE more (id INTEGER); SELECT nonsense'])).toThrow(/nonsense/)
  const database = openIn(path)
  expect(database.pragma('user_version')).toBe(1)
  expect(database.rows("SELECT name FROM sqlite_master WHERE name = 'more'")).toEqual([])
})

test('a file of a newer program is refused, not touched', () => {
  const path = newPath()
  openIn(path, [FIRST, SECOND])
  const error = failure(() => openIn(path, [FIRST]))
  expect(error).toMatchObject({ code: 'STORE_NEWER', exitCode: 78 })
  expect(error.message).toContain('schema 2, this one knows 1')
  expect(openIn(path, [FIRST, SECOND]).pragma('user_version')).toBe(2)
})

test('a file that is no database is damaged, and the error says what to do', () => {
  const path = newPath()
  writeFileSync(path, 'these bytes are no database, however many of them there are'.repeat(100))
  const error = failure(() => openIn(path))
  expect(error.code).toBe('STORE_CORRUPT')
  expect(error.message).toContain(path)
  expect(error.next).toContain('backup')
})

test('damage inside the file is noticed when it is opened', () => {
  const path = newPath()
  const database = Database.open(path, { migrations: [FIRST] })
  for (let row = 0; row < 1000; row++) database.write('INSERT INTO notes (text) VALUES (?)', 'some text '.repeat(10))
  database.close()
  const file = openSync(path, 'r+')
  writeSync(file, Buffer.alloc(4096, 0xa5), 0, 4096, 4096 * 3)
  closeSync(file)
  expect(readFileSync(path).length).toBeGreaterThan(4096 * 4)
  expect(failure(() => openIn(path)).code).toBe('STORE_CORRUPT')
})

test('a write while another process writes waits briefly and then says so', () => {
  const path = newPath()
  const database = openIn(path)
  const other = openSqlite(path)
  onTestFinished(() => void other.close())
  other.exec('BEGIN IMMEDIATE')
  expect(failure(() => database.write("INSERT INTO notes (text) VALUES ('x')"))).toMatchObject({
    code: 'STORE_BUSY',
    retry: 'backoff',
  })
  expect(database.rows('SELECT * FROM notes')).toEqual([])
  other.exec('ROLLBACK')
  expect(database.write("INSERT INTO notes (text) VALUES ('x')")).toBe(1)
})

test('a transaction that throws leaves nothing', () => {
  const database = openIn(newPath())
  const act = () =>
    database.atomically(() => {
      database.write("INSERT INTO notes (text) VALUES ('x')")
      throw new Error('no')
    })
  expect(act).toThrow('no')
  expect(database.row('SELECT * FROM notes')).toBeUndefined()
})

test('a folder that is not there, and a file that is a folder, are unusable', () => {
  const path = newPath()
  expect(failure(() => openIn(join(path, 'deeper.db'))).code).toBe('FOLDER_UNUSABLE')
  expect(failure(() => openIn(temporaryPath())).code).toBe('FOLDER_UNUSABLE')
  expect(failure(() => Database.read(path)).code).toBe('FOLDER_UNUSABLE')
})
