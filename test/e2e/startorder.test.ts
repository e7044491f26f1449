import { mkdtempSync, rmSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { isSession } from '../../adapters/contract.ts'
import { startAdapter } from '../../adapters/main.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import { busAddresses } from '../../bus/addresses.ts'
import { startForwarder } from '../../bus/forwarder.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { startProxy } from '../../proxy/main.ts'
import { prepareFirstStart } from '../../scripts/setup.ts'
import { pause, systemClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'
import { ControlStore } from '../../shared/store/control.ts'
import { dataFolder, prepareFolder } from '../../shared/store/folder.ts'
import { guarded, identityOf } from '../support/identity.ts'
import { keptLog } from '../support/log.ts'
import { Charts } from '../support/openalgo.ts'
import { freePort } from '../support/port.ts'
import { eventually, Processes } from '../support/system.ts'

const PARTS = ['bus', 'adapter', 'proxy', 'client'] as const
type Part = (typeof PARTS)[number]

/** Enough for one to connect, fail and try again before the next one starts. */
const APART_MS = 60

const orders = (parts: readonly Part[]): Part[][] =>
  parts.length === 0
    ? [[]]
    : parts.flatMap(one => orders(parts.filter(other => other !== one)).map(rest => [one, ...rest]))

/** What a client holds, and the one that comes back by itself, as known clients do. */
function client(port: number, key: string) {
  const charts = new Charts(() => `ws://127.0.0.1:${port}`, key)
  charts.feed.subscribe('LTP', 'RELIANCE', 'NSE')
  return charts
}

interface World {
  readonly starts: Record<Part, () => Promise<unknown>>
  readonly frames: () => number
  readonly close: () => Promise<void>
}

/** All four in this process, the bus over its real sockets; nothing was ever started in the data folder. */
async function world(): Promise<World> {
  const port = await freePort()
  const root = mkdtempSync('/tmp/tw-')
  const config = loadConfig({ dataDir: root, port }, {})
  const folder = dataFolder(config)
  prepareFolder(folder)
  const store = ControlStore.open(folder)
  prepareFirstStart(store, systemClock)
  const [feed] = store.feeds.list()
  if (!feed) throw new Error('a first start registers a feed')
  store.feeds.setPublicKey(feed.name, identityOf(feed.name).publicKey)
  const key = store.keys.create({ userId: feed.userId, label: 'test', now: 1 }).key.reveal()
  store.close()
  const { log } = keptLog()
  const common = { folder, clock: systemClock, log }
  const addresses = busAddresses(config.bus)
  const { highWaterMark } = config.bus
  const closing: Partial<Record<Part, () => Promise<unknown>>> = {}
  let charts: Charts | undefined
  const starts: World['starts'] = {
    async bus() {
      const forwarder = await startForwarder({ addresses, highWaterMark })
      closing.bus = () => forwarder.close()
    },
    async adapter() {
      const adapter = await loadAdapter({ kind: 'builtin', adapter: feed.adapter })
      if (isSession(adapter)) throw new Error('the first feed is a source')
      const bus = guarded(openZmqBus({ addresses, highWaterMark }), systemClock, { name: feed.name, role: 'feed' })
      const running = await startAdapter({ ...common, feed, adapter, configured: { origin: '', settings: {} }, bus })
      closing.adapter = () => running.close().then(() => bus.close())
    },
    async proxy() {
      const bus = openZmqBus({ addresses, highWaterMark })
      const running = await startProxy({
        ...common,
        config,
        identity: identityOf('proxy'),
        bus,
        builtin: [feed.adapter],
      })
      closing.proxy = () => running.close()
    },
    async client() {
      const one = client(port, key)
      charts = one
      closing.client = async () => one.close()
    },
  }
  return {
    starts,
    frames: () => charts?.frames.length ?? 0,
    async close() {
      for (const part of ['client', 'proxy', 'adapter', 'bus'] as const) await closing[part]?.()
      rmSync(root, { recursive: true, force: true })
    },
  }
}

/** Starts the four in an order; whether the client gets its prices. */
async function succeeds(order: readonly Part[]): Promise<boolean> {
  const { starts, frames, close } = await world()
  for (const part of order) {
    await starts[part]()
    await pause(systemClock, APART_MS)
  }
  const isServed = await eventually(() => frames() > 3, 30_000).catch(() => false)
  await close()
  return isServed
}

describe('the order in which bus, adapter, proxy and client start does not matter', () => {
  it.each(PARTS)(
    'in all six orders that begin with %s, also at the first start ever',
    async first => {
      const six = orders(PARTS).filter(([one]) => one === first)
      expect(six).toHaveLength(6)
      const failed: string[] = []
      for (const order of six) if (!(await succeeds(order))) failed.push(order.join(', '))
      expect(failed).toEqual([])
    },
    90_000,
  )

  it.each([
    [['client', 'proxy', 'adapter', 'bus']],
    [['adapter', 'client', 'bus', 'proxy']],
    [['proxy', 'bus', 'client', 'adapter']],
    [['bus', 'adapter', 'client', 'proxy']],
  ] as const)('as processes of their own: %s', async order => {
    const there = new Processes()
    onTestFinished(() => there.remove())
    const port = await freePort()
    const key = (await there.run('key', 'create', 'bot')).out.trim()
    const words: Record<Exclude<Part, 'client'>, string[]> = {
      bus: ['bus'],
      adapter: ['adapter', 'run', 'SIMULATOR'],
      proxy: ['proxy', '--port', String(port)],
    }
    let charts: Charts | undefined
    for (const part of order) {
      if (part === 'client') {
        const one = client(port, key)
        charts = one
        onTestFinished(() => one.close())
      } else {
        const command = there.start(words[part])
        onTestFinished(async () => void (await command.stop('SIGKILL')))
      }
      await pause(systemClock, APART_MS)
    }
    await eventually(() => (charts?.frames.length ?? 0) > 3)
    expect(charts?.frames.length).toBeGreaterThan(3)
  })
})
