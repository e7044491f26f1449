import type { Audit } from '../../shared/audit.ts'
import type { Clock } from '../../shared/clock.ts'
import type { Config } from '../../shared/config.ts'
import type { Log } from '../../shared/log.ts'
import { CalendarFile } from '../../shared/store/calendar.ts'
import type { DataFolder } from '../../shared/store/folder.ts'
import type { InstrumentBook } from '../../shared/store/instruments.ts'
import { VERSION } from '../../shared/version.ts'
import type { Access, Identity } from '../access.ts'
import type { Failover } from '../failover.ts'
import type { Hub } from '../fanout/hub.ts'
import type { Feeds, FeedView } from '../feeds.ts'
import type { DoorRules } from '../handshake.ts'
import type { Registry } from '../limits/register.ts'
import type { Meters } from '../metrics/meters.ts'
import type { Server } from '../server.ts'
import type { Sessions } from '../sessions.ts'
import type { Shelf } from '../shelf.ts'
import type { States } from '../states.ts'
import type { Tickets } from '../tickets.ts'
import type { Wanted } from '../wanted.ts'
import type { Whole } from '../whole.ts'
import type { Workshop } from '../worklist.ts'
import { type Api, createApp } from './app.ts'
import { addAsyncApi } from './asyncapi.ts'
import { addCalendar } from './calendar.ts'
import { Desk } from './desk.ts'
import { addDocument } from './document.ts'
import { addFeeds } from './feeds.ts'
import { addHealth, type Health } from './health.ts'
import { Doorkeeper } from './identity.ts'
import { addInstruments } from './instruments.ts'
import { addMetrics } from './metrics.ts'
import { addOperator } from './operator.ts'
import { addPage } from './page.ts'
import { addPrices } from './prices.ts'
import { addSession } from './session.ts'
import { addStatus, type StatusOf } from './status.ts'
import { addStream } from './stream.ts'
import { addTickets } from './tickets.ts'
import { Turns } from './turns.ts'
import { addWhoami } from './whoami.ts'

/** What resources are made of: the rooms of the proxy. */
export interface ApiRooms {
  readonly limits: Config['proxy']
  readonly rules: Pick<DoorRules, 'origins' | 'isNear'>
  readonly market: Config['market']
  readonly folder: DataFolder
  readonly clock: Clock
  readonly log: Log
  readonly audit: Audit
  readonly registry: Registry
  readonly access: Access
  readonly tickets: Tickets
  readonly sessions: Sessions
  readonly hub: Hub
  readonly feeds: Feeds
  readonly states: States
  readonly shelf: Shelf
  readonly failover: Failover
  readonly instruments: InstrumentBook
  readonly wanted: Wanted
  readonly workshop: Workshop
  readonly feedsOf: (identity: Identity) => FeedView[]
  /** The sums over all processes of the proxy. */
  readonly whole: () => Promise<Whole>
  readonly health: Health
  readonly statusOf: StatusOf
  readonly meters: Meters
  readonly certificateEndsAt: () => number | undefined
  readonly server: Pick<Server, 'stream'>
}

/** The HTTP side with all it serves, ready to be handed requests. */
export async function openApi(rooms: ApiRooms): Promise<Api> {
  const { access, registry, audit, clock, limits, log } = rooms
  const doorkeeper = new Doorkeeper({ access, registry, audit, clock, turns: new Turns(limits, clock) })
  const api = await createApp({ log, doorkeeper, rules: rooms.rules, version: VERSION })
  addHealth(api, rooms.health)
  addStatus(api, rooms.statusOf)
  addOperator(api, rooms)
  addStream(api, rooms)
  addAsyncApi(api, { isTls: limits.tls.certFile !== undefined })
  addTickets(api, rooms.tickets)
  addMetrics(api, rooms)
  addSession(api, { sessions: rooms.sessions, doorkeeper })
  addWhoami(api, rooms)
  const desk = new Desk(rooms)
  addPrices(api, { ...rooms, desk })
  addInstruments(api, { ...rooms, desk })
  addFeeds(api, rooms)
  const calendar = new CalendarFile(rooms.folder, clock)
  api.addHook('onClose', async () => calendar.close())
  addCalendar(api, { calendar, clock, market: rooms.market })
  addDocument(api)
  addPage(api)
  await api.ready()
  return api
}
