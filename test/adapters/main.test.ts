import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isSession, type SourceAdapter } from '../../adapters/contract.ts'
import { type RunningAdapter, startAdapter } from '../../adapters/main.ts'
import { loadAdapter } from '../../adapters/registry.ts'
import { MemoryExchange } from '../../bus/memory.ts'
import { ManualClock } from '../../shared/clock.ts'
import { formatControl } from '../../shared/control.ts'
import type { FeedRecord } from '../../shared/store/feeds.ts'
import { type DataFolder, dataFolder, prepareFolder } from '../../shared/store/folder.ts'
import { InstrumentBook } from '../../shared/store/instruments.ts'
import { keptLog } from '../support/log.ts'
import { readmeExample } from './runtime/readme.ts'
import { FakeBus, FEED, pass } from './runtime/rig.ts'

const GOLD = 'GOLD05FEB27FUT'
let root: string
let folder: DataFolder
let adapter: SourceAdapter
let running: RunningAdapter | undefined
const clock = new ManualClock()

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'tw-main-'))
  folder = dataFolder({ dataDir: root, bus: { runDir: join(root, 'run') } })
  prepareFolder(folder)
  writeFileSync(join(root, 'manifest.mjs'), readmeExample())
  const loaded = await loadAdapter({ kind: 'folder', path: root })
  if (isSession(loaded)) throw new Error('the example of the README is a source')
  adapter = loaded
})

afterEach(async () => {
  await running?.close()
  running = undefined
  rmSync(root, { recursive: true, force: true })
})

const record = (more: Partial<FeedRecord> = {}): FeedRecord => ({
  name: FEED,
  userId: 'trader',
  adapter: 'my-adapter',
  kind: 'folder',
  path: root,
  settings: {},
  enabled: true,
  createdAt: 0,
  ...more,
})

async function start(bus: FakeBus, options: { feed?: Partial<FeedRecord>; settings?: Record<string, unknown> } = {}) {
  const { log, lines } = keptLog()
  const feed = record(options.feed)
  running = await startAdapter({
    feed,
    adapter,
    configured: { origin: 'FILE', settings: options.settings ?? {} },
    bus,
    folder,
    clock,
    log,
  })
  return lines
}

describe('a started adapter', () => {
  it('writes its instruments where the other processes find them', async () => {
    await start(new FakeBus())
    const book = new InstrumentBook(folder)
    expect(book.find(FEED, 'MCX', GOLD)).toMatchObject({ symbol: GOLD, brokerSymbol: 'GOLD FEB' })
    book.close()
  })

  it('brings its ticks to a proxy on the bus, as the broker the feed is registered for', async () => {
    const exchange = new MemoryExchange()
    const proxy = exchange.open()
    const heard = new FakeBus()
    proxy.onMessage(({ topic, body }) => heard.publish(topic, body))
    proxy.subscribe(`STATUS_${FEED}`)
    proxy.subscribe(`LANE_${FEED}_P1`)
    const { log } = keptLog()
    const bus = exchange.open()
    running = await startAdapter({
      feed: record(),
      adapter,
      configured: { origin: 'FILE', settings: {} },
      bus,
      folder,
      clock,
      log,
    })
    const topics = [`${FEED}_MCX_${GOLD}_QUOTE`]
    const set = { version: 1, feed: FEED, proxy: 'P1', revision: 1, resync: 0, topics } as const
    proxy.publish(`CONTROL_${FEED}`, formatControl(set))
    await pass(clock, 2500, 100)
    expect(heard.lane('P1').map(({ frame, header }) => [frame.data.ltp, header.snapshot])).toEqual([
      [78_000, expect.any(Boolean)],
      [78_001, false],
      [78_002, false],
    ])
    expect(heard.lane('P1')[0]?.frame).toMatchObject({ symbol: GOLD, broker: 'my-adapter' })
    expect(heard.statuses().at(-1)).toMatchObject({ state: 'live', label: 'simulated', wanted: 1, confirmed: 1 })
    await running.close()
    await running.ended
    await pass(clock, 1)
    expect(heard.statuses().at(-1)).toMatchObject({ state: 'down', reason: 'stopped' })
  })

  it('takes the registered settings, and those of the configuration before them', async () => {
    const bus = new FakeBus()
    bus.publish = () => {}
    await start(bus, { feed: { settings: { everyMs: 10 } }, settings: { everyMs: '50' } })
    bus.demand('')
    let published = 0
    bus.publish = topic => {
      if (topic.endsWith('_LTP')) published++
    }
    await pass(clock, 500, 5)
    expect(published).toBeGreaterThanOrEqual(9)
    expect(published).toBeLessThanOrEqual(11)
  })

  it('starts its source again when the process stood still', async () => {
    const bus = new FakeBus()
    await start(bus)
    await pass(clock, 1000, 100)
    clock.freeze(3000)
    await pass(clock, 1500, 100)
    expect(bus.statuses().map(({ reason }) => reason)).toContain('its process stood still for 3 s')
    expect(bus.statuses().at(-1)).toMatchObject({ state: 'live' })
  })

  it('says in its log once that the bus is gone, and once that it is back', async () => {
    const bus = new FakeBus()
    const lines = await start(bus)
    const said = () => lines.filter(({ text }) => text.startsWith('the bus')).map(({ level, text }) => [level, text])
    bus.connect(true)
    expect(said()).toEqual([])
    bus.connect(false)
    clock.advance(1234)
    bus.connect(true)
    expect(said()).toEqual([
      ['warn', 'the bus is gone: no prices pass until it is back'],
      ['info', 'the bus is back after 1.2 s'],
    ])
  })

  it('refuses settings that do not fit, naming each of them, before anything is on the bus', async () => {
    const bus = new FakeBus()
    const starting = start(bus, { settings: { everyMs: 1, evryMs: 2 } })
    await expect(starting).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(
        /^feeds\.TESTFEED\.everyMs \(FILE\): .*, not 1\nfeeds\.TESTFEED\.evryMs \(FILE\): no such setting; did you mean everyMs\?$/,
      ),
    })
    expect(bus.messages).toEqual([])
    expect(bus.subscribed.size).toBe(0)
  })

  it('refuses a name that cannot be a feed’s', async () => {
    await expect(start(new FakeBus(), { feed: { name: 'NSE' } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('refuses an adapter whose instruments cannot be served', async () => {
    const [gold] = adapter.instruments(adapter.settings.parse({}))
    adapter = { ...adapter, instruments: () => (gold ? [gold, gold] : []) }
    await expect(start(new FakeBus())).rejects.toMatchObject({
      code: 'ADAPTER_INVALID',
      message: `Instruments of adapter my-adapter: MCX:${GOLD} is listed twice`,
    })
  })
})
