import { join } from 'node:path'
import type { Log } from '../../shared/log.ts'
import {
  CLIENTS_GRACE_MS,
  CLOSE_GRACE_MS,
  type Ending,
  type Running,
  runProcess,
  unlessEnding,
} from '../../shared/process.ts'
import type { AuditQueue } from '../../shared/store/auditqueue.ts'
import type { ControlStore } from '../../shared/store/control.ts'
import { prepareFolder } from '../../shared/store/folder.ts'
import { acquireLock } from '../../shared/store/lock.ts'
import { removeRunFile, writeRunFile } from '../../shared/store/runfile.ts'
import { Trouble } from '../../shared/trouble.ts'
import { OPERATOR, startAudit } from '../audited.ts'
import { announce, warnOfSecrets, warnOfSettings } from '../banner.ts'
import { orphanSections, requireFeedSettings } from '../checks/configuration.ts'
import { Crew, childSpec } from '../crew.ts'
import { Emulation } from '../emulation.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, openLog, openStore } from '../invocation.ts'
import { outlastLeftovers } from '../leftovers.ts'
import { EMULATED, localTicket } from '../running.ts'
import { refuseSharedIdentity, refuseUnsafeStart } from '../safety.ts'
import { createFirstKey } from '../setup.ts'
import { Supervisor } from '../supervisor.ts'

interface UpOptions {
  readonly host?: string
  readonly port?: number | 'auto'
  readonly workers?: number | 'auto'
  readonly market?: string
  /** `all`, or names of brokers with commas: they are played on this machine. */
  readonly emulate?: string
}

/** How soon a feed that was added or removed starts or stops. */
const WATCH_MS = 250
/** How long the address of the page that is printed signs in. */
const PAGE_MS = 600_000
/** Longer than its children may take, so that it ends tidily also after one that had to be killed. */
const GRACE_MS = CLIENTS_GRACE_MS + 2 * CLOSE_GRACE_MS

/** `tickwire up`: everything on this machine, kept running. */
export async function up(globals: Globals, { emulate, ...options }: UpOptions): Promise<void> {
  const invocation = emulate === undefined ? openInvocation(globals, options) : openEmulated(globals, options)
  const log = openLog(invocation, 'up')
  const start = (ending: AbortSignal) =>
    startAll(invocation, { ...options, ...(emulate !== undefined && { emulate }) }, log, ending)
  await runProcess({ name: 'up', log, start, untold: true, graceMs: GRACE_MS })
}

/** In a folder of its own, so that nothing of real accounts is touched. */
function openEmulated(globals: Globals, options: UpOptions): Invocation {
  const { folder } = openInvocation(globals, options)
  prepareFolder(folder)
  return openInvocation({ ...globals, dataDir: join(folder.root, EMULATED) }, options)
}

async function startAll(invocation: Invocation, options: UpOptions, log: Log, ending: AbortSignal): Promise<Running> {
  const { config, folder, clock, terminal } = invocation
  prepareFolder(folder)
  const lock = acquireLock(folder.lockFile('up'), 'tickwire up')
  const announcer = announce(invocation)
  const supervisor = new Supervisor(clock, happening => {
    save()
    if (happening) announcer.happened(happening)
  })
  // A full disk costs `status` its facts, not the clients their prices.
  const saving = new Trouble(log, {
    fails: 'the facts for tickwire status cannot be written',
    over: 'the facts for tickwire status can be written again',
  })
  const reading = new Trouble(log, {
    fails: 'the registered feeds cannot be read; what runs goes on, and changes wait until they can',
    over: 'the registered feeds can be read again',
  })
  const save = () => saving.attempt(() => writeRunFile(folder, 'up', supervisor.facts()))
  let store: ControlStore | undefined
  let audit: AuditQueue | undefined
  let crew: Crew | undefined
  let stopWatch = () => {}
  let outlasted = false
  const close = async (ending?: Ending) => {
    stopWatch()
    crew?.close()
    announcer.silence()
    await supervisor.close(ending)
    await audit?.close()
    // Until then it is still the one of an earlier `up`: the only place that names what that one left behind.
    if (outlasted) removeRunFile(folder, 'up')
    store?.close()
    lock.release()
  }
  // A second signal, and an end that nobody foresaw, leave no child behind either.
  process.on('exit', () => supervisor.kill())
  try {
    refuseSharedIdentity(config)
    warnOfSecrets(config, terminal)
    warnOfSettings(config, terminal)
    await refuseUnsafeStart(invocation)
    await unlessEnding(outlastLeftovers(invocation), ending)
    outlasted = true
    const known = openStore(invocation)
    store = known
    audit = startAudit(invocation, 'up', log, { tends: true })
    const registered = store.feeds.list()
    for (const section of orphanSections(config, registered)) terminal.say(`warning: ${section}`)
    await requireFeedSettings(config, registered)
    const { host, port, workers, emulate } = options
    const proxy = childSpec(invocation, 'proxy', 'proxy', details => [
      'proxy',
      ...(host === undefined ? [] : ['--host', host]),
      // Clients come back to the port they know, also to one that was found by itself.
      ...[details.port ?? port].flatMap(known => (known === undefined ? [] : ['--port', String(known)])),
      ...(workers === undefined ? [] : ['--workers', String(workers)]),
    ])
    // What may keep the whole from starting comes first: a taken port ends it before any feed has begun.
    const bus = childSpec(invocation, 'bus', 'bus', () => ['bus'])
    const emulation = emulate === undefined ? undefined : new Emulation(invocation, supervisor, store)
    const first = [supervisor.start(bus), supervisor.start(proxy)]
    if (emulation && emulate !== undefined) first.push(emulation.start(emulate))
    await unlessEnding(Promise.all(first), ending)
    const feeds = new Crew(invocation, supervisor, announcer, store)
    crew = feeds
    const firstStarts = feeds.follow()
    stopWatch = clock.every(WATCH_MS, () => reading.attempt(() => feeds.look()))
    await unlessEnding(firstStarts, ending)
    const key = createFirstKey(store, clock)
    if (key) audit.record({ action: 'key.created', actor: OPERATOR, result: 'ok', reason: 'the first key' })
    announcer.ready(supervisor.details('proxy'), supervisor.facts(), {
      key,
      ticket: () => localTicket(known, clock.now(), PAGE_MS),
    })
    if (emulation)
      terminal.print(invocation.globals.format === 'json' ? JSON.stringify(emulation.facts()) : emulation.words())
    return { close, reload: () => supervisor.reload('proxy') }
  } catch (error) {
    await close()
    throw error
  }
}
