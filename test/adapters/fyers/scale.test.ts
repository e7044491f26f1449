import { expect, it } from 'vitest'
import type { Http } from '../../../adapters/contract.ts'
import manifest from '../../../adapters/fyers/manifest.ts'
import { syncInstruments } from '../../../adapters/master.ts'
import { systemClock } from '../../../shared/clock.ts'
import { InstrumentBook } from '../../../shared/store/instruments.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { keptLog } from '../../support/log.ts'
import { ownPeak } from '../../support/peak.ts'
import { body, epoch, type Listed, line, NIFTY } from './masterlist.ts'

const SIZE = 150_000
const MB = 1024 * 1024

/** A list as long as all of Fyers' together: shares first, then options of many days and strikes. */
function lists(): Map<string, Buffer> {
  const shares: Listed[] = Array.from({ length: 12_000 }, (_, at) => ({
    fytoken: `1010000000${20_000 + at}`,
    ticker: `NSE:SHARE${at}-EQ`,
    underlying: `SHARE${at}`,
    description: `COMPANY NUMBER ${at} LTD`,
  }))
  const options: Listed[] = Array.from({ length: SIZE - shares.length - 1 }, (_, at) => {
    const day = `2026-12-${String(1 + (at % 28)).padStart(2, '0')}`
    const strike = 1000 + 5 * Math.floor(at / 56)
    const option = at % 56 < 28 ? 'CE' : 'PE'
    const ticker = `NSE:NAME26D${day.slice(8)}${strike}${option}`
    const fytoken = `101126${day.slice(5, 7)}${day.slice(8)}${40_000 + at}`
    return { fytoken, ticker, underlying: 'NAME', strike: `${strike}.0`, option, type: '14', expiry: epoch(day) }
  })
  return new Map([
    ['NSE_CM', body([NIFTY, ...shares].map(line).join('\n'))],
    ['NSE_FO', body(options.map(line).join('\n'))],
  ])
}

it('a list of 150,000 rows is in its place in proportionate time and 300 MB', async () => {
  const files = lists()
  const folder = temporaryFolder()
  const { log } = keptLog()
  const http: Http = async ({ url }) => ({
    status: 200,
    headers: {},
    body: files.get(/(\w+)\.csv$/.exec(url)?.[1] ?? '') ?? new Uint8Array(0),
  })
  const settings = manifest.settings.parse({})
  const before = process.cpuUsage()
  const atRest = process.memoryUsage.rss()
  const synced = await syncInstruments({
    feed: 'FYERS',
    adapter: manifest,
    settings,
    ticket: undefined,
    http,
    folder,
    clock: systemClock,
    log,
  })
  const { user, system } = process.cpuUsage(before)
  expect(synced).toEqual({ count: SIZE, changed: true, skipped: 0 })
  // Of the processor, up to three times as much on a shared one; a step that grows with the square takes minutes.
  expect((user + system) / 1_000_000).toBeLessThan(60)
  // The most there ever was; the list itself was there before.
  expect(ownPeak() - atRest).toBeLessThan(300 * MB)
  const book = new InstrumentBook(folder)
  expect(book.find('FYERS', 'NFO', 'NAME28DEC2611000CE')).toMatchObject({ expiry: '2026-12-28', strike: 11_000 })
  expect(book.find('FYERS', 'NSE', 'SHARE7-EQ')?.symbol).toBe('SHARE7')
  book.close()
}, 120_000)
