import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { KeptValues } from '../../../adapters/account/kept.ts'
import type { ManualClock } from '../../../shared/clock.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { type LastValue, readLast } from '../../../shared/store/last.ts'
import { temporaryFolder } from '../../support/datafolder.ts'
import { holds } from '../../support/holds.ts'
import { keptLog } from '../../support/log.ts'
import { equity, FEED, ltps, RELIANCE, rig, sequences, TCS, topicOf } from '../runtime/rig.ts'

const HEAD = { feed: FEED, broker: 'testbroker', label: 'live' }
const DAY_MS = 86_400_000

/** A feed whose market is open or closed as the test says; several runs of it share a folder. */
function feed({ path = temporaryFolder().lastFile(FEED), closed = true, head = HEAD, list = [RELIANCE, TCS] } = {}) {
  const market = { closed, isThere: true }
  const { log, lines } = keptLog()
  let listed: readonly Instrument[] = list
  let kept: KeptValues | undefined
  const make = (clock: ManualClock) => {
    kept = new KeptValues({ path, head, isLast: () => market.closed, isThere: () => market.isThere, clock, log })
    return kept
  }
  const find = (exchange: string, symbol: string) =>
    listed.find(one => one.exchange === exchange && one.symbol === symbol)
  const parts = rig({ find, past: make })
  kept?.follow(parts.publisher)
  let proxies = 0
  return {
    ...parts,
    market,
    path,
    warnings: () => lines.map(({ text }) => text),
    /** A proxy that comes now: what it gets for a topic. */
    ask(...symbols: string[]) {
      const proxy = `P${++proxies}`
      parts.bus.want(
        proxy,
        1,
        symbols.map(symbol => topicOf(symbol)),
      )
      parts.clock.advance(1)
      return parts.bus.lane(proxy)
    },
    relist(instruments: readonly Instrument[]) {
      listed = instruments
      parts.audience.review()
    },
    close: () => kept?.close(),
  }
}

/** A run that saw RELIANCE at 2,500 and has ended. */
async function earlier(options: Parameters<typeof feed>[0] = {}) {
  const first = feed(options)
  first.offer(RELIANCE, 2500)
  await first.close()
  return first
}

describe('a last value', () => {
  it('survives the process: a closed market shows it, marked as kept, with its own time', async () => {
    const { path, clock } = await earlier()
    const [value] = feed({ path }).ask('RELIANCE')
    expect(value?.frame.data).toMatchObject({ ltp: 2500, timestamp: clock.now() })
    expect(value?.header).toMatchObject({ kept: true, snapshot: true, sequence: 0, receivedAt: clock.micros() })
  })

  it('is never handed out while the market trades', async () => {
    const { path } = await earlier()
    const second = feed({ path, closed: false })
    expect(second.ask('RELIANCE')).toEqual([])
    second.market.closed = true
    expect(ltps(second.ask('RELIANCE'))).toEqual([2500])
    second.market.closed = false
    expect(second.ask('RELIANCE')).toEqual([])
  })

  it('gives way to whatever comes, which is not marked', async () => {
    const { path } = await earlier()
    const second = feed({ path })
    second.ask('RELIANCE')
    second.offer(RELIANCE, 2400, { timestamp: second.clock.now() - DAY_MS })
    second.clock.advance(1)
    expect(ltps(second.bus.lane('P1'))).toEqual([2500, 2400])
    expect(sequences(second.bus.lane('P1'))).toEqual([0, 1])
    const [again] = second.ask('RELIANCE')
    expect(again?.header).toMatchObject({ kept: false, snapshot: true })
    expect(again?.frame.data.ltp).toBe(2400)
  })

  it('does not count as a value of the present', async () => {
    const { path } = await earlier()
    const second = feed({ path })
    second.ask('RELIANCE')
    expect(second.audience.confirmed()).toBe(0)
    expect(second.publisher.receivedAt(RELIANCE)).toBeUndefined()
    expect(second.publisher.hasTicked(RELIANCE)).toBe(false)
  })

  it('of a connection that is lost at night is kept, and one of a market that trades is not handed out', () => {
    const one = feed()
    one.offer(RELIANCE, 2500)
    one.publisher.forget()
    expect(one.ask('RELIANCE')[0]?.header).toMatchObject({ kept: true })
    one.market.closed = false
    expect(one.ask('RELIANCE')).toEqual([])
  })

  it.each([
    ['token', { token: '9' }],
    ['kind', { kind: 'FUT' }],
    ['expiry', { expiry: '2026-12-24' }],
    ['strike', { strike: 100 }],
    ['underlying', { underlying: 'NIFTY' }],
  ] as const)('is not that of a symbol which has another %s', async (_, more) => {
    const { path } = await earlier()
    expect(feed({ path, list: [equity('RELIANCE', more)] }).ask('RELIANCE')).toEqual([])
    expect(ltps(feed({ path, list: [equity('RELIANCE', { lotSize: 5, name: 'Other' })] }).ask('RELIANCE'))).toEqual([
      2500,
    ])
  })

  it('is not shown under a new list that gives its symbol to another contract, and is under one that does not', () => {
    const one = feed()
    one.offer(RELIANCE, 2500)
    one.relist([equity('RELIANCE', { lotSize: 5 }), TCS])
    expect(ltps(one.ask('RELIANCE'))).toEqual([2500])
    one.relist([equity('RELIANCE', { token: '9' }), TCS])
    expect(one.ask('RELIANCE')).toEqual([])
    one.relist([TCS])
    expect(one.ask('RELIANCE')).toEqual([])
  })

  it('is forgotten after seven days, and when its time is in the future', async () => {
    const { path } = await earlier()
    const second = feed({ path })
    second.clock.advance(7 * DAY_MS)
    expect(second.ask('RELIANCE')).toHaveLength(1)
    second.clock.advance(2)
    expect(second.ask('RELIANCE')).toEqual([])
    rewrite(path, value => ({ ...value, receivedAt: value.receivedAt + 1e12 }))
    expect(feed({ path }).ask('RELIANCE')).toEqual([])
  })

  it('that could never have been published is not handed out either', async () => {
    const { path } = await earlier()
    rewrite(path, value => ({ ...value, tick: { ...value.tick, ltp: -1 } }))
    expect(feed({ path }).ask('RELIANCE')).toEqual([])
  })

  it('of another source, or of one that made its prices up, is none of ours', async () => {
    const { path } = await earlier({ head: { ...HEAD, label: 'simulated' } })
    expect(feed({ path }).ask('RELIANCE')).toEqual([])
  })
})

describe('the file', () => {
  const stored = (path: string) => readLast(path, HEAD).map(({ instrument, tick }) => [instrument.symbol, tick.ltp])

  it('is written every 30 s when something has changed, with what nobody asked for since the start', async () => {
    const { path } = await earlier()
    const second = feed({ path })
    second.offer(TCS, 4000)
    second.clock.advance(29_999)
    expect(stored(path)).toEqual([['RELIANCE', 2500]])
    second.clock.advance(1)
    const both = [
      ['TCS', 4000],
      ['RELIANCE', 2500],
    ]
    await holds(() => expect(stored(path)).toEqual(both))
    rmSync(path)
    second.clock.advance(60_000)
    await second.close()
    expect(stored(path)).toEqual([])
  })

  it('is written again after 10 min without a change: until then its values were the last', async () => {
    const { path, clock } = await earlier()
    const second = feed({ path })
    second.offer(TCS, 4000)
    const untils = () => readLast(path, HEAD).map(({ knownUntil }) => knownUntil)
    second.clock.advance(30_000)
    await holds(() => expect(untils()).toHaveLength(2))
    const [written = 0, before] = untils()
    expect([written, before]).toEqual([second.clock.now(), clock.now()])
    await holds(() => {
      second.clock.advance(30_000)
      expect(untils()[0]).toBeGreaterThanOrEqual(written + 600_000)
    })
    // Of what nobody asked for this time nothing more is known.
    expect(untils()[1]).toBe(before)
  })

  it('is not made again by a feed that ends after it was removed', async () => {
    const one = feed()
    one.offer(RELIANCE, 2500)
    one.market.isThere = false
    await one.close()
    expect(stored(one.path)).toEqual([])
  })

  it('that is broken is told once and ignored, and replaced', async () => {
    const { path } = await earlier()
    writeFileSync(path, 'rubbish')
    const second = feed({ path })
    expect(second.ask('RELIANCE')).toEqual([])
    expect(second.warnings()).toEqual(['the last values of the run before are ignored'])
    second.offer(TCS, 4000)
    await second.close()
    expect(stored(path)).toEqual([['TCS', 4000]])
  })

  it('that cannot be written is told once, and the feed goes on; and once that it can be again', async () => {
    const folder = temporaryFolder()
    const path = folder.lastFile(FEED)
    writeFileSync(dirname(path), 'a file where the folder should be')
    const one = feed({ path })
    for (let nth = 1; nth <= 3; nth++) {
      one.offer(RELIANCE, 2500 + nth)
      one.clock.advance(30_000)
      await holds(() => expect(one.warnings()).toHaveLength(1))
    }
    expect(ltps(one.ask('RELIANCE'))).toEqual([2503])
    rmSync(dirname(path))
    mkdirSync(dirname(path))
    await one.close()
    expect(one.warnings()).toEqual([
      'last values cannot be kept for the next start; the feed goes on',
      'last values are kept for the next start again',
    ])
    expect(stored(path)).toEqual([['RELIANCE', 2503]])
  })
})

function rewrite(path: string, change: (value: LastValue) => object): void {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n')
  writeFileSync(path, `${[head, ...lines.map(one => JSON.stringify(change(JSON.parse(one))))].join('\n')}\n`)
}
