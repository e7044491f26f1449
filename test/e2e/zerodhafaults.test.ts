import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../shared/clock.ts'
import { KiteSystem } from '../support/kite.ts'
import { Canaries } from '../support/leaks.ts'
import type { MarketFrame } from '../support/openalgo.ts'
import { eventually } from '../support/system.ts'

/** A frame this much behind the clock would be an old price sold as a present one. */
const FRESH_MS = 2000

let all: KiteSystem

beforeAll(async () => {
  all = await KiteSystem.start({ recorded: false })
  await all.first('Quote', 'SBIN', 'NSE')
  await all.first('Depth', 'RELIANCE', 'NSE')
}, 60_000)

afterAll(async () => {
  await all?.close()
})

/** Waits until both instruments have had new frames, and gives the ones since `from`. */
async function ticksGoOn(from = all.charts.arrivals.length) {
  const names = ['SBIN', 'RELIANCE']
  return eventually(() => {
    const since = all.charts.arrivals.slice(from)
    return names.every(name => since.filter(({ frame }) => frame.symbol === name).length >= 5) && since
  }, 30_000)
}

/** Milliseconds until the feed is in one of these states, and what it says then. */
async function told(...states: string[]) {
  const from = systemClock.monotonic()
  const feed = await all.enters(...states)
  return { ...feed, afterMs: systemClock.monotonic() - from }
}

/** The feed is live again by itself, everything was asked for again, and what came is of the present. */
async function heals(from: number): Promise<void> {
  await all.enters('live')
  const since = await ticksGoOn()
  const stale = since.filter(({ frame, at }) => at - frame.data.timestamp > FRESH_MS)
  expect(stale.map(({ frame, at }) => `${frame.symbol} ${at - frame.data.timestamp} ms old`)).toEqual([])
  expect(all.charts.arrivals.length).toBeGreaterThan(from)
  expect([...(all.kite.open[0]?.subscribed.values() ?? [])].sort()).toEqual(['full', 'quote'])
  expect(all.charts.states.filter(state => state === 'open')).toHaveLength(1)
}

describe('the broker’s faults, each told in time and healed by itself', () => {
  it('a connection that is dropped is told within a second', async () => {
    const from = all.charts.arrivals.length
    all.kite.faults.drop()
    const { afterMs, reason } = await told('down')
    expect(afterMs).toBeLessThan(1000)
    expect(reason).toMatch(/^BROKER_UNREACHABLE: /)
    await heals(from)
  })

  it('a connection that is reset is told within a second', async () => {
    const from = all.charts.arrivals.length
    all.kite.faults.reset()
    expect((await told('down')).afterMs).toBeLessThan(1000)
    await heals(from)
  })

  it('a half-open connection is told within 5 s and replaced', async () => {
    const from = all.charts.arrivals.length
    all.kite.faults.halfOpen()
    const { afterMs, reason } = await told('suspect')
    expect(afterMs).toBeLessThan(5000)
    expect(reason).toMatch(/no byte from the broker/)
    await heals(from)
    expect(all.kite.open.filter(one => !one.isFrozen)).toHaveLength(1)
  }, 40_000)

  it('garbage is dropped and counted, the connection made anew, and no price of it is delivered', async () => {
    const from = all.charts.arrivals.length
    all.kite.faults.garbage({ frames: 20 })
    await heals(from)
    // Emulated prices stay within a few per cent of where they began.
    const share = ({ symbol, data }: MarketFrame) => data.ltp / all.kite.row(`NSE:${symbol}`).contract.price
    const odd = all.charts.frames.filter(frame => Math.abs(share(frame) - 1) > 0.1)
    expect(odd.map(({ symbol, data }) => `${symbol} ${data.ltp}`)).toEqual([])
    const said = await all.system.run('status', '--json')
    const { feeds } = JSON.parse(said.out) as { feeds: { name: string; status: { traffic: { malformed: number } } }[] }
    expect(feeds.find(({ name }) => name === 'ZERODHA')?.status.traffic.malformed).toBeGreaterThan(0)
  })

  it('a truncated message costs its cut packet only: the connection stays', async () => {
    const before = all.kite.handshakes.length
    all.kite.faults.truncated()
    await ticksGoOn()
    expect(all.kite.handshakes).toHaveLength(before)
    expect((await all.feed()).state).toBe('live')
  })

  it('"too many" is told with its reason, and the broker left alone for as long as it says', async () => {
    const from = all.charts.arrivals.length
    all.kite.faults.refuse429({ times: 1, retryAfterS: 3 })
    all.kite.faults.drop()
    const { reason } = await eventually(async () => {
      const feed = await all.feed()
      return feed.reason?.startsWith('BROKER_RATE_LIMITED') && feed
    })
    expect(reason).toMatch(/429/)
    await heals(from)
    const [refused, taken] = all.kite.handshakes.slice(-2)
    expect([refused?.status, taken?.status]).toEqual([429, 101])
    expect((taken?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(3000)
  })

  it('silence with heartbeats is told within 30 s, and ticks go on when the broker does', async () => {
    const from = all.charts.arrivals.length
    all.kite.faults.silence()
    const { afterMs, reason } = await told('suspect', 'quiet')
    expect(afterMs).toBeLessThan(30_000)
    expect(reason).toMatch(/no tick/)
    await all.kite.faults.heal()
    await heals(from)
  }, 60_000)

  it('an outage of the broker is told, and ticks are back within 5 s and a pause after it', async () => {
    const from = all.charts.arrivals.length
    all.kite.faults.outage()
    expect((await told('down')).afterMs).toBeLessThan(1000)
    await all.kite.faults.heal()
    const back = systemClock.monotonic()
    await heals(from)
    expect(systemClock.monotonic() - back).toBeLessThan(10_000)
  }, 40_000)

  it('a kill -9 of the adapter’s process costs some seconds and no login', async () => {
    const from = all.charts.arrivals.length
    await all.system.kill('ZERODHA')
    await heals(from)
    expect(all.kite.calls.filter(({ path }) => path.includes('/session/token'))).toHaveLength(1)
  })
})

describe('a session that is over', () => {
  const refusals = (from: number) => all.kite.handshakes.slice(from).filter(({ status }) => status === 403).length

  it('is tried three times at most, then asks for a login, and goes on with it within 5 s, without a restart', async () => {
    const from = all.charts.arrivals.length
    const { pid } = all.system.child('ZERODHA')
    const handshakes = all.kite.handshakes.length
    all.kite.faults.expireToken()
    const { afterMs, reason } = await told('auth_required')
    expect(afterMs).toBeLessThan(5000)
    expect(reason).toMatch(/^SESSION_EXPIRED: /)
    const status = await all.system.run('status', '--format', 'table')
    expect(status.out).toMatch(/ZERODHA.*auth_required/)
    expect(status.out).toContain('tickwire account login ZERODHA')
    expect(refusals(handshakes)).toBeLessThanOrEqual(3)
    expect((await all.system.run('account', 'list')).out).toContain('"login":"refused"')
    await all.login()
    const saved = systemClock.monotonic()
    await ticksGoOn(all.charts.arrivals.length)
    expect(systemClock.monotonic() - saved).toBeLessThan(5000)
    await heals(from)
    expect(refusals(handshakes)).toBeLessThanOrEqual(3)
    expect(all.system.child('ZERODHA').pid).toBe(pid)
  }, 60_000)

  it('is over as well when somebody logs in elsewhere', async () => {
    const from = all.charts.arrivals.length
    all.kite.faults.loginElsewhere()
    expect((await told('auth_required')).afterMs).toBeLessThan(5000)
    await all.login()
    await heals(from)
  }, 60_000)

  it('changes to a new login without waiting for the old one to fail', async () => {
    const from = all.charts.arrivals.length
    await all.login()
    await heals(from)
  }, 60_000)
})

describe('an account', () => {
  it('has come through all of it without a secret in a log, a file, a status or a command line', async () => {
    const canaries = new Canaries(all.secrets)
    const status = await all.system.run('status', '--json')
    expect(all.secrets.length).toBeGreaterThan(8)
    expect(all.system.up.err).toContain('SESSION_EXPIRED')
    expect(canaries.in(all.system.up.out + all.system.up.err + status.out)).toEqual([])
    expect(canaries.in(JSON.stringify(all.charts.frames))).toEqual([])
    // The keys and addresses of the configuration are no secrets; the vault holds what is, sealed.
    expect(canaries.inFiles(all.system.folder)).toEqual([])
    expect(canaries.inProcesses(all.system.facts().children)).toEqual([])
  })

  it('that is removed stops at once, and nothing of it is left', async () => {
    const said = await all.system.run('account', 'remove', 'zerodha', '--yes')
    expect(said.code).toBe(0)
    await eventually(() => all.kite.open.length === 0)
    await eventually(() => all.system.facts().children.every(({ name }) => name !== 'ZERODHA'))
    expect((await all.system.run('account', 'list')).out).not.toContain('ZERODHA')
  })
})
