import { readFileSync, rmSync, statSync } from 'node:fs'
import { expect, onTestFinished, test } from 'vitest'
import { ControlStore } from '../../../shared/store/control.ts'
import type { DataFolder } from '../../../shared/store/folder.ts'
import { openSqlite } from '../../../shared/store/sqlite.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

function openStore(folder: DataFolder = temporaryFolder()): ControlStore {
  const store = ControlStore.open(folder)
  onTestFinished(() => store.close())
  return store
}

test('a new store is empty and private', () => {
  const folder = temporaryFolder()
  const { users, keys, feeds } = openStore(folder)
  expect([users.list(), keys.list({ tickets: true }), feeds.list()]).toEqual([[], [], []])
  expect(statSync(folder.controlDb).mode & 0o777).toBe(0o600)
})

test('the version changes when another connection writes, not by our own hand', () => {
  const folder = temporaryFolder()
  const [watcher, writer] = [openStore(folder), openStore(folder)]
  const before = watcher.version()
  watcher.users.ensure('asha', 1)
  expect(watcher.version()).toBe(before)
  writer.users.ensure('ravi', 2)
  const after = watcher.version()
  expect(after).not.toBe(before)
  expect(watcher.version()).toBe(after)
  expect(watcher.users.list()).toEqual([
    { id: 'asha', createdAt: 1 },
    { id: 'ravi', createdAt: 2 },
  ])
})

test('a user is made once and keeps its first day', () => {
  const { users } = openStore()
  expect(users.ensure('trader', 1)).toEqual({ id: 'trader', createdAt: 1 })
  expect(users.ensure('trader', 2)).toEqual({ id: 'trader', createdAt: 1 })
  expect(failure(() => users.ensure('Tra der', 3)).code).toBe('USAGE')
})

test('an unknown user is refused, and the known ones are named', () => {
  const { users, keys } = openStore()
  const create = () => keys.create({ userId: 'asha', label: 'bot', now: 1 })
  expect(failure(create)).toMatchObject({ code: 'NOT_FOUND', next: 'tickwire init' })
  users.ensure('trader', 1)
  expect(failure(create).next).toBe('use one of: trader')
})

test('keys from before there were scopes read prices only, and are as good as before', () => {
  const folder = temporaryFolder()
  const store = ControlStore.open(folder)
  store.users.ensure('trader', 1)
  const { key, record } = store.keys.create({ userId: 'trader', label: 'bot', scopes: ['orders'], now: 1 })
  store.close()
  const old = openSqlite(folder.controlDb, {})
  const added = ['scopes', 'feeds', 'bounds', 'last_used_at', 'parent_id']
  old.exec(added.map(column => `ALTER TABLE api_keys DROP COLUMN ${column};`).join(''))
  old.exec(
    'DROP TABLE shares; DROP TABLE proxies; DROP TABLE sessions; ALTER TABLE feeds DROP COLUMN public_key; PRAGMA user_version = 3',
  )
  old.close()
  const migrated = openStore(folder)
  expect(migrated.keys.list()).toEqual([{ ...record, scopes: [] }])
  expect(migrated.keyRing().find(key.reveal())).toEqual({ ...record, scopes: [] })
})

test('a store whose pepper is lost says so instead of refusing every key', () => {
  const folder = temporaryFolder()
  const store = ControlStore.open(folder)
  store.users.ensure('trader', 1)
  store.keys.create({ userId: 'trader', label: 'bot', now: 1 })
  store.close()
  const pepper = readFileSync(folder.pepperFile)
  rmSync(folder.pepperFile)
  const error = failure(() => openStore(folder))
  expect(error.code).toBe('STORE_CORRUPT')
  expect(error.message).toContain(folder.pepperFile)
  expect(error.message).not.toContain(pepper.toString('hex'))
})
