import { builtinNames } from '../../adapters/registry.ts'
import { busAddresses } from '../../bus/addresses.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { startProxy } from '../../proxy/main.ts'
import { runProcess } from '../../shared/process.ts'
import { prepareFolder } from '../../shared/store/folder.ts'
import { acquireLock } from '../../shared/store/lock.ts'
import { removeRunFile, writeRunFile } from '../../shared/store/runfile.ts'
import { warnOfSettings } from '../banner.ts'
import { lockName, type ProxyFacts } from '../facts.ts'
import type { Globals } from '../globals.ts'
import { openInvocation, openLog, openStore } from '../invocation.ts'

/** `tickwire proxy`: the process that clients connect to. */
export async function proxy(
  globals: Globals,
  options: { readonly host?: string; readonly port?: number | 'auto' },
): Promise<void> {
  const invocation = openInvocation(globals, options)
  const { config, folder, clock, terminal } = invocation
  const log = openLog(invocation, 'proxy')
  await runProcess({
    name: 'proxy',
    log,
    async start() {
      // The one that supervises has said it.
      if (process.send === undefined) warnOfSettings(config, terminal)
      prepareFolder(folder)
      // Clients and commands find the proxy by one run file.
      const lock = acquireLock(folder.lockFile(lockName('proxy', 'proxy')), 'The proxy')
      let running: Awaited<ReturnType<typeof startProxy>> | undefined
      const close = async () => {
        removeRunFile(folder, 'proxy')
        await running?.close()
        lock.release()
      }
      try {
        // With its first user and feed, should this be the first process ever.
        openStore(invocation).close()
        const bus = openZmqBus({ addresses: busAddresses(config.bus), highWaterMark: config.bus.highWaterMark })
        running = await startProxy({ config, folder, bus, clock, log, builtin: builtinNames() })
        const { host, port } = running
        const facts: ProxyFacts = { host, port, pid: process.pid, startedAt: clock.now() }
        writeRunFile(folder, 'proxy', facts)
        return { close, details: { host, port } }
      } catch (error) {
        await close()
        throw error
      }
    },
  })
}
