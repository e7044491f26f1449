import type { Bus } from '../../bus/bus.ts'
import { logOutages } from '../../bus/outage.ts'
import type { Clock } from '../../shared/clock.ts'
import { TickwireError } from '../../shared/errors.ts'
import type { Log } from '../../shared/log.ts'
import { calendar } from '../../shared/market/calendar.ts'
import type { Exchange } from '../../shared/market/exchange.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import type { DataFolder } from '../../shared/store/folder.ts'
import { InstrumentBook } from '../../shared/store/instruments.ts'
import type { Vault } from '../../shared/store/vault.ts'
import type { Http, SessionAdapter, SessionSettings } from '../contract.ts'
import { syncInstruments } from '../master.ts'
import { createCatalogue } from '../runtime/catalogue.ts'
import { openOrderDesk } from '../runtime/orderdesk.ts'
import { openOutlet } from '../runtime/outlet.ts'
import { SessionFeed } from '../runtime/session/session.ts'
import { SILENCE_LIMIT_MS } from '../runtime/session/silence.ts'
import { openSocket } from '../runtime/session/socket.ts'
import { Traffic } from '../runtime/session/traffic.ts'
import type { Union } from '../runtime/union.ts'
import { Answers } from './answers.ts'
import type { Capture } from './capture.ts'
import { ListKeeper } from './keeper.ts'
import { Listing } from './listing.ts'
import { Poller } from './poller.ts'
import { Renewal } from './renewal.ts'
import { labelOf, reportOf } from './report.ts'
import { VaultTickets } from './tickets.ts'

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
  readonly clock: Clock
  readonly log: Log
}

/**
 * Runs one broker account: follows its ticket in the vault and its list of instruments on the disk, and lets what the
 * broker sends flow to `bus`. Nothing the broker or the network does makes it throw: the feed's status says it. Throws
 * VAULT_LOCKED and what the instrument file throws.
 */
export function startAccount(parts: AccountParts): { close(): Promise<void> } {
  const { feed, adapter, settings, bus, folder, vault, http, ask, capture, clock, log } = parts
  const random = Math.random
  const credentials = capture && vault.credentials(feed.name)
  if (credentials) capture.protect(credentials)
  const book = new InstrumentBook(folder)
  const listing = new Listing(book, feed.name, clock)
  const tickets = new VaultTickets({ vault, account: feed.name, adapter, onSecret: capture?.protect, clock, log })
  const { name, modes } = adapter
  const label = labelOf(adapter, settings)
  const catalogue = createCatalogue({ feed: feed.name, broker: name, modes, find: listing.find })
  logOutages(bus, log, clock)
  const { pulse, ...outlet } = openOutlet({ catalogue, label, bus, clock, log })
  const traffic = new Traffic(log)
  const renewal = new Renewal({
    tickets,
    vault,
    account: feed.name,
    adapter,
    settings,
    http: ask,
    isOpen: () => session.connections().open > 0,
    tell: text => outlet.status.remark('renewal', text),
    clock,
    log,
  })
  const isWatched = settings.expect_ticks === 'always'
  const isTrading = (exchange: Exchange) => isWatched || hasTraded(exchange, clock.now())
  const session = new SessionFeed({
    ...outlet,
    account: feed.name,
    adapter: adapter.limitsOf ? { ...adapter, limits: adapter.limitsOf(settings) } : adapter,
    settings,
    tickets: renewal,
    traffic,
    open: openSocket,
    isTrading,
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
      traffic,
      wish => catalogue.target(wish, outlet.audience.instruments().get(wish) ?? 'LTP').topic,
    ),
  )
  pulse.listen(gap => session.missed(gap))
  const carried = () => without(outlet.audience.instruments(), session.usages()[0].refused)
  const { publisher } = outlet
  const answers = new Answers({
    wanted: carried,
    isOpen: () => session.connections().open > 0,
    // While the market trades a quote that was asked for is no sign that more will come.
    isKnown: one => (isTrading(one.exchange) ? publisher.hasTicked(one) : publisher.receivedAt(one) !== undefined),
    // Asked for a quote, a broker says the last price of a closed market too.
    isDue: ({ exchange }) => adapter.quotes !== undefined || isTrading(exchange),
    tell: text => outlet.status.remark('answers', text),
    clock,
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
        mayTrade: exchange => isWatched || calendar.expectTicks(exchange, clock.now()) !== 'quiet',
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
    async close() {
      keeper.close()
      answers.close()
      poller?.close()
      renewal.close()
      tickets.close()
      session.close()
      outlet.status.close()
      outlet.audience.close()
      pulse.close()
      book.close()
    },
  }
}

/** Whether it has traded for as long as silence is no fault: at the open nobody has had time to say anything. */
const hasTraded = (exchange: Exchange, now: number): boolean =>
  [now, now - SILENCE_LIMIT_MS].every(at => calendar.expectTicks(exchange, at) === 'expected')

function without(wanted: Union, refused: readonly Instrument[]): Union {
  if (refused.length === 0) return wanted
  const out = new Set(refused)
  return new Map([...wanted].filter(([instrument]) => !out.has(instrument)))
}
