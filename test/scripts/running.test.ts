import { PassThrough } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { ProxyFacts, UpFacts } from '../../scripts/facts.ts'
import { streamAddress } from '../../scripts/running.ts'
import { Terminal } from '../../scripts/terminal.ts'
import { systemClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'
import { dataFolder, prepareFolder } from '../../shared/store/folder.ts'
import { acquireLock } from '../../shared/store/lock.ts'
import { writeRunFile } from '../../shared/store/runfile.ts'
import { temporaryPath } from '../support/datafolder.ts'
import { failure } from '../support/failure.ts'

const UP: UpFacts = { pid: process.pid, startedAt: 1, children: [], events: [] }
const PROXY: ProxyFacts = { host: '127.0.0.1', port: 4711, pid: process.pid, startedAt: 1 }

/** A folder with the words of a proxy in it, which this process passes for; `alive` of them are true. */
function open(port: number | 'auto', alive: readonly ('proxy' | 'up')[]) {
  const config = loadConfig({ dataDir: temporaryPath(), port })
  const folder = dataFolder(config)
  prepareFolder(folder)
  writeRunFile(folder, 'proxy', PROXY)
  writeRunFile(folder, 'up', UP)
  for (const name of alive) {
    const lock = acquireLock(folder.lockFile(name), name)
    onTestFinished(() => lock.release())
  }
  const out = new PassThrough()
  const terminal = new Terminal({ out, err: out, color: false, quiet: true })
  return { config, folder, terminal, clock: systemClock, args: [], globals: { color: false } }
}

describe('the address a key is sent to', () => {
  it('is that of the proxy that runs', () => {
    expect(streamAddress(open(9000, ['proxy', 'up']))).toBe('ws://127.0.0.1:4711')
  })

  it('is never one that a killed proxy had: somebody else may listen there now', () => {
    expect(streamAddress(open(9000, []))).toBe('ws://127.0.0.1:9000')
    expect(failure(() => streamAddress(open('auto', [])))).toMatchObject({
      code: 'PROXY_UNREACHABLE',
      next: 'tickwire up',
    })
  })

  it('is not guessed while the proxy of a running system is away for a moment', () => {
    expect(failure(() => streamAddress(open(9000, ['up'])))).toMatchObject({
      code: 'PROXY_UNREACHABLE',
      message: expect.stringContaining('not running at the moment'),
      next: 'tickwire status',
    })
  })
})
