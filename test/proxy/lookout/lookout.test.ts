import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Identity } from '../../../proxy/access.ts'
import { EVERY } from '../../../proxy/delivery.ts'
import { PLAIN } from '../fanout/frames.ts'
import { Inbox } from '../fanout/inbox.ts'
import { ALICE, feedOf, LookoutRig, seen } from './rig.ts'

let rig: LookoutRig

beforeEach(() => {
  rig = new LookoutRig()
})

afterEach(() => rig.close())

const wanted = () => [...rig.wanted]

describe('what is asked for by requests', () => {
  it('stays wanted for a minute after the last time it was asked for', async () => {
    await rig.ask('TCS')
    rig.clock.advance(50_000)
    await rig.ask('TCS')
    rig.clock.advance(50_000)
    expect(wanted()).toEqual(['ONE_NSE_TCS_LTP'])
    rig.clock.advance(11_000)
    expect(wanted()).toEqual([])
  })

  it('is given to nobody: a tick changes the last value, and makes no frame', async () => {
    await rig.ask('TCS')
    rig.tick('ONE_NSE_TCS_LTP', 101)
    const channel = rig.hub.find('ONE_NSE_TCS_LTP')
    expect([channel?.variants, channel?.news, channel?.ring]).toEqual([[], 0, undefined])
    expect(channel?.last?.payload.toString()).toContain('"ltp":101')
  })

  it('stays wanted when a client that held it leaves', async () => {
    await rig.ask('TCS')
    const [one] = rig.hub.channels()
    if (!one) throw new Error('nothing is wanted')
    const wish = { variation: PLAIN, delivery: EVERY }
    rig.hub.leave(rig.hub.join(one.served, wish, new Inbox().outbox))
    expect(wanted()).toEqual(['ONE_NSE_TCS_LTP'])
  })

  it('is waited for, all of it together, for 1.5 s, and of what has no value the next request does not wait', async () => {
    rig.isPrompt = false
    const from = rig.clock.monotonic()
    expect(seen(await rig.ask('TCS,INFY'))).toEqual(['ONE_NSE_TCS_LTP', 'ONE_NSE_INFY_LTP'])
    const first = rig.clock.monotonic() - from
    expect(first).toBeGreaterThanOrEqual(1500)
    expect(first).toBeLessThan(1600)
    await rig.ask('TCS,INFY')
    expect(rig.clock.monotonic() - from - first).toBeLessThan(100)
  })

  it('is answered as soon as all of it has a value', async () => {
    const from = rig.clock.monotonic()
    await rig.ask('TCS,INFY')
    expect(rig.clock.monotonic() - from).toBeLessThan(200)
  })

  it('is looked for each time, so that another feed serves it when the first is down', async () => {
    rig.feeds = [feedOf('ONE'), feedOf('TWO')]
    expect(seen(await rig.ask('TCS'))).toEqual(['ONE_NSE_TCS_LTP'])
    rig.feeds = [{ ...feedOf('ONE'), state: 'down' }, feedOf('TWO')]
    expect(seen(await rig.ask('TCS'))).toEqual(['TWO_NSE_TCS_LTP'])
    // The first one is wanted beside it: so its return shows.
    expect(wanted().sort()).toEqual(['ONE_NSE_TCS_LTP', 'TWO_NSE_TCS_LTP'])
    rig.clock.advance(62_000)
    expect(wanted()).toEqual([])
  })

  it('of a market that is closed is asked for again when its feed has not said lately that it is still the last', async () => {
    await rig.ask('TCS')
    rig.tick('ONE_NSE_TCS_LTP', 100, { snapshot: true, kept: true, epoch: 2, sequence: 1 })
    await rig.ask('TCS')
    expect(rig.resyncs).toEqual([])
    for (let nth = 0; nth < 2; nth++) {
      rig.clock.advance(40_000)
      await rig.ask('TCS')
    }
    expect(rig.resyncs).toEqual(['ONE'])
  })
})

describe('a key whose requests look at something', () => {
  it('lets go of all of it when it is good no more', async () => {
    await rig.ask('TCS,INFY')
    rig.isGood = false
    rig.clock.advance(250)
    expect(wanted()).toEqual([])
  })

  it('goes on looking when one of its pages ends, also for another that waits', async () => {
    const who = (session: string): { who: Identity } => ({ who: { ...ALICE, session } })
    await rig.ask('TCS', who('one'))
    rig.over.add('one')
    rig.clock.advance(250)
    expect(wanted()).toEqual(['ONE_NSE_TCS_LTP'])
    expect(seen(await rig.ask('TCS', who('other')))).toEqual(['ONE_NSE_TCS_LTP'])
    expect(await rig.ask('TCS', who('one'))).toBeUndefined()
    rig.clock.advance(250)
    expect(wanted()).toEqual(['ONE_NSE_TCS_LTP'])
  })

  it('lets go of what the page of an operator looked at, which has no key, when that ends', async () => {
    await rig.ask('TCS', { who: { ...ALICE, keyId: 'one', ticket: true, session: 'one' } })
    rig.over.add('one')
    rig.clock.advance(250)
    expect(wanted()).toEqual([])
  })

  it('gets no answer when that happens while it waits for one', async () => {
    rig.isPrompt = false
    const asked = rig.ask('TCS')
    rig.isGood = false
    expect(await asked).toBeUndefined()
  })

  it('lets go of what it reads no more, and of feeds it may use no more', async () => {
    rig.feeds = [feedOf('ONE'), feedOf('TWO')]
    await rig.ask('TCS,INFY')
    rig.reading = { grant: 'less', isWide: false, modes: undefined, permits: (_, symbol) => symbol === 'TCS' }
    rig.clock.advance(250)
    expect(wanted()).toEqual(['ONE_NSE_TCS_LTP'])
    rig.feeds = [feedOf('TWO')]
    rig.clock.advance(250)
    expect(wanted()).toEqual([])
  })

  it('holds no more than its bound, which what it asked for longest ago makes room for', async () => {
    rig.quota = { subscriptions: 3 }
    await rig.ask('A,B,C')
    rig.clock.advance(10)
    // What is asked for again is not the oldest any more.
    expect(seen(await rig.ask('D,A'))).toEqual(['ONE_NSE_D_LTP', 'ONE_NSE_A_LTP'])
    expect(wanted().sort()).toEqual(['ONE_NSE_A_LTP', 'ONE_NSE_C_LTP', 'ONE_NSE_D_LTP'])
    const all = seen(await rig.ask('E,F,G,H'))
    expect(all.slice(0, 3)).toEqual(['ONE_NSE_E_LTP', 'ONE_NSE_F_LTP', 'ONE_NSE_G_LTP'])
    expect(all[3]).toContain('3 of 3 symbols are held by this key')
    expect(rig.notes).toEqual(['subscribe.refused symbols_per_key'])
  })

  it('lets go of what was asked for longest ago when its bound shrinks', async () => {
    await rig.ask('A,B')
    rig.clock.advance(10)
    await rig.ask('C')
    rig.quota = { subscriptions: 2 }
    rig.clock.advance(300)
    expect(wanted()).toEqual(['ONE_NSE_B_LTP', 'ONE_NSE_C_LTP'])
  })

  it('has a symbol once, whatever the modes and the depth of its book', async () => {
    rig.quota = { subscriptions: 1 }
    await rig.ask('TCS')
    await rig.ask('TCS', { mode: 'DEPTH' as 'LTP' })
    await rig.ask('TCS', { mode: 'DEPTH' as 'LTP', depth: 20 })
    expect(wanted().sort()).toEqual(['ONE_NSE_TCS_BOOK20', 'ONE_NSE_TCS_DEPTH', 'ONE_NSE_TCS_LTP'])
    expect(rig.lookout.size).toBe(3)
  })

  it('counts nothing once all of that is over', async () => {
    await rig.ask('TCS')
    const guest = { keyId: 'A', userId: 'alice', address: '' }
    const used = () => rig.register.answer(9, { kind: 'admit', seat: 1, guest }).standing
    expect(used()).toMatchObject({ symbols: 1, key: 1 })
    rig.clock.advance(62_000)
    expect(used()).toMatchObject({ symbols: 0, key: 1 })
  })
})
