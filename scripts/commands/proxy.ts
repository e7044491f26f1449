import { builtinNames } from '../../adapters/registry.ts'
import { Sampler } from '../../proxy/limits/sampler.ts'
import { noteOf, type Reached } from '../../proxy/limits/words.ts'
import type { Address } from '../../proxy/listen.ts'
import { startProxy } from '../../proxy/main.ts'
import type { ProxyOptions } from '../../proxy/options.ts'
import { forwarders } from '../../proxy/visitor.ts'
import { CLIENTS_GRACE_MS, type Ending, type Running, runProcess, unlessEnding } from '../../shared/process.ts'
import type { TellingAudit } from '../../shared/store/auditqueue.ts'
import { prepareFolder } from '../../shared/store/folder.ts'
import { acquireLock, lockHolder } from '../../shared/store/lock.ts'
import { removeRunFile, writeRunFile } from '../../shared/store/runfile.ts'
import { startAudit } from '../audited.ts'
import { warnOfSettings } from '../banner.ts'
import { connectBus } from '../buses.ts'
import { childSpec } from '../crew.ts'
import { lockName, type ProxyFacts } from '../facts.ts'
import type { Globals } from '../globals.ts'
import { proxyIdentity } from '../identity.ts'
import { type Invocation, openInvocation, openLog, openStore, withStore } from '../invocation.ts'
import { outlast } from '../leftovers.ts'
import { refuseAccountSecrets, refuseUnsafeStart } from '../safety.ts'
import { Workers, workerName, workersOf } from '../workers.ts'
import { runWorker } from './worker.ts'

type Serving = Address & Pick<Running, 'close' | 'failed' | 'reload'>

/** The most workers there can be. */
const WORKERS = Array.from({ length: 64 }, (_, at) => at + 1)

/** `tickwire proxy`: the process that clients connect to, or the one that lets them in to several such processes. */
export async function proxy(
  globals: Globals,
  options: {
    readonly host?: string
    readonly port?: number | 'auto'
    readonly workers?: number | 'auto'
    readonly worker?: number
  },
): Promise<void> {
  const invocation = openInvocation(globals, options)
  const { config, folder, clock, terminal } = invocation
  const workers = workersOf(config.proxy.workers)
  if (options.worker !== undefined) return runWorker(invocation, options.worker, workers)
  const log = openLog(invocation, 'proxy')
  await runProcess({
    name: 'proxy',
    log,
    graceMs: CLIENTS_GRACE_MS,
    async start(ending) {
      // The one that supervises has said it.
      if (process.send === undefined) warnOfSettings(config, terminal)
      prepareFolder(folder)
      await refuseUnsafeStart(invocation)
      refuseAccountSecrets(config)
      // Clients and commands find the proxy by one run file.
      const lock = acquireLock(folder.lockFile(lockName('proxy', 'proxy')), 'The proxy')
      let serving: Serving | undefined
      const audit = startAudit(invocation, 'proxy', log, { prunes: true })
      const close = async (ending?: Ending) => {
        removeRunFile(folder, 'proxy')
        await serving?.close(ending)
        await audit.close()
        lock.release()
      }
      try {
        // With its first user and feed, should this be the first process ever.
        openStore(invocation).close()
        serving =
          workers === 1
            ? await serve(invocation, log, audit)
            : await serveBy(workers, invocation, { log, audit, ending })
        const { host, port, failed, reload } = serving
        const tls = config.proxy.tls.certFile !== undefined
        const facts: ProxyFacts = { host, port, ...(tls && { tls }), pid: process.pid, startedAt: clock.now() }
        writeRunFile(folder, 'proxy', facts)
        return { close, reload, details: { host, port }, ...(failed ? { failed } : {}) }
      } catch (error) {
        await close()
        throw error
      }
    },
  })
}

async function serve(invocation: Invocation, log: ProxyOptions['log'], audit: TellingAudit): Promise<Serving> {
  const { config, folder, clock } = invocation
  const identity = await withStore(invocation, store => proxyIdentity(invocation, store))
  const bus = connectBus(invocation, 'proxy')
  return startProxy({ config, folder, identity, bus, clock, log, audit, builtin: builtinNames() })
}

async function serveBy(
  count: number,
  invocation: Invocation,
  { log, audit, ending }: { log: ProxyOptions['log']; audit: TellingAudit; ending: AbortSignal },
): Promise<Serving> {
  const { config, folder, clock } = invocation
  const leftovers = WORKERS.flatMap(id => {
    const lockFile = folder.lockFile(workerName(id))
    const pid = lockHolder(lockFile)
    return pid === undefined ? [] : [{ name: workerName(id), pid, lockFile }]
  })
  await unlessEnding(outlast(leftovers, 'proxy', invocation), ending)
  const spec = (id: number, { host, port }: Address) =>
    childSpec(invocation, workerName(id), 'proxy', () => [
      'proxy',
      '--host',
      host,
      '--port',
      String(port),
      '--workers',
      String(count),
      '--worker',
      String(id),
    ])
  const { trustedForwarders, tls } = config.proxy
  const { isForwarder } = forwarders(trustedForwarders)
  const sampler = new Sampler(audit, clock)
  const onRefused = (reached: Reached, address: string) =>
    sampler.record(noteOf('limit.reached', reached, undefined, address))
  const passage = { isForwarder, isPlain: tls.certFile === undefined, onRefused }
  const workers = new Workers({ count, limits: config.proxy, passage, refusals: sampler.refusals, spec, clock, log })
  // A second signal, and an end that nobody foresaw, leave no worker behind either.
  process.on('exit', () => workers.kill())
  const { host, port } = config.proxy
  try {
    const address = await unlessEnding(workers.start({ host, port: port === 'auto' ? 0 : port }), ending)
    const { failed } = workers
    return { ...address, close: ending => workers.close(ending), reload: () => workers.reload(), failed }
  } catch (error) {
    await workers.close()
    throw error
  }
}
