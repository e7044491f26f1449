import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Http } from '../../../adapters/contract.ts'
import adapter from '../../../adapters/flattrade/manifest.ts'
import { syncInstruments } from '../../../adapters/master.ts'
import { systemClock } from '../../../shared/clock.ts'
import type { DataFolder } from '../../../shared/store/folder.ts'
import { dataFolder, prepareFolder } from '../../../shared/store/folder.ts'
import { InstrumentBook } from '../../../shared/store/instruments.ts'
import { FILES, scripmaster } from '../../support/flattradelist.ts'
import { keptLog } from '../../support/log.ts'

const SIZE = 150_000

let folder: DataFolder

beforeEach(() => {
  const root = mkdtempSync(join(tmpdir(), 'tw-'))
  folder = dataFolder({ dataDir: root, bus: { runDir: join(root, 'run') } })
  prepareFolder(folder)
})

afterEach(() => rmSync(folder.root, { recursive: true, force: true }))

it.each(['CSV', 'zips'])(
  'a list of 150,000 rows in eight files, as %s, is stored in proportionate time and less than 300 MB',
  async form => {
    const lists = scripmaster(SIZE)
    const bodies = new Map(
      [...lists].map(([file, text]) => [file, form === 'CSV' ? Buffer.from(text) : zipped(file, text)]),
    )
    const http: Http = async ({ url }) => {
      const body = bodies.get(url.split('/').at(-1) ?? '')
      return body ? { status: 200, headers: {}, body } : { status: 404, headers: {}, body: Buffer.alloc(0) }
    }
    lists.clear()
    global.gc?.()
    const settings = adapter.settings.parse({ master_files: FILES.join(',') })
    const before = { cpu: process.cpuUsage(), memory: process.memoryUsage().rss }
    let highest = 0
    const stop = systemClock.every(20, () => {
      highest = Math.max(highest, process.memoryUsage().rss)
    })
    const { log } = keptLog()
    const list = { feed: 'FLATTRADE', adapter, settings, ticket: undefined, http }
    const synced = await syncInstruments({ ...list, folder, clock: systemClock, log })
    stop()
    const { user, system } = process.cpuUsage(before.cpu)
    expect(synced).toEqual({ count: SIZE, changed: true, skipped: 0 })
    // Of the processor, up to three times as much on a shared one; a step that grows with the square takes minutes.
    expect((user + system) / 1000).toBeLessThan(60_000)
    expect((Math.max(highest, process.memoryUsage().rss) - before.memory) / 2 ** 20).toBeLessThan(300)
    const book = new InstrumentBook(folder)
    try {
      expect(book.find('FLATTRADE', 'NSE_INDEX', 'NIFTY')?.token).toBe('NSE|26000')
      expect(book.find('FLATTRADE', 'NFO', 'NIFTY29DEC2626000CE')).toMatchObject({
        underlying: 'NIFTY',
        strike: 26_000,
      })
      expect(book.search('FLATTRADE', 'nifty', 1).map(({ symbol }) => symbol)).toEqual(['NIFTY'])
    } finally {
      book.close()
    }
  },
  120_000,
)

const zipped = (file: string, text: string): Buffer => Buffer.from(zipSync({ [file]: Buffer.from(text) }))
