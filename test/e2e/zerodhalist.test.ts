import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import zerodha from '../../adapters/zerodha/manifest.ts'
import { readTape, readTapeHeader } from '../../shared/tape.ts'
import { csvOf } from '../emulators/kite/list.ts'
import { ltpPacket } from '../emulators/kite/packet.ts'
import { KiteSystem } from '../support/kite.ts'
import { eventually } from '../support/system.ts'

let all: KiteSystem
afterEach(async () => {
  await all?.close()
})

it('a list of another day moves what is wanted to its new token in a running system, and lets go of what is gone', async () => {
  all = await KiteSystem.start({ tickMs: 0, recorded: false })
  await all.first('LTP', 'SBIN', 'NSE')
  const before = all.kite.row('NSE:SBIN').token
  all.kite.faults.instrumentsChanged()
  // The shares of this symbol have another token from now on, and the old one is somebody else's.
  const after = all.kite.row('NSE:SBIN').token
  const synced = await all.system.run('instruments', 'sync', 'ZERODHA')
  expect(synced.code, synced.err).toBe(0)
  const tokens = () => all.kite.open.flatMap(one => [...one.subscribed.keys()])
  await eventually(() => tokens().join() === String(after))
  expect(after).not.toBe(before)
  all.kite.push([ltpPacket({ token: before, lastPrice: 666 })])
  all.kite.push([ltpPacket({ token: after, lastPrice: 961.05 })])
  await eventually(() => all.frames('SBIN', 1).some(({ data }) => data.ltp === 961.05))
  expect(all.frames('SBIN', 1).some(({ data }) => data.ltp === 666)).toBe(false)
}, 60_000)

it('more instruments than one connection holds are spread over several, and each of them ticks', async () => {
  all = await KiteSystem.start({ tickMs: 0, rows: 5000 })
  const listed = zerodha.master.parse([Buffer.from(csvOf(all.kite.rows))], () => {})
  const wanted = [...listed].slice(0, 3100)
  for (const { symbol, exchange } of wanted) all.charts.feed.subscribe('LTP', symbol, exchange)
  const loads = () => all.kite.open.map(one => one.subscribed.size).sort((one, other) => other - one)
  await eventually(() => loads().reduce((sum, load) => sum + load, 0) === wanted.length, 30_000)
  expect(loads()).toEqual([3000, wanted.length - 3000])
  await eventually(() => new Set(all.charts.frames.map(one => `${one.exchange}:${one.symbol}`)).size === wanted.length)
  // The next heartbeat says it.
  await eventually(async () => (await all.feed()).status?.wanted === wanted.length)
  const { status } = await all.feed()
  expect(status).toMatchObject({ wanted: wanted.length, connections: { open: 2, needed: 2 } })
  // Nobody can lose the second half without being told.
  all.kite.faults.drop({ connection: all.kite.connections.length - 1 })
  expect((await all.enters('suspect')).reason).toMatch(/^connection 2 of 2: .*; 100 instruments have no prices/)
  await all.enters('live')
}, 90_000)

it('what Kite sends is captured, read back by the decoder to the same prices, and holds no credential', async () => {
  all = await KiteSystem.start({ recorded: false })
  await all.system.run('adapter', 'disable', 'ZERODHA')
  await eventually(() => all.kite.open.length === 0)
  const file = join(all.system.folder, 'morning.tape')
  await all.system.run('adapter', 'enable', 'ZERODHA')
  await all.enters('live')
  const { pid } = all.system.child('ZERODHA')
  expect(pid).toBeDefined()
  await all.system.run('adapter', 'disable', 'ZERODHA')
  await eventually(() => all.system.facts().children.every(({ name }) => name !== 'ZERODHA'))
  const alone = all.system.start(['adapter', 'run', 'ZERODHA', '--capture', file])
  await eventually(() => all.kite.open.length === 1)
  all.kite.faults.textMessage({ text: `your token is ${all.kite.accessToken}` })
  await eventually(() => (all.kite.open[0]?.sent.heartbeats ?? 0) >= 2)
  await alone.stop()
  expect(readTapeHeader(file)).toMatchObject({ feed: 'ZERODHA', broker: 'zerodha' })
  const records = [...readTape(file)]
  const decode = zerodha.createDecoder()
  const signals = records
    .filter(({ direction }) => direction === 'in')
    .flatMap(({ frame, receivedAt }) => decode(frame, receivedAt))
  expect(signals.map(({ kind }) => kind)).toContain('heartbeat')
  expect(records.filter(({ direction }) => direction === 'note')).toHaveLength(1)
  const text = JSON.stringify(records.map(({ frame }) => Buffer.from(frame).toString('latin1')))
  for (const secret of [all.kite.accessToken, all.kite.apiKey, all.kite.apiSecret]) expect(text).not.toContain(secret)
}, 60_000)
