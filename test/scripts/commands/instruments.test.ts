import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import { dataFolder } from '../../../shared/store/folder.ts'
import { writeInstruments } from '../../../shared/store/instruments.ts'
import { temporaryPath } from '../../support/datafolder.ts'
import { emptyFolder } from '../../support/enrolled.ts'
import { equity } from '../../support/proxy.ts'
import { expectFailure } from '../../support/said.ts'
import { Command } from '../../support/system.ts'

describe('tickwire instruments', () => {
  it.each([
    ['search', 'reliance'],
    ['search', 'reliance', '--feed', 'SIMULATOR'],
    ['explain', 'NSE:RELIANCE'],
  ])('%s %s makes nothing where nothing was ever started, and says what to do', async (...args) => {
    const folder = join(temporaryPath(), 'none')
    const said = await new Command(['--data-dir', folder, 'instruments', ...args]).done
    expectFailure(said, 1, /^error INSTRUMENTS_MISSING: Nothing was started in .*none yet/, /^next: tickwire up/)
    expect(existsSync(folder)).toBe(false)
  })

  it('search leaves out what is disabled unless it is named, and explain says that it is', async () => {
    const there = emptyFolder()
    for (const name of ['ON', 'OFF'])
      await there.run('adapter', 'add', name, '--external', '--symbols', 'CRYPTO:BTCUSDFUT')
    await there.run('adapter', 'disable', 'OFF')
    const feedsOf = async (...words: string[]) =>
      (await there.run('instruments', ...words)).out.match(/"feed":"[^"]+"/g)?.join()
    expect(await feedsOf('search', 'btc')).toBe('"feed":"ON"')
    expect(await feedsOf('search', 'btc', '--feed', 'OFF')).toBe('"feed":"OFF"')
    const { out } = await there.run('instruments', 'explain', 'CRYPTO:BTCUSDFUT', '--format', 'table')
    expect(out).toMatch(/feed +OFF \(disabled\), where/)
    expect(out).toMatch(/feed +ON, where/)
  })
  it('explain names deeper books only where the broker has them', async () => {
    const there = emptyFolder()
    const added = await there.pipe('api_key=k1\nclient_code=A1\npin=1234\n', 'account', 'add', 'angel')
    expect(added.code, added.err).toBe(0)
    const folder = dataFolder({ dataDir: there.folder, bus: { runDir: join(there.folder, 'run') } })
    const share = equity('RELIANCE')
    const other = { ...share, exchange: 'BSE', token: '3|1' } as const
    const index = { ...share, kind: 'INDEX', symbol: 'NIFTY', token: '1|2' } as const
    await writeInstruments(folder, 'ANGEL', [share, other, index], systemClock)
    const modesOf = async (name: string) => JSON.parse((await there.run('instruments', 'explain', name)).out).modes
    expect(await modesOf('NSE:RELIANCE')).toEqual(['LTP', 'QUOTE', 'DEPTH', 'BOOK20'])
    for (const name of ['BSE:RELIANCE', 'NSE:NIFTY']) expect(await modesOf(name)).toEqual(['LTP', 'QUOTE', 'DEPTH'])
  })

  it('search ends no sooner than a pipe has taken all of its answer', async () => {
    const there = emptyFolder()
    const symbols = Array.from({ length: 5000 }, (_, n) => `CRYPTO:COIN${n}`).join()
    expect((await there.run('adapter', 'add', 'MANY', '--external', '--symbols', symbols)).code).toBe(0)
    const { code, out } = await there.run('instruments', 'search', 'coin', '--limit', '5000')
    expect({ code, rows: out.trim().split('\n').length }).toEqual({ code: 0, rows: 5000 })
  }, 30_000)
})
