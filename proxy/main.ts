import { randomBytes } from 'node:crypto'
import { guard } from '../bus/guard.ts'
import { logOutages } from '../bus/outage.ts'
import { beyondLoopback } from '../shared/network.ts'
import type { Ending, Running } from '../shared/process.ts'
import type { TellingAudit } from '../shared/store/auditqueue.ts'
import { ControlStore } from '../shared/store/control.ts'
import { isBrokerValid } from '../shared/store/feeds.ts'
import { InstrumentBook } from '../shared/store/instruments.ts'
import { Access, type Identity } from './access.ts'
import { openApi } from './api/resources.ts'
import { certificateFiles } from './certificate.ts'
import { healthOfInstrument } from './choice.ts'
import { Disagreement } from './disagreement.ts'
import { Failover } from './failover.ts'
import { Hub } from './fanout/hub.ts'
import type { Doubt } from './fanout/presence.ts'
import { Feeds, type FeedView, isPresent, levelOf } from './feeds.ts'
import { Foreign } from './foreign.ts'
import { Inbound } from './inbound.ts'
import { Lag } from './lag.ts'
import { LocalRegistry } from './limits/local.ts'
import { Sampler } from './limits/sampler.ts'
import { noteOf } from './limits/words.ts'
import type { Address } from './listen.ts'
import { Meters } from './metrics/meters.ts'
import type { ProxyOptions } from './options.ts'
import { Orders } from './orders.ts'
import { Server } from './server.ts'
import { Sessions } from './sessions.ts'
import { Shelf } from './shelf.ts'
import { States } from './states.ts'
import { statusFrom } from './statusof.ts'
import { Strangers } from './strangers.ts'
import { Tickets } from './tickets.ts'
import { Tls } from './tls.ts'
import { Trust } from './trust.ts'
import { forwarders as forwardersOf } from './visitor.ts'
import { Wanted } from './wanted.ts'
import { alone, NO_BUS, type Report, type Whole } from './whole.ts'
import { Workshop } from './worklist.ts'

const RECHECK_MS = 250
const NO_AUDIT: TellingAudit = { record: () => {}, state: { lost: 0 } }
/** How soon a changed list of instruments shows. */
const LIST_LOOK_MS = 100

/** Wires one proxy together and opens its port. Throws what cannot be put right: PORT_TAKEN, STORE_CORRUPT, … */
export async function startProxy(options: ProxyOptions): Promise<Address & Pick<Running, 'close' | 'reload'>> {
  const { config, folder, identity, clock, log, builtin, siblings, audit: telling = NO_AUDIT } = options
  const limits = config.proxy
  const proxy = `P-${randomBytes(5).toString('hex').toUpperCase()}`
  const startedAt = clock.now()
  const isNear = (await beyondLoopback(limits.host)) === undefined
  const files = certificateFiles(limits.tls)
  const tls = files && new Tls({ files, clock, log, audit: telling })
  const forwarders = forwardersOf(limits.trustedForwarders)
  const { origins } = limits
  const rules = { isTls: tls !== undefined, isNear, origins, isForwarder: forwarders.isForwarder }
  const store = ControlStore.open(folder)
  const instruments = new InstrumentBook(folder, { clock, lookAgainMs: LIST_LOOK_MS })
  const audit = new Sampler(telling, clock)
  const isRegistered = (feed: string) => access.feeds.some(({ name }) => name === feed)
  const strangers = new Strangers({ audit, clock, log, isRegistered })
  const trust = new Trust(() => access.refresh())
  const bus = guard({
    bus: options.bus,
    identity,
    name: proxy,
    signerOf: (role, name, id) => (role === 'feed' ? trust.find(name, id) : undefined),
    onDropped: (name, fault) => strangers.drop(name, fault),
    clock,
  })
  logOutages(bus, log, clock)
  const wanted = new Wanted(bus, clock, proxy)
  const doubt: Doubt = parts => states.doubt(parts)
  const hub = new Hub({ demand: wanted, clock, resumeBytes: limits.resumeBytes, doubt })
  const feeds = new Feeds({
    clock,
    onChange: (view, before) => feedChanged(view, before),
    isAsked: feed => wanted.size(feed) > 0,
  })
  const foreign = new Foreign({ hub, feeds, instruments, clock, maxAgeMs: limits.maxAgeMs })
  const orders = new Orders(bus, log)
  const shelf = new Shelf(hub)
  const meters = new Meters(clock)
  const lag = new Lag(clock, meters.eventLoop)
  const own = new LocalRegistry(limits, clock, {
    isForwarder: forwarders.isForwarder,
    isPlain: !rules.isTls,
    onRefused: (reached, address) => audit.record(noteOf('limit.reached', reached, undefined, address)),
  })
  const registry = siblings?.registry ?? own
  const states = new States({
    hub,
    feeds,
    wanted,
    clock,
    onMove: (view, exchange, symbol, state) =>
      failover.instrumentMoved(view.name, exchange, symbol, healthOfInstrument(view, state)),
  })
  const { maxAgeMs } = limits
  const rooms = { hub, feeds, wanted, foreign, orders, shelf, states }
  const inbound = new Inbound({ bus, clock, log, proxy, maxAgeMs, strangers, meters, ...rooms })
  const { validBrokers } = config
  const changed = () => {
    register()
    // Who was revoked just now need not stay until the next look; but nobody goes in the middle of his own work.
    clock.soon(() => server.recheck())
  }
  const access = new Access({ store, clock, log, validBrokers, onChange: changed })
  const tickets = new Tickets(access, clock, audit)
  const sessions = new Sessions(access, clock, audit)
  const brokers = (identity: Identity | undefined) => {
    // What somebody else's adapter is called tells who is here.
    const own = identity ? access.feedsOf(identity) : []
    const added = own.filter(feed => feed.kind !== 'builtin').map(feed => feed.adapter)
    const valid = builtin.filter(adapter => isBrokerValid({ kind: 'builtin', adapter }, validBrokers))
    return [...new Set([...valid, ...added])].sort()
  }
  const failover = new Failover({
    clock,
    hub,
    instruments,
    shelf,
    feeds,
    healthOf: (feed, exchange, symbol) => healthOfInstrument(feed, states.stateOf(feed.name, exchange, symbol)?.state),
    failbackMs: limits.failbackSeconds * 1000,
    isWarm: limits.standby === 'warm',
    onDue: () => server.reroute(),
    onSettled: before => server.endGuards(before),
  })
  const disagreement = new Disagreement({ clock, log, hub, feeds, percent: limits.disagreementPercent })
  let layout = ''
  let ownership = ''
  const feedsOf = (identity: Identity): FeedView[] => {
    // Whoever adds a feed and subscribes at once shall not be refused for coming before the next poll.
    access.refresh()
    feeds.sweep()
    return access.feedsOf(identity).flatMap(feed => feeds.view(feed.name) ?? [])
  }
  const clientRooms = {
    clock,
    log,
    access,
    hub,
    shelf,
    failover,
    orders,
    states,
    workshop: new Workshop(clock),
    instruments,
    registry,
    audit,
    brokers,
    feedsOf,
  }
  const server = new Server({
    rooms: clientRooms,
    limits: { ...limits, softBytes: limits.queueSoftBytes, hardBytes: limits.queueHardBytes },
    log,
    turnstile: own.turnstile,
    tls,
    forwarders,
    rules,
    waits: meters.proxyKernel,
    respond: (request, response) => api.routing(request, response),
  })

  function register(): void {
    trust.register(access.feeds)
    feeds.register(access.feeds)
    wanted.register(feeds.views())
    inbound.register(access.feeds)
    states.register(feeds.views())
    for (const view of feeds.views()) hub.attend(view.name, isPresent(view))
    orders.register(access.feeds)
    if (access.ownership !== ownership) server.evict()
    ownership = access.ownership
    if (access.layout !== layout) failover.changed()
    layout = access.layout
  }

  function feedChanged(view: FeedView, before: FeedView): void {
    const { name: feed, state, reason } = view
    meters.heard.enter(view.broker, state)
    log[levelOf(view, before)]({ feed, state, was: before.state, reason }, `feed ${feed} is ${state}`)
    states.look(view)
    hub.attend(feed, isPresent(view))
    // Its last values are no longer the present: nobody who asks now shall get them.
    // Of a suspect feed some may still be: its adapter knows which, and says them again.
    const isDoubtful = view.state === 'suspect' && !view.external
    if (!isPresent(view) || isDoubtful) hub.forget(feed)
    // It may have gone on all the while. A feed that said itself that it was down has nothing newer to tell.
    if (before.silent || isDoubtful) wanted.resync(feed)
    failover.look()
  }

  const report = (): Report => ({
    topics: hub.size,
    busConnected: bus.connected(),
    clients: { ...server.counts() },
    keys: server.keyUse(),
    clientList: server.clientList(),
    ticks: { ...hub.counts },
    bus: { ...bus.counts(), ...inbound.counts, ...orders.counts, ...states.counts, ...strangers.counts },
    refusals: audit.refusals,
    ...meters.report(),
  })

  async function whole(): Promise<Whole> {
    return siblings ? siblings.whole() : alone(report(), startedAt)
  }

  /** Anybody may ask this as often as he likes: nothing is counted for it. */
  async function missing(): Promise<string | undefined> {
    if (server.isEnding) return 'the proxy ends'
    if (siblings) return (await siblings.whole()).missing
    return bus.connected() ? undefined : NO_BUS
  }

  const certificateEndsAt = () => tls?.expiresAt
  const statusParts = { proxy, access, feeds, states, strangers, disagreement, clock, whole, feedsOf }
  const api = await openApi({
    ...clientRooms,
    limits,
    market: config.market,
    folder,
    rules,
    tickets,
    sessions,
    feeds,
    wanted,
    meters,
    certificateEndsAt,
    whole,
    server,
    statusOf: statusFrom({ ...statusParts, certificateEndsAt, auditState: () => telling.state }),
    health: { lagMs: () => lag.ms, missing },
  })

  register()
  // Revocations come with a change of the database, expiries only with time.
  const stopRecheck = clock.every(RECHECK_MS, () => server.recheck())
  const close = async (ending?: Ending) => {
    // All else goes on meanwhile: who is still here gets his prices.
    if (ending) await server.retire(ending)
    stopRecheck()
    access.close()
    failover.close()
    disagreement.close()
    await server.close()
    await api.close()
    wanted.close()
    inbound.close()
    strangers.close()
    feeds.close()
    lag.close()
    meters.close()
    own.close()
    tls?.close()
    hub.close()
    instruments.close()
    store.close()
    await bus.close()
  }
  try {
    const address = siblings
      ? await siblings.open(server.adopt(), report)
      : await server.listen(limits.host, limits.port === 'auto' ? 0 : limits.port)
    return { ...address, close, reload: () => tls?.reload() }
  } catch (error) {
    await close()
    throw error
  }
}
