import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { dataFolder } from '../../shared/store/folder.ts'
import { InstrumentBook } from '../../shared/store/instruments.ts'
import { choose } from '../emulators/catalogue.ts'
import type { RunningEmulator } from '../emulators/emulator.ts'

const SIZE = 150_000
const SYNC = fileURLToPath(new URL('../support/listsync.ts', import.meta.url))
/** Rows that the emulator lists and the stream does not carry, at most. */
const FEW = SIZE * 0.001

interface Said {
  readonly count: number
  readonly skipped: number
  readonly cpuMs: number
  readonly memoryMb: number
}

/** Kite's list needs a login: it is fetched by the command, end to end. */
describe.each([
  { broker: 'angel', token: '1|3045' },
  { broker: 'flattrade', token: 'NSE|3045' },
  { broker: 'fyers', token: 'nse_cm|3045' },
])('a list of 150,000 rows of $broker', ({ broker, token }) => {
  let emulator: RunningEmulator
  let root: string
  let said: Said

  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'tw-'))
    const [manifest] = await choose([broker], 'one of them')
    if (!manifest) throw new Error(`no emulator of ${broker}`)
    emulator = await manifest.start({ port: 0, rows: SIZE, tickMs: 0 })
    const args = ['--import', 'tsx', SYNC, broker, JSON.stringify(emulator.settings), root]
    const { stdout } = await promisify(execFile)(process.execPath, args)
    said = JSON.parse(stdout)
  }, 120_000)

  afterAll(async () => {
    await emulator?.close()
    rmSync(root, { recursive: true, force: true })
  })

  it('is fetched, read and stored in proportionate time and less than 300 MB', () => {
    expect(said.count).toBeGreaterThan(SIZE - FEW)
    expect(said.count + said.skipped).toBe(emulator.instruments)
    // Of the processor, which a shared one takes twice as much of; a step that grows with the square takes minutes.
    expect(said.cpuMs).toBeLessThan(30_000)
    expect(said.memoryMb).toBeLessThan(300)
  })

  it('is found by its symbols', () => {
    const book = new InstrumentBook(dataFolder({ dataDir: root, bus: { runDir: join(root, 'run') } }))
    const feed = broker.toUpperCase()
    expect(book.facts(feed)?.count).toBe(said.count)
    expect(book.find(feed, 'NSE', 'SBIN')).toMatchObject({ token, brokerSymbol: 'SBIN-EQ' })
    expect(book.find(feed, 'NSE', 'SBIN-EQ')?.symbol).toBe('SBIN')
    book.close()
  })
})
