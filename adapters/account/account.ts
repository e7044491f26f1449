import { existsSync } from 'node:fs'
import type { Bus } from '../../bus/bus.ts'
import { logOutages } from '../../bus/outage.ts'
import type { Audit } from '../../shared/audit.ts'
import type { Clock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { CalendarFile } from '../../shared/store/calendar.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import type { DataFolder } from '../../shared/store/folder.ts'
import { InstrumentBook } from '../../shared/store/instruments.ts'
import type { Vault } from '../../shared/store/vault.ts'
import type { Http, SessionAdapter, SessionSettings } from '../contract.ts'
import type { RunningAdapter } from '../main.ts'
import { ALWAYS_OPEN, Market, type MarketHours } from '../market.ts'
import { syncInstruments } from '../master.ts'
import { createCatalogue } from '../runtime/catalogue.ts'
import { openOrderDesk } from '../runtime/orderdesk.ts'
import { openOutlet } from '../runtime/outlet.ts'
import { Breaker } from '../runtime/session/breaker.ts'
import { SessionFeed } from '../runtime/session/session.ts'
import { openSocket } from '../runtime/session/socket.ts'
import { Traffic } from '../runtime/session/traffic.ts'
import type { Union } from '../runtime/union.ts'
import type { Capture } from './capture.ts'
import { Countdown } from './countdown.ts'
import { isLastOfClosed, tradesFrom } from './hours.ts'
import { ListKeeper } from './keeper.ts'
import { KeptValues } from './kept.ts'
import { Listing } from './listing.ts'
import { Poller } from './poller.ts'
import { Renewal } from './renewal.ts'
import { labelOf, reportOf } from './report.ts'
import { VaultTickets } from './tickets.ts'
import { watchLogin } from './watch.ts'

export interface AccountParts {
  readonly feed: FeedRecord
  readonly adapter: SessionAdapter
  /** As the adapter's own schema gives them. */
  readonly settings: SessionSettings
  readonly bus: Bus
  readonly folder: DataFolder
  readonly vault: Vault
  /** For lists of instruments. */
  readonly http: Http
  /** For small answers: new tickets, quotes. */
  readonly ask: Http
  readonly capture?: Capture | undefined
  /** Of the data folder; without it, the calendar that is shipped. */
  readonly calendars?: CalendarFile | undefined
  readonly hours?: MarketHours | undefined
  /** Logins, and when one is needed. */
  readonly audit?: Audit | undefined
  readonly clock: Clock
  readonly log: Log
}

/**
 * Runs one broker account: follows its ticket in the vault and its list of instruments on the disk, and lets what the
 * broker sends flow to `bus`. Nothing the broker or the network does makes it throw: the feed's status says it. Throws
 * VAULT_LOCKED and what the instrument file throws.
 */
export function startAccount(parts: AccountParts): Pick<RunningAdapter, 'close' | 'lost'> {
  const { feed, adapter, settings, bus, folder, vault, http, ask, capture, audit, clock, log } = parts
  const random = Math.random
  const book = new InstrumentBook(folder)
  const listing = new Listing(book, feed.name, clock)
  const tickets = new VaultTickets({ vault, account: feed.name, adapter, onSecret: capture?.protect, clock, log })
  const { name, modes } = adapter
  const label = labelOf(adapter, settings)
  const catalogue = createCatalogue({ feed: feed.name, broker: name, modes, find: listing.find })
  logOutages(bus, log, clock)
  const lingerMs = (settings.linger_seconds ?? LINGER_SECONDS) * 1000
  const isWatched = settings.expect_ticks === 'always'
  const { calendars, hours } = parts
  const market = new Market({
    calendars,
    own: adapter.calendar,
    hours,
    underlyings: () => listing.underlyings(),
    clock,
  })
  const past = new KeptValues({
    path: folder.lastFile(feed.name),
    head: { feed: feed.name, broker: name, label },
    isLast: ({ exchange }, until) => !isWatched && isLastOfClosed(market, exchange, until, clock.now()),
    isThere: () => existsSync(folder.instrumentsDb(feed.name)),
    clock,
    log,
  })
  const { pulse, lease, ...outlet } = openOutlet({ catalogue, label, folder, bus, clock, log, lingerMs, past })
  past.follow(outlet.publisher)
  const traffic = new Traffic(log)
  const breaker = new Breaker({ tell: text => outlet.status.remark('rest', text), clock, log })
  const renewal = new Renewal({
    tickets,
    vault,
    account: feed.name,
    adapter,
    settings,
    http: ask,
    isOpen: () => session.connections().open > 0,
    tell: text => outlet.status.remark('renewal', text),
    audit,
    clock,
    log,
  })
  const stopWatch = audit && watchLogin({ feed: feed.name, state: () => outlet.status.state, audit, clock })
  const tellMarket = () => outlet.status.remark('market', market.remark())
  calendars?.listen(tellMarket)
  tellMarket()
  const session = new SessionFeed({
    ...outlet,
    account: feed.name,
    adapter: adapter.limitsOf ? { ...adapter, limits: adapter.limitsOf(settings) } : adapter,
    settings,
    tickets: renewal,
    traffic,
    breaker,
    open: openSocket,
    phaseAt: isWatched ? () => ALWAYS_OPEN : market.phaseAt,
    capture: capture?.record,
    onOrder: openOrderDesk({
      catalogue,
      commonSymbol: (exchange, spelling) => listing.commonSymbol(exchange, spelling),
      userId: feed.userId,
      bus,
      log,
    }),
    random,
    clock,
    log,
  })
  outlet.status.ask(() =>
    reportOf(
      adapter,
      session,
      { traffic, breaker },
      wish => catalogue.target(wish, outlet.audience.instruments().get(wish) ?? 'LTP').topic,
    ),
  )
  pulse.listen(gap => session.missed(gap))
  const carried = () => without(outlet.audience.instruments(), session.usages()[0].refused)
  const { publisher } = outlet
  const countdown = new Countdown({
    account: feed.name,
    endsAt: () => session.expiresAt,
    renewsItself: () => renewal.isHopeful,
    tradesFrom: at => (isWatched ? at : tradesFrom(market, outlet.audience.instruments().keys(), at)),
    tell: text => outlet.status.remark('countdown', text),
    clock,
    log,
  })
  let isListed = false
  const poller =
    adapter.quotes &&
    new Poller({
      adapter,
      quotes: adapter.quotes,
      settings,
      session: {
        state: () => outlet.status.state,
        open: () => session.connections().open,
        isListed: () => isListed,
        ticket: () => tickets.current(),
        mayTrade: exchange => isWatched || market.expectTicks(exchange, clock.now()) !== 'quiet',
        wanted: carried,
        receivedAt: instrument => publisher.receivedAt(instrument),
        refused: () => renewal.look(),
      },
      offer: update => outlet.publisher.offer(update),
      forget: () => publisher.forget(),
      tell: text => outlet.status.remark('polling', text),
      http: ask,
      random,
      clock,
      log,
    })
  const keeper = new ListKeeper({
    writtenAt: () => listing.writtenAt(),
    login: () => tickets.current()?.mark,
    look: () => listing.look(),
    async sync() {
      const list = { feed: feed.name, adapter, settings, http, folder, clock, log }
      const ticket = tickets.current()?.ticket
      // A list is no secret, and a ticket that is over must not keep it away.
      await syncInstruments({ ...list, ticket }).catch((error: unknown) => {
        const isRefused = error instanceof TickwireError && error.retry === 'after-login'
        if (!isRefused || ticket === undefined) throw error
        return syncInstruments({ ...list, ticket: undefined })
      })
    },
    listener: {
      changed: () => outlet.audience.review(),
      unlisted(standing) {
        isListed = standing === undefined
        session.setUnlisted(standing)
      },
      aged: note => session.setNote(note),
    },
    random,
    clock,
    log,
  })
  return {
    lost: lease.lost,
    async close() {
      stopWatch?.()
      lease.close()
      keeper.close()
      countdown.close()
      poller?.close()
      renewal.close()
      tickets.close()
      session.close()
      outlet.states.close()
      outlet.status.close()
      outlet.audience.close()
      pulse.close()
      book.close()
      await past.close()
    },
  }
}

const LINGER_SECONDS = 10

function without(wanted: Union, refused: readonly Instrument[]): Union {
  if (refused.length === 0) return wanted
  const out = new Set(refused)
  return new Map([...wanted].filter(([instrument]) => !out.has(instrument)))
}
