import { describe, expect, it, onTestFinished } from 'vitest'
import { type ProxyFacts, readBus, readProxy, readUp, type UpFacts } from '../../scripts/facts.ts'
import type { DataFolder } from '../../shared/store/folder.ts'
import { acquireLock } from '../../shared/store/lock.ts'
import { writeRunFile } from '../../shared/store/runfile.ts'
import { temporaryFolder } from '../support/datafolder.ts'

/** A process that certainly lives. */
const pid = process.pid
const UP: UpFacts = { pid, startedAt: 1, children: [], events: [] }
const PROXY: ProxyFacts = { host: '127.0.0.1', port: 1, pid, startedAt: 1 }
const BUS = { publish: 'ipc:///a', subscribe: 'ipc:///b', pid }

const all = (folder: DataFolder) => [readUp(folder), readProxy(folder), readBus(folder)]

function open(change: { readonly pid?: number } = {}) {
  const folder = temporaryFolder()
  for (const [name, facts] of Object.entries({ up: UP, proxy: PROXY, bus: BUS }))
    writeRunFile(folder, name, { ...facts, ...change })
  const hold = (name: string) => {
    const lock = acquireLock(folder.lockFile(name), name)
    onTestFinished(() => lock.release())
  }
  return { folder, hold }
}

describe('what a process leaves of itself', () => {
  it('counts while that process holds its lock', () => {
    const { folder, hold } = open()
    for (const name of ['up', 'proxy', 'bus']) hold(name)
    expect(all(folder)).toEqual([UP, PROXY, { ...BUS, refused: 0 }])
  })

  it('does not count for a living process of the same number that holds no lock', () => {
    expect(all(open().folder)).toEqual([undefined, undefined, undefined])
  })

  it('does not count while another process holds the lock', () => {
    const { folder, hold } = open({ pid: 1 })
    for (const name of ['up', 'proxy', 'bus']) hold(name)
    expect(all(folder)).toEqual([undefined, undefined, undefined])
  })
})
