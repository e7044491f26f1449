import type { Bus } from '../bus/bus.ts'
import { logOutages } from '../bus/outage.ts'
import type { Clock } from '../shared/clock.ts'
import { TickwireError } from '../shared/errors.ts'
import type { Log } from '../shared/log.ts'
import type { Instrument } from '../shared/market/instrument.ts'
import { isFeedName } from '../shared/market/topic.ts'
import type { CalendarFile } from '../shared/store/calendar.ts'
import type { FeedRecord } from '../shared/store/feeds.ts'
import type { DataFolder } from '../shared/store/folder.ts'
import { writeInstruments } from '../shared/store/instruments.ts'
import type { SourceAdapter } from './contract.ts'
import { Market, type MarketHours } from './market.ts'
import { createCatalogue, indexInstruments } from './runtime/catalogue.ts'
import { Feed } from './runtime/feed.ts'
import { openOutlet } from './runtime/outlet.ts'
import { feedLayers, readSettings, type SettingsLayer } from './settings.ts'

export interface RunningAdapter {
  /** Stops the source, says so on the bus and resolves; the bus stays open. */
  close(): Promise<void>
  /**
   * Resolves when the source will not run again: it ended, it was given up, or `close` was called. Rejects with
   * SOURCE_FAILED when the source does not end though it has to start again: only a fresh process helps then, and a
   * rejection that nobody handles ends this one.
   */
  readonly ended: Promise<void>
  /** Rejects with FEED_TAKEN or CLOCK_BEHIND when another process publishes the feed: `close` it. */
  readonly lost: Promise<never>
}

/**
 * Runs one feed with a source: writes its instruments, then lets the adapter's ticks flow to `bus` for whoever wants them.
 * `configured` goes over the registered settings. Throws CONFIG_INVALID for settings or a feed name that do not fit,
 * ADAPTER_INVALID for instruments that cannot be served, and what the instrument file throws.
 */
export async function startAdapter(options: {
  feed: FeedRecord
  adapter: SourceAdapter
  configured: SettingsLayer
  bus: Bus
  folder: DataFolder
  calendars?: CalendarFile | undefined
  hours?: MarketHours | undefined
  clock: Clock
  log: Log
}): Promise<RunningAdapter> {
  const { feed, adapter, bus, folder, clock, log } = options
  if (!isFeedName(feed.name))
    throw new TickwireError('CONFIG_INVALID', `"${feed.name}" is no feed name: 1 to 32 of A-Z, 0-9 and -`, {
      next: 'add the feed under another name',
    })
  const settings = readSettings(feed.name, adapter, feedLayers(feed, options.configured))
  const instruments = listInstruments(feed, adapter, settings)
  const catalogue = createCatalogue({
    feed: feed.name,
    broker: feed.adapter,
    modes: adapter.modes,
    find: indexInstruments(feed.adapter, instruments),
  })
  const written = await writeInstruments(folder, feed.name, instruments, clock)
  log.info({ changed: written.changed }, `${written.count} instruments listed`)
  logOutages(bus, log, clock)
  const { pulse, lease, ...outlet } = openOutlet({
    catalogue,
    label: adapter.label,
    folder,
    bus,
    clock,
    log,
    isOrdered: true,
  })
  const { calendars, hours } = options
  const market = new Market({ calendars, own: adapter.calendar, hours, clock })
  const tellMarket = () => outlet.status.remark('market', market.remark())
  calendars?.listen(tellMarket)
  tellMarket()
  const running = new Feed({ adapter, settings, ...outlet, look: () => pulse.look(), clock, log })
  pulse.listen(gap => running.missed(gap))
  return {
    ended: running.start(),
    lost: lease.lost,
    async close() {
      await running.close()
      lease.close()
      outlet.states.close()
      pulse.close()
    },
  }
}

/** What the adapter can serve with these settings. Throws ADAPTER_INVALID when its instruments cannot be served. */
export function listInstruments(feed: FeedRecord, adapter: SourceAdapter, settings: unknown): readonly Instrument[] {
  const instruments = callInstruments(feed, adapter, settings)
  indexInstruments(feed.adapter, instruments)
  return instruments
}

/** The adapter's own code: whatever it throws gets a code here. */
function callInstruments({ name }: FeedRecord, adapter: SourceAdapter, settings: unknown): readonly Instrument[] {
  try {
    return adapter.instruments(settings)
  } catch (cause) {
    if (cause instanceof TickwireError) throw cause
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new TickwireError(
      'ADAPTER_INVALID',
      `instruments() of adapter ${adapter.name}, feed ${name}, failed: ${why}`,
      {
        next: 'correct what instruments() of the adapter does',
        cause,
      },
    )
  }
}
