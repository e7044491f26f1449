import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect } from 'vitest'
import { MemoryExchange } from '../../bus/memory.ts'
import { startProxy } from '../../proxy/main.ts'
import { askNear, OWN_PROXY } from '../../scripts/near.ts'
import { systemClock } from '../../shared/clock.ts'
import { type Config, loadConfig } from '../../shared/config.ts'
import type { Log } from '../../shared/log.ts'
import type { Instrument } from '../../shared/market/instrument.ts'
import type { TopicMode } from '../../shared/market/mode.ts'
import type { Ending } from '../../shared/process.ts'
import { Secret } from '../../shared/secret.ts'
import { ControlStore } from '../../shared/store/control.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { type DataFolder, dataFolder, prepareFolder } from '../../shared/store/folder.ts'
import { writeInstruments } from '../../shared/store/instruments.ts'
import { TestClient } from './client.ts'
import { holds } from './holds.ts'
import { identityOf, publicKeyOf } from './identity.ts'
import { FakeFeed } from './proxyfeed.ts'
import { ROOMY } from './roomy.ts'

const FEED = 'TESTFEED'
export const FOREIGN_KEY = '0123456789abcdef'.repeat(4)

/** A running proxy with everything around it: a store, an instrument list, a bus, and a feed played by the test. */
export interface ProxyRig {
  readonly url: string
  readonly port: number
  readonly folder: DataFolder
  readonly config: Config
  readonly exchange: MemoryExchange
  readonly log: Log
  readonly feed: FakeFeed
  /** A connection to control.db of its own, as the command line has. */
  readonly store: ControlStore
  /**
   * Key texts by user: alice has a feed, bob has none, carol's broker is not one this installation can speak to. They
   * read order updates, too.
   */
  readonly keys: Readonly<Record<'alice' | 'bob' | 'carol', string>>
  connect(): Promise<TestClient>
  /** A client that has authenticated as alice. */
  enter(): Promise<TestClient>
  /** What `/status` says to alice. */
  status(): Promise<Status>
  /** What SIGHUP does. */
  reload(): void
  /** Ends the proxy only; with a word, its clients are let go first. */
  stop(ending?: Ending): Promise<void>
  close(): Promise<void>
}

export interface Status {
  readonly clients: Readonly<Record<string, number>>
  readonly ticks: Readonly<Record<string, number>>
  readonly bus: Readonly<Record<string, number>>
  readonly feeds: readonly { readonly name: string; readonly state: string; readonly reason?: string }[]
}

export interface RigOptions {
  readonly proxy?: Partial<Config['proxy']>
  /** With the limits of the product at its door. */
  readonly isGuarded?: boolean
  readonly modes?: readonly TopicMode[]
  /** What clients see as their broker. */
  readonly broker?: string
  /** Brokers this installation can speak to besides. */
  readonly others?: readonly string[]
  /** Only these may run. */
  readonly validBrokers?: readonly string[]
  /** More feeds of alice, registered after the first. */
  readonly feeds?: readonly FeedRecord[]
  /** More instruments of the first feed, all of NSE. */
  readonly symbols?: readonly string[]
  /** Instruments of the other feeds. */
  readonly lists?: Readonly<Record<string, readonly Instrument[]>>
}

export async function startRig(options: RigOptions = {}): Promise<ProxyRig> {
  const {
    proxy,
    isGuarded = false,
    modes,
    validBrokers,
    broker = 'testbroker',
    others = ['otherbroker'],
    feeds = [],
    symbols = [],
    lists = {},
  } = options
  const root = mkdtempSync(join(tmpdir(), 'tw-proxy-'))
  const loaded = loadConfig({ dataDir: join(root, 'data'), port: 'auto' }, {})
  const config: Config = { ...loaded, validBrokers, proxy: { ...loaded.proxy, ...(isGuarded ? {} : ROOMY), ...proxy } }
  const folder = dataFolder(config)
  prepareFolder(folder)
  const store = ControlStore.open(folder)
  const keys = fillStore(store, broker, feeds)
  await writeInstruments(folder, FEED, [...INSTRUMENTS, ...symbols.map(symbol => equity(symbol))], systemClock)
  for (const [name, list] of Object.entries(lists)) await writeInstruments(folder, name, list, systemClock)
  const exchange = new MemoryExchange()
  const log = pino({ enabled: false })
  const running = await startProxy({
    config,
    folder,
    bus: exchange.open(),
    identity: identityOf('proxy'),
    clock: systemClock,
    log,
    builtin: [broker, ...others],
  })
  const feed = new FakeFeed({ exchange, clock: systemClock, name: FEED, broker, modes })
  const isTls = config.proxy.tls.certFile !== undefined
  const url = `${isTls ? 'wss' : 'ws'}://127.0.0.1:${running.port}`
  const connect = () => TestClient.open(url, OWN_PROXY)
  let isRunning = true
  const stop = async (ending?: Ending) => {
    if (isRunning) await running.close(ending)
    isRunning = false
  }
  const status = async (): Promise<Status> => {
    const headers = { authorization: `Bearer ${keys.alice}` }
    return JSON.parse((await askNear(`${url.replace('ws', 'http')}/status`, headers, 5000)).body) as Status
  }
  await holds(async () => expect(stateOf(await status())).toBe('live'))
  return {
    url,
    port: running.port,
    reload: () => running.reload?.(),
    folder,
    config,
    exchange,
    log,
    feed,
    store,
    keys,
    connect,
    status,
    stop,
    async enter() {
      const client = await connect()
      await client.ask({ action: 'authenticate', api_key: keys.alice })
      return client
    },
    async close() {
      await stop()
      await feed.close()
      store.close()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** State of the first feed. */
export const stateOf = ({ feeds }: Status): string | undefined => feeds.find(({ name }) => name === FEED)?.state

export const feedRecord = (name: string, rest: Partial<FeedRecord> = {}): FeedRecord => ({
  name,
  userId: 'alice',
  adapter: 'testbroker',
  kind: 'builtin',
  settings: {},
  enabled: true,
  createdAt: 1000,
  ...(rest.kind !== 'external' && { publicKey: publicKeyOf(name) }),
  ...rest,
})

function fillStore(store: ControlStore, broker: string, feeds: readonly FeedRecord[]): ProxyRig['keys'] {
  for (const user of ['alice', 'bob', 'carol']) store.users.ensure(user, 1)
  for (const feed of [
    feedRecord(FEED, { adapter: broker }),
    feedRecord('CAROL', { userId: 'carol', adapter: 'nobroker' }),
    ...feeds.map((feed, at) => ({ ...feed, createdAt: 2000 + at })),
  ])
    store.feeds.add(feed)
  store.keys.importForeign({ userId: 'alice', label: 'imported', key: new Secret(FOREIGN_KEY), now: 1 })
  const create = (userId: string) =>
    store.keys.create({ userId, label: 'test', scopes: ['orders'], now: 1 }).key.reveal()
  return { alice: create('alice'), bob: create('bob'), carol: create('carol') }
}

export const equity = (symbol: string): Instrument => ({
  exchange: 'NSE',
  symbol,
  token: `NSE ${symbol}`,
  brokerSymbol: `${symbol}-EQ`,
  name: symbol,
  kind: 'EQ',
  tickSize: 0.05,
  lotSize: 1,
})

export const OPTION = 'NIFTY28NOV2624800CE'

const INSTRUMENTS: readonly Instrument[] = [
  equity('RELIANCE'),
  equity('TCS'),
  equity('M&M'),
  { ...equity('NIFTY'), exchange: 'NSE_INDEX', brokerSymbol: 'Nifty 50', kind: 'INDEX' },
  {
    ...equity(OPTION),
    exchange: 'NFO',
    brokerSymbol: 'NIFTY2611284800CE',
    kind: 'CE',
    lotSize: 75,
    expiry: '2026-11-28',
    strike: 24800,
    underlying: 'NIFTY',
  },
]
