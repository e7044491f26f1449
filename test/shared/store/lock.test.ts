import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { acquireLock, lockHolder } from '../../../shared/store/lock.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { failure } from '../../support/failure.ts'

const LOOKER = fileURLToPath(new URL('../../support/locklooker.mjs', import.meta.url))
const HOLDER = fileURLToPath(new URL('../../support/lockholder.mjs', import.meta.url))

const newPath = () => join(temporaryPath(), 'up.lock')

async function holdElsewhere(path: string): Promise<ChildProcess> {
  const child = fork(HOLDER, [path])
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child, 'message')
  return child
}

test('a lock is held until it is released', () => {
  const path = newPath()
  const lock = acquireLock(path, 'Tickwire')
  expect(failure(() => acquireLock(path, 'Tickwire')).code).toBe('ALREADY_RUNNING')
  expect(readFileSync(`${path}.pid`, 'utf8')).toBe(`${process.pid}\n`)
  lock.release()
  lock.release()
  expect(existsSync(`${path}.pid`)).toBe(false)
  acquireLock(path, 'Tickwire').release()
})

test('the lock file is its owner’s only', () => {
  const path = newPath()
  const lock = acquireLock(path, 'Tickwire')
  expect([path, `${path}.pid`].map(file => statSync(file).mode & 0o777)).toEqual([0o600, 0o600])
  lock.release()
})

test('a failed attempt does not take the lock from its holder', async () => {
  const path = newPath()
  const lock = acquireLock(path, 'Tickwire')
  expect(failure(() => acquireLock(path, 'Tickwire')).code).toBe('ALREADY_RUNNING')
  const child = fork(HOLDER, [path], { stdio: 'ignore' })
  const [exit] = await once(child, 'exit')
  expect(exit).toBe(1)
  lock.release()
})

test('the holder in another process is named, and a kill -9 sets the lock free', async () => {
  const path = newPath()
  const holder = await holdElsewhere(path)
  const error = failure(() => acquireLock(path, 'Tickwire in /some/folder'))
  expect(error.message).toBe(`Tickwire in /some/folder is already running (process ${holder.pid})`)
  expect(error.next).toContain(`kill ${holder.pid}`)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  acquireLock(path, 'Tickwire').release()
})

test('a dead process is not named as the holder', () => {
  const path = newPath()
  const lock = acquireLock(path, 'The bus')
  writeFileSync(`${path}.pid`, '2147483646\n')
  expect(failure(() => acquireLock(path, 'The bus')).message).toBe('The bus is already running')
  lock.release()
})

test('the holder of a lock is found without taking the lock, as long as it lives', async () => {
  const path = newPath()
  expect(lockHolder(path)).toBeUndefined()
  expect(existsSync(path)).toBe(false)
  const holder = await holdElsewhere(path)
  expect(lockHolder(path)).toBe(holder.pid)
  expect(lockHolder(path)).toBe(holder.pid)
  holder.kill('SIGKILL')
  await once(holder, 'exit')
  expect(lockHolder(path)).toBeUndefined()
})

test('a free lock is not refused because somebody looks at it this very moment', async () => {
  const path = newPath()
  acquireLock(path, 'Tickwire').release()
  const looker = fork(LOOKER, [path])
  onTestFinished(() => void looker.kill('SIGKILL'))
  await once(looker, 'message')
  acquireLock(path, 'Tickwire').release()
})

test('the holder itself may ask, and keeps its lock', async () => {
  const path = newPath()
  const lock = acquireLock(path, 'Tickwire')
  expect(lockHolder(path)).toBe(process.pid)
  const child = fork(HOLDER, [path], { stdio: 'ignore' })
  expect(await once(child, 'exit')).toEqual([1, null])
  lock.release()
  expect(lockHolder(path)).toBeUndefined()
})

test('a living process in the file beside a free lock is not its holder', () => {
  const path = newPath()
  acquireLock(path, 'Tickwire').release()
  writeFileSync(`${path}.pid`, `${process.pid}\n`)
  expect(lockHolder(path)).toBeUndefined()
})

test('a lock whose holder cannot be written down is not kept', () => {
  const path = newPath()
  mkdirSync(`${path}.pid`)
  expect(failure(() => acquireLock(path, 'Tickwire'))).toMatchObject({ code: 'FOLDER_UNUSABLE' })
  rmdirSync(`${path}.pid`)
  acquireLock(path, 'Tickwire').release()
})

test('a lock in a missing folder says so', () => {
  expect(failure(() => acquireLock(join(newPath(), 'deeper'), 'Tickwire')).code).toBe('FOLDER_UNUSABLE')
})
