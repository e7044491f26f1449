import { builtinNames } from '../../adapters/registry.ts'
import { busAddresses } from '../../bus/addresses.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { startProxy } from '../../proxy/main.ts'
import { runProcess } from '../../shared/process.ts'
import { prepareFolder } from '../../shared/store/folder.ts'
import { removeRunFile, writeRunFile } from '../../shared/store/runfile.ts'
import { warnOfSettings } from '../banner.ts'
import type { ProxyFacts } from '../facts.ts'
import type { Globals } from '../globals.ts'
import { openInvocation, openLog, withStore } from '../invocation.ts'
import { isBrokerValid } from '../roster.ts'

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
      const registered = await withStore(invocation, store => store.feeds.list().map(feed => feed.adapter))
      const known = new Set([...builtinNames(), ...registered])
      const brokers = [...known].filter(broker => isBrokerValid(broker, config.validBrokers)).sort()
      const bus = openZmqBus({ addresses: busAddresses(config.bus), highWaterMark: config.bus.highWaterMark })
      const running = await startProxy({ config, folder, bus, clock, log, brokers })
      const { host, port } = running
      const facts: ProxyFacts = { host, port, pid: process.pid, startedAt: clock.now() }
      writeRunFile(folder, 'proxy', facts)
      const close = async () => {
        removeRunFile(folder, 'proxy')
        await running.close()
      }
      return { close, details: { host, port } }
    },
  })
}
