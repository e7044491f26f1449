import { resolve } from 'node:path'
import { startAccount } from '../../adapters/account/account.ts'
import { openCapture } from '../../adapters/account/capture.ts'
import { type Adapter, isSession, type SessionSettings } from '../../adapters/contract.ts'
import { ASK_LIMITS, createHttp } from '../../adapters/http.ts'
import { type RunningAdapter, startAdapter } from '../../adapters/main.ts'
import { MASTER_LIMITS } from '../../adapters/master.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import { feedLayers, readSettings } from '../../adapters/settings.ts'
import type { Audit } from '../../shared/audit.ts'
import { TickwireError } from '../../shared/errors.ts'
import { runProcess, unlessEnding } from '../../shared/process.ts'
import { CalendarFile } from '../../shared/store/calendar.ts'
import { type FeedRecord, isBrokerValid } from '../../shared/store/feeds.ts'
import { acquireLock } from '../../shared/store/lock.ts'
import { Vault } from '../../shared/store/vault.ts'
import { startAudit } from '../audited.ts'
import { openFeedBus } from '../buses.ts'
import { lockName } from '../facts.ts'
import type { Globals } from '../globals.ts'
import { type Invocation, openInvocation, openLog, withStore } from '../invocation.ts'
import { adapterPlace } from '../roster.ts'
import { refuseUnsafeFiles } from '../safety.ts'
import { believedSettings } from '../trust.ts'

/** `tickwire adapter run NAME`: one feed, from its source or its broker to the bus. */
export async function runFeed(
  globals: Globals,
  name: string,
  { capture, market }: { readonly capture?: string; readonly market?: string } = {},
): Promise<void> {
  const invocation = openInvocation(globals, { market })
  const { config, folder, clock } = invocation
  const log = openLog(invocation, name)
  await runProcess({
    name,
    log,
    async start(ending) {
      refuseUnsafeFiles(invocation)
      const feed = await findFeed(invocation, name)
      const adapter = await unlessEnding(loadAdapter(adapterPlace(feed, config)), ending)
      // Two publishers of one feed would number the same topics twice.
      const lock = acquireLock(folder.lockFile(lockName('adapter', name)), `feed ${name}`)
      const audit = startAudit(invocation, name, log)
      const bus = openFeedBus(invocation, name, log)
      const calendars = new CalendarFile(folder, clock)
      const tellTrouble = () => calendars.serving.trouble && log.warn(calendars.serving.trouble)
      calendars.listen(tellTrouble)
      tellTrouble()
      const letGo = async () => {
        calendars.close()
        await bus.close()
        await audit.close()
        lock.release()
      }
      const parts = { feed, bus, folder, calendars, hours: config.market, clock, log, audit }
      const running = await startFeed(invocation, adapter, parts, capture).catch(async (error: unknown) => {
        await letGo()
        throw error
      })
      return {
        failed: running.lost,
        async close() {
          await running.close()
          await letGo()
        },
      }
    },
  })
}

type FeedParts = Omit<Parameters<typeof startAdapter>[0], 'adapter' | 'configured'> & { readonly audit: Audit }

async function startFeed(
  { config }: Invocation,
  adapter: Adapter,
  parts: FeedParts,
  capture: string | undefined,
): Promise<Pick<RunningAdapter, 'close' | 'lost'>> {
  const { feed, folder, clock, log } = parts
  const configured = { origin: config.configFile, settings: config.feeds[feed.name] ?? {} }
  if (!isSession(adapter)) {
    if (capture === undefined) return startAdapter({ ...parts, adapter, configured })
    throw new TickwireError('USAGE', `Feed ${feed.name} has no broker whose frames could be captured`, {
      next: `tickwire adapter run ${feed.name}`,
    })
  }
  const believed = believedSettings(feed, config)
  const unheard = Object.keys(feed.settings)
  if (believed !== feed && unheard.length > 0)
    log.warn({ settings: unheard }, `settings of an account count in ${config.configFile} only: [feeds.${feed.name}]`)
  const layers = feedLayers(believed, configured)
  const settings = readSettings(feed.name, adapter, layers) as SessionSettings
  const vault = Vault.open(folder, config.vault)
  try {
    const tape =
      capture === undefined
        ? undefined
        : openCapture(resolve(capture), { feed: feed.name, broker: adapter.name, clock, log })
    const [http, ask] = [createHttp(MASTER_LIMITS), createHttp(ASK_LIMITS)]
    const account = startAccount({ ...parts, adapter, settings, vault, http, ask, capture: tape })
    return {
      lost: account.lost,
      async close() {
        await account.close()
        await tape?.close()
        vault.close()
      },
    }
  } catch (error) {
    vault.close()
    throw error
  }
}

/** Throws FEED_UNKNOWN, and CONFIG_INVALID for a feed that VALID_BROKERS leaves out. */
async function findFeed(invocation: Invocation, name: string): Promise<FeedRecord> {
  const { feed, names } = await withStore(invocation, store => ({
    feed: store.feeds.get(name),
    names: store.feeds.names(),
  }))
  if (!feed)
    throw new TickwireError('FEED_UNKNOWN', `No feed is named ${name}; registered: ${names.join(', ') || 'none'}`, {
      next: `tickwire adapter add ${name} --adapter simulator`,
    })
  const { validBrokers } = invocation.config
  if (!isBrokerValid(feed, validBrokers))
    throw new TickwireError('CONFIG_INVALID', `VALID_BROKERS leaves out ${feed.adapter}, the broker of feed ${name}`, {
      next: `add ${feed.adapter} to VALID_BROKERS`,
    })
  return feed
}
