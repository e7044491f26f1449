import { expect, it, onTestFinished } from 'vitest'
import { startAccount } from '../../../adapters/account/account.ts'
import type { SessionSettings } from '../../../adapters/contract.ts'
import zerodha from '../../../adapters/zerodha/manifest.ts'
import { ManualClock, systemClock } from '../../../shared/clock.ts'
import { writeInstruments } from '../../../shared/store/instruments.ts'
import { readLast, writeLast } from '../../../shared/store/last.ts'
import type { Vault } from '../../../shared/store/vault.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { keptLog } from '../../support/log.ts'
import { equity, FakeBus, FEED, ltps, settle, topicOf } from '../runtime/rig.ts'

const FRIDAY = '2026-11-20'
const MONDAY = '2026-11-23'
const INFY = equity('INFY', { token: '408065' })
const HEAD = { feed: FEED, broker: 'zerodha', label: 'live' }
const at = (date: string, time: string): number => Date.parse(`${date}T${time}:00+05:30`)

/**
 * An account that nobody has logged in to, started at `now`; the run before it saw INFY at 1,500 at `seenAt`, and was there
 * until `until`.
 */
async function started(now: number, seenAt: number, until: number, settings: object = {}) {
  const folder = temporaryFolder()
  const clock = new ManualClock(now)
  const bus = new FakeBus()
  await writeInstruments(folder, FEED, [INFY], systemClock, { writtenAt: now })
  const tick = { ltp: 1500, timestamp: seenAt }
  await writeLast(
    folder.lastFile(FEED),
    HEAD,
    [{ instrument: INFY, tick, receivedAt: seenAt * 1000, knownUntil: until }],
    systemClock,
  )
  const running = startAccount({
    feed: {
      name: FEED,
      userId: 'ASHA',
      adapter: 'zerodha',
      kind: 'builtin',
      settings: {},
      enabled: true,
      createdAt: 0,
    },
    adapter: zerodha,
    settings: zerodha.settings.parse(settings) as SessionSettings,
    bus,
    folder,
    vault: { version: () => 1, ticket: () => undefined } as unknown as Vault,
    http: () => Promise.reject(new Error('nobody asks')),
    ask: () => Promise.reject(new Error('nobody asks')),
    clock,
    log: keptLog().log,
  })
  onTestFinished(() => running.close())
  clock.advance(2000)
  await settle()
  bus.want('P1', 1, [topicOf('INFY')])
  clock.advance(1)
  return { bus, folder, running }
}

const SEEN = at(FRIDAY, '15:29')
const CLOSED = at(FRIDAY, '15:31')

it.each([
  ['the same evening', at(FRIDAY, '18:00'), SEEN],
  ['the weekend', at('2026-11-22', '12:00'), SEEN],
  ['the next morning before the open', at(MONDAY, '08:00'), SEEN],
  ['the evening of a day on which it traded in the morning', at(FRIDAY, '18:00'), at(FRIDAY, '09:40')],
])('an account without a login shows the last prices of a closed market, in %s', async (_, now, seenAt) => {
  const { bus } = await started(now, seenAt, CLOSED)
  const [value, ...more] = bus.lane('P1')
  expect(value?.frame.data).toMatchObject({ ltp: 1500, timestamp: seenAt })
  expect(value?.header).toMatchObject({ kept: true, snapshot: true })
  expect(more).toEqual([])
  expect(bus.statuses().at(-1)).toMatchObject({ state: 'auth_required', confirmed: 0 })
})

it.each([
  ['while the market trades', at(MONDAY, '10:00'), at(MONDAY, '09:59')],
  ['of a day after which the market has traded', at(MONDAY, '18:00'), CLOSED],
  ['of a run that ended before the close of that day', at(FRIDAY, '18:00'), at(FRIDAY, '11:00')],
])('it shows none %s', async (_, now, until) => {
  const { bus } = await started(now, Math.min(until, SEEN), until)
  expect(ltps(bus.lane('P1'))).toEqual([])
  expect(bus.positions('P1')).toHaveLength(1)
})

it('nor where ticks are expected at any hour', async () => {
  const { bus } = await started(at(FRIDAY, '18:00'), SEEN, CLOSED, { expect_ticks: 'always' })
  expect(ltps(bus.lane('P1'))).toEqual([])
})

it('and keeps what it was not asked for', async () => {
  const { folder, running } = await started(at(FRIDAY, '18:00'), SEEN, CLOSED)
  await running.close()
  expect(readLast(folder.lastFile(FEED), HEAD)).toHaveLength(1)
})
