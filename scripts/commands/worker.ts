import type { Socket } from 'node:net'
import { builtinNames } from '../../adapters/registry.ts'
import { startProxy } from '../../proxy/main.ts'
import { shareOf } from '../../proxy/share.ts'
import { TickwireError } from '../../shared/errors.ts'
import { CLIENTS_GRACE_MS, runProcess } from '../../shared/process.ts'
import type { AuditQueue } from '../../shared/store/auditqueue.ts'
import { acquireLock } from '../../shared/store/lock.ts'
import { startAudit } from '../audited.ts'
import { connectBus } from '../buses.ts'
import type { FromWorker, ToWorker } from '../handover.ts'
import { proxyIdentity } from '../identity.ts'
import { type Invocation, openLog, withStore } from '../invocation.ts'
import { refuseAccountSecrets } from '../safety.ts'
import { Worker } from '../worker.ts'
import { workerName } from '../workers.ts'

/** One of several processes that are the proxy: `tickwire proxy --workers N` starts them. Throws USAGE to anybody else. */
export async function runWorker(invocation: Invocation, id: number, workers: number): Promise<void> {
  const { folder, clock, config: whole } = invocation
  const { host, port } = whole.proxy
  if (process.send === undefined || port === 'auto')
    throw new TickwireError('USAGE', 'A worker of the proxy is started by the proxy', {
      next: 'tickwire proxy --workers N',
    })
  const config = { ...whole, proxy: shareOf(whole.proxy, workers) }
  const name = workerName(id)
  const log = openLog(invocation, name)
  await runProcess({
    name,
    log,
    graceMs: CLIENTS_GRACE_MS,
    async start() {
      refuseAccountSecrets(whole)
      // By this the next proxy finds one that hung when its parent was killed.
      const lock = acquireLock(folder.lockFile(name), `Worker ${id} of the proxy`)
      let audit: AuditQueue | undefined
      const say = (message: FromWorker) => void process.send?.(message, undefined, {}, () => {})
      const worker = new Worker({ clock, limits: config.proxy, address: { host, port }, say })
      process.on('message', (message, socket) => worker.hear(message as ToWorker, socket as Socket | undefined))
      try {
        const identity = await withStore(invocation, store => proxyIdentity(invocation, store))
        const bus = connectBus(invocation, 'proxy')
        audit = startAudit(invocation, name, log)
        const options = { config, folder, identity, bus, clock, log, builtin: builtinNames(), audit, siblings: worker }
        const running = await startProxy(options)
        return {
          reload: running.reload,
          async close(ending) {
            await running.close(ending)
            worker.close()
            await audit?.close()
            lock.release()
          },
        }
      } catch (error) {
        await audit?.close()
        worker.close()
        lock.release()
        throw error
      }
    },
  })
}
