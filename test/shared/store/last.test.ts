import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import { type LastValue, readLast, removeLast, writeLast } from '../../../shared/store/last.ts'
import { equity } from '../../adapters/runtime/rig.ts'
import { temporaryFolder } from '../../support/datafolder.ts'

const HEAD = { feed: 'ZERODHA', broker: 'zerodha', label: 'live' }

const { tickSize: _, lotSize: __, name: ___, brokerSymbol: ____, ...INFY } = equity('INFY', { token: '408065' })
const OPTION = {
  ...INFY,
  exchange: 'NFO',
  symbol: 'NIFTY 50',
  kind: 'CE',
  expiry: '2026-11-24',
  strike: 24_800,
} as const

const VALUES: readonly LastValue[] = [
  {
    instrument: INFY,
    tick: { ltp: 1500.05, timestamp: 1_795_000_000_000, mode: 'LTP' },
    receivedAt: 1_795e12,
    knownUntil: 1_795e9,
  },
  {
    instrument: { ...OPTION, underlying: 'NIFTY' },
    tick: {
      timestamp: 1_795_000_000_000,
      isPolled: true,
      volume: 0,
      book: { buy: [{ price: 1, quantity: 2, orders: 3 }], sell: [] },
    },
    receivedAt: 1_795e12,
    knownUntil: 1_795e9,
  },
]

async function written(values: Iterable<LastValue> = VALUES) {
  const folder = temporaryFolder()
  const path = folder.lastFile('ZERODHA')
  await writeLast(path, HEAD, values, systemClock)
  return { folder, path, text: readFileSync(path, 'utf8') }
}

describe('the file of last values', () => {
  it('gives back what was written, for its owner alone', async () => {
    const { path } = await written()
    expect(readLast(path, HEAD)).toEqual(VALUES)
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readdirSync(dirname(path))).toEqual(['ZERODHA.jsonl'])
  })

  it('is empty where there is none, and where it is another source’s', async () => {
    const { folder, path } = await written()
    expect(readLast(folder.lastFile('OTHER'), HEAD)).toEqual([])
    for (const other of [{ broker: 'angel' }, { label: 'simulated' }, { feed: 'ZERODHA2' }])
      expect(readLast(path, { ...HEAD, ...other })).toEqual([])
  })

  it('is damaged where anything is missing or something else', async () => {
    const { path, text } = await written()
    const spoilt = ['', '\n', 'no file of ours\n', text.slice(0, -1), text.slice(0, -40), `${text}{}\n`, `${text}\n`]
    for (const one of [...spoilt, text.replace('1500.05', '"1500.05"'), text.replace('"ltp"', '"price"')]) {
      writeFileSync(path, one)
      expect(() => readLast(path, HEAD)).toThrow(expect.objectContaining({ code: 'STORE_CORRUPT', next: `rm ${path}` }))
    }
  })

  it('stays as it was when it cannot be written, and nothing else is left', async () => {
    const { path, text } = await written()
    const beside = `${path}.${process.pid}.new`
    const broken = (function* () {
      yield VALUES[0] as LastValue
      symlinkSync(beside, beside)
    })()
    await expect(writeLast(path, HEAD, broken, systemClock)).rejects.toMatchObject({ code: 'FOLDER_UNUSABLE' })
    expect(readFileSync(path, 'utf8')).toBe(text)
    expect(readdirSync(dirname(path))).toEqual(['ZERODHA.jsonl'])
  })

  it('lets others have their turn while much is written', async () => {
    let turns = 0
    const stop = systemClock.every(1, () => turns++)
    await written(Array.from({ length: 20_000 }, () => VALUES[1] as LastValue))
    stop()
    expect(turns).toBeGreaterThan(2)
  })

  it('goes with its feed', async () => {
    const { folder, path } = await written()
    removeLast(folder, 'ZERODHA')
    removeLast(folder, 'ZERODHA')
    expect(readLast(path, HEAD)).toEqual([])
    expect(readdirSync(dirname(path))).toEqual([])
  })
})
