import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Charts } from '../support/openalgo.ts'
import { ROOT } from '../support/source.ts'
import { eventually, System } from '../support/system.ts'

let system: System
let python: ChildProcess
let complaint = ''

beforeAll(async () => {
  system = await System.start()
  const added = await system.run('adapter', 'add', 'PYDEMO', '--external', '--symbols', 'CRYPTO:BTCUSDFUT')
  expect(added.code, added.err).toBe(0)
  const script = join(ROOT, 'adapters/examples/python_publisher.py')
  const bus = `ipc://${system.folder}/run/bus-publish`
  python = spawn('/usr/bin/python3', [script, bus, '--pause', '0.02'], { stdio: ['ignore', 'ignore', 'pipe'] })
  python.stderr?.on('data', (text: Buffer) => {
    complaint += text
  })
})

afterAll(async () => {
  python?.kill('SIGKILL')
  await system?.close()
})

describe('a publisher in another language (needs Debian package python3-zmq)', () => {
  it('reaches an unmodified client in the plain form, in every mode it sends', async () => {
    const charts = new Charts(() => system.url(), system.key)
    charts.feed.subscribe('Quote', 'BTCUSDFUT', 'CRYPTO')
    charts.feed.subscribe('LTP', 'BTCUSDFUT', 'CRYPTO')
    try {
      await eventually(
        () =>
          complaint !== '' ||
          (charts.frames.length >= 20 && new Set(charts.frames.map(frame => frame.mode)).size === 2),
      )
      expect(complaint).toBe('')
      expect(charts.frames.every(({ data, broker }) => Math.abs(data.ltp - 68_000) < 500 && broker === 'pydemo')).toBe(
        true,
      )
      const quote = charts.frames.find(frame => frame.mode === 2)?.data
      expect(quote).toMatchObject({ symbol: 'BTCUSDFUT', exchange: 'CRYPTO', open: 67810.5, close: 67640 })
      expect(new Set(charts.ltps.map(event => event.ltp)).size).toBeGreaterThan(1)
    } finally {
      charts.close()
    }
  })

  it('is asked for nothing else: other wishes are refused', async () => {
    const nope = await system.run('tail', 'CRYPTO:NOPE')
    expect(nope.err).toMatch(/^CRYPTO:NOPE was refused: .*not found/)
    const depth = await system.run('tail', 'CRYPTO:BTCUSDFUT', '--mode', 'depth')
    expect(depth.err).toMatch(/^CRYPTO:BTCUSDFUT was refused: Depth is not offered/)
  })

  it('leaves what other feeds list to them', async () => {
    const charts = new Charts(() => system.url(), system.key)
    charts.feed.subscribe('LTP', 'RELIANCE', 'NSE')
    try {
      await eventually(() => charts.frames.length >= 2)
      expect(charts.frames.every(frame => frame.broker === 'simulator')).toBe(true)
    } finally {
      charts.close()
    }
  })

  it('shows in status as live, and as quiet or starting before it spoke', async () => {
    const status = await system.run('status')
    expect(status.out).toMatch(/PYDEMO.*live/)
  })
})
