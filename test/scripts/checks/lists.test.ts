import { writeFileSync } from 'node:fs'
import { expect, it, onTestFinished } from 'vitest'
import { checkLists } from '../../../scripts/checks/lists.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { loadConfig } from '../../../shared/config.ts'
import { ControlStore } from '../../../shared/store/control.ts'
import { writeInstruments } from '../../../shared/store/instruments.ts'
import { temporaryFolder } from '../../support/datafolder.ts'

const MORNING = Date.parse('2026-11-04T08:45:00+05:30')
const HOUR_MS = 3_600_000

it('every enabled account has its list judged by its age, with the command that mends it', async () => {
  const folder = temporaryFolder()
  const clock = new ManualClock(MORNING)
  const config = loadConfig({ dataDir: folder.root }, {})
  const judge = async () =>
    (await checkLists({ config, folder, clock })).map(({ check, verdict, detail }) => [check, verdict, detail])
  expect(await judge()).toEqual([])
  const store = ControlStore.open(folder)
  onTestFinished(() => store.close())
  store.users.ensure('trader', MORNING)
  const record = { userId: 'trader', adapter: 'zerodha', kind: 'builtin', settings: {}, createdAt: MORNING } as const
  store.feeds.add({ ...record, name: 'ZERODHA', enabled: true })
  store.feeds.add({ ...record, name: 'RESTING', enabled: false })
  store.feeds.add({ ...record, name: 'SIMULATOR', adapter: 'simulator', enabled: true })
  const check = 'list ZERODHA'
  expect(await judge()).toEqual([[check, 'fail', 'not fetched yet: no symbol of this feed is known']])
  const one = { exchange: 'NSE', symbol: 'SBIN', token: '1', brokerSymbol: 'SBIN', name: 'SBIN', kind: 'EQ' } as const
  await writeInstruments(folder, 'ZERODHA', [one], clock)
  clock.advance(3 * HOUR_MS)
  expect(await judge()).toEqual([[check, 'ok', '1 instrument, fetched 3 h ago']])
  clock.advance(24 * HOUR_MS)
  expect(await judge()).toEqual([
    [check, 'warn', '1 instrument, fetched 27 h ago; since then tokens may have gone to other contracts'],
  ])
  expect((await checkLists({ config, folder, clock }))[0]?.fix).toBe('tickwire instruments sync ZERODHA')
  writeFileSync(folder.instrumentsDb('ZERODHA'), 'no database'.repeat(1000))
  expect(await judge()).toEqual([[check, 'fail', expect.stringMatching(/^STORE_CORRUPT: .* is damaged/)]])
})
