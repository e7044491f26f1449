import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { ProxyFacts, UpFacts } from '../../scripts/facts.ts'
import { acquireLock } from '../../shared/store/lock.ts'
import { type Command, Processes } from './system.ts'

/** What a proxy answers that knows one feed A and has never heard of it. */
export const SILENT_FEED = {
  proxy: { startedAt: 1, busConnected: true, topics: 0 },
  clients: {},
  ticks: {},
  bus: {},
  feeds: [{ name: 'A', broker: 'one', external: false, state: 'starting', reason: 'nothing heard yet', since: 1 }],
  now: 1,
}

const child = { kind: 'adapter', name: 'A', state: 'running', since: 1, restarts: 0 } as const

/** What `tickwire up` says that runs this feed well. */
export const SUPERVISED: UpFacts = {
  pid: process.pid,
  startedAt: 1,
  children: [child],
  events: [{ at: 10, name: 'A', text: 'running' }],
}

/** The same when the feed has been parked. */
export const PARKED: UpFacts = {
  ...SUPERVISED,
  children: [
    {
      ...child,
      state: 'parked',
      since: 20,
      lastExit: { code: 78, signal: null, at: 20, reason: 'CONFIG_INVALID: one\ntwo' },
    },
  ],
}

/** A data folder where this process passes for a proxy that answers `status`, and for `tickwire up` if `up` is given. */
export class StandIn extends Processes {
  static async start(status: object, up?: UpFacts): Promise<StandIn> {
    const server = createServer((_, response) => response.end(JSON.stringify(status)))
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const there = new StandIn()
    onTestFinished(() => {
      server.close()
      there.remove()
    })
    const address = server.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const proxy: ProxyFacts = { host: '127.0.0.1', port, pid: process.pid, startedAt: 1 }
    const run = join(there.folder, 'run')
    mkdirSync(run, { mode: 0o700 })
    writeFileSync(join(run, 'proxy.json'), JSON.stringify(proxy))
    if (up) writeFileSync(join(run, 'up.json'), JSON.stringify(up))
    // Whose lock it is, is whose word counts.
    for (const name of up ? ['proxy', 'up'] : ['proxy']) {
      const lock = acquireLock(join(run, `${name}.lock`), name)
      onTestFinished(() => lock.release())
    }
    return there
  }

  /** With a key of its own: nothing need be made in the folder. */
  override start(args: readonly string[], env: NodeJS.ProcessEnv = {}): Command {
    return super.start(args, { TICKWIRE_API_KEY: 'ab'.repeat(32), ...env })
  }
}
