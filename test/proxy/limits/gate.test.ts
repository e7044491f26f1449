import { describe, expect, it } from 'vitest'
import { hurried } from '../../../proxy/limits/crowd.ts'
import { Gate, type GateLimits } from '../../../proxy/limits/gate.ts'
import { networkOf } from '../../../proxy/limits/network.ts'
import { loadConfig } from '../../../shared/config.ts'
import { ROOMY } from '../../support/roomy.ts'

const PRODUCT: GateLimits = loadConfig({}, {}).proxy
const OPEN: GateLimits = { ...PRODUCT, ...ROOMY }
const gateOf = (limits: Partial<GateLimits>, most?: number) => new Gate({ ...OPEN, ...limits }, 0, () => 0.5, most)

const HERE = '192.0.2.1'
const arrive = (gate: Gate, now = 0, address = HERE) => gate.arrive(address, false, now)
const limitOf = (arrival: ReturnType<typeof arrive>) =>
  arrival.kind === 'refused' ? [arrival.status, arrival.reached.limit, arrival.reached.used] : arrival.afterMs

describe('an address', () => {
  it('has so many connections, and one more for each that goes', () => {
    const gate = gateOf({ connectionsPerAddress: 3 })
    for (let nth = 0; nth < 3; nth++) expect(limitOf(arrive(gate))).toBe(0)
    expect(limitOf(arrive(gate))).toEqual([429, 'connections_per_address', 3])
    expect(limitOf(arrive(gate, 0, '192.0.2.2'))).toBe(0)
    gate.left(HERE, false, 0)
    expect(limitOf(arrive(gate))).toBe(0)
  })

  it('has fewer without a key', () => {
    const gate = gateOf({ unauthenticatedPerAddress: 2 })
    arrive(gate)
    arrive(gate)
    expect(limitOf(arrive(gate))).toEqual([429, 'unauthenticated_per_address', 2])
    gate.authenticated(HERE, 1, 0)
    expect(limitOf(arrive(gate))).toBe(0)
    gate.authenticated(HERE, -1, 0)
    expect(limitOf(arrive(gate))).toEqual([429, 'unauthenticated_per_address', 3])
  })

  it('may bring 30 at once, and ten a second in the long run', () => {
    const gate = gateOf({ connectsPerAddressPerSecond: 10, connectsPerAddressBurst: 30 })
    const letIn = (now: number) => {
      let count = 0
      while (arrive(gate, now).kind === 'welcome') count++
      return count
    }
    expect([letIn(0), letIn(99), letIn(1100), letIn(60_000)]).toEqual([30, 0, 11, 30])
  })

  it('that is a forwarder brings clients of others, which count by theirs', () => {
    const gate = gateOf({ connectionsPerAddress: 1 })
    for (let nth = 0; nth < 5; nth++) expect(gate.arrive('10.0.0.1', true, 0).kind).toBe('welcome')
    expect(gate.enter(HERE, 0).kind).toBe('welcome')
    expect(limitOf(gate.enter(HERE, 0))).toEqual([429, 'connections_per_address', 1])
    gate.exit(HERE, 0)
    expect(gate.enter(HERE, 0).kind).toBe('welcome')
  })

  it('of IPv6 is a network of 64 bits, and the same however it is written', () => {
    for (const one of ['2001:db8::1', '2001:0db8:0:0:ffff::2', '2001:DB8::', '2001:db8::192.0.2.1'])
      expect(networkOf(one)).toBe('2001:db8:0:0::/64')
    expect(networkOf('2001:db8:0:1::1')).toBe('2001:db8:0:1::/64')
    expect(networkOf('fe80::1%eth0')).toBe('fe80:0:0:0::/64')
    expect(networkOf('::1')).toBe('0:0:0:0::/64')
    expect(networkOf('::ffff:192.0.2.1')).toBe('192.0.2.1')
    expect(networkOf('not an address')).toBe('not an address')
  })
})

describe('everybody together', () => {
  it('is let in at the pace of the whole, takes turns for four seconds, and is sent away beyond that', () => {
    const gate = gateOf({ handshakesPerSecond: 100 })
    const arrivals = Array.from({ length: 500 }, (_, nth) => arrive(gate, 0, `10.0.0.${nth}`))
    const waits = arrivals.flatMap(one => (one.kind === 'welcome' ? one.afterMs : []))
    expect([waits.length, waits[0], waits.at(-1)]).toEqual([420, 0, 4000])
    expect(waits.filter(wait => wait > 1000 && wait <= 2000)).toHaveLength(100)
    expect(arrivals.at(-1)).toMatchObject({ kind: 'refused', status: 503, retryAfterSeconds: 6 })
  })

  it('waits without a key in a limited number', () => {
    const gate = gateOf({ maxUnauthenticated: 2 })
    arrive(gate)
    arrive(gate, 0, '192.0.2.2')
    expect(limitOf(arrive(gate, 0, '192.0.2.3'))).toEqual([503, 'max_unauthenticated', 2])
    gate.authenticated(HERE, 1, 0)
    expect(limitOf(arrive(gate, 0, '192.0.2.3'))).toBe(0)
  })
})

describe('who has no key yet', () => {
  it('has all the time while half of the places are free, and a second when none is', () => {
    const gate = gateOf({ maxUnauthenticated: 4 })
    const times = Array.from({ length: 4 }, () => {
      arrive(gate)
      return hurried(15_000, gate.crowd)
    })
    expect(times).toEqual([15_000, 15_000, 8000, 1000])
    gate.authenticated(HERE, 1, 0)
    expect(hurried(15_000, gate.crowd)).toBe(8000)
    expect(hurried(500, 1)).toBe(500)
  })
})

describe('an address that shows bad keys', () => {
  const LOCKS = { badKeysPerMinute: 5, lockSeconds: 60, lockMaxSeconds: 900 }
  const fails = (gate: Gate, now: number, times: number) =>
    Array.from({ length: times }, () => gate.fail(HERE, now)).map(({ isLocked, isNew }) => [isLocked, isNew])

  it('is locked at the fifth within a minute', () => {
    const gate = gateOf(LOCKS)
    expect(fails(gate, 0, 6)).toEqual([...Array(4).fill([false, false]), [true, true], [true, false]])
    expect(gate.fail('192.0.2.2', 0).isLocked).toBe(false)
    const slow = gateOf(LOCKS)
    for (let minute = 0; minute < 20; minute++) expect(slow.fail(HERE, minute * 15_001).isLocked).toBe(false)
  })

  it('stays so for a minute, then for two, up to fifteen, and begins anew when it was good for as long', () => {
    const gate = gateOf(LOCKS)
    let now = 0
    for (const minutes of [1, 2, 4, 8, 15, 15]) {
      expect(fails(gate, now, 5).at(-1)).toEqual([true, true])
      now += minutes * 60_000
      expect(gate.fail(HERE, now - 1).isLocked).toBe(true)
      expect(gate.fail(HERE, now).isLocked).toBe(false)
      now += 60_000
    }
    now += 16 * 60_000
    fails(gate, now, 5)
    expect(gate.fail(HERE, now + 60_000).isLocked).toBe(false)
  })

  it('brings one new connection a second while it is locked: some wait for their turn, none for long', () => {
    const gate = gateOf(LOCKS)
    fails(gate, 0, 5)
    const waits = Array.from({ length: 8 }, () => limitOf(arrive(gate, 1000)))
    const refused = [429, 'connects_per_address_per_second', 1]
    expect(waits).toEqual([0, 1000, 2000, 3000, 4000, 5000, refused, refused])
    expect(limitOf(arrive(gate, 1000, '192.0.2.2'))).toBe(0)
    expect(limitOf(arrive(gate, 61_000))).toBe(0)
  })

  it('is not waited for with any key when all addresses together show more than a hundred bad ones a second', () => {
    const gate = gateOf({ badKeysPerSecond: 100 })
    const locked = Array.from({ length: 150 }, (_, nth) => gate.fail(`10.0.${nth}.1`, 0).isLocked)
    expect(locked.filter(Boolean)).toHaveLength(50)
  })
})

describe('the table of addresses', () => {
  it('holds no more than it may, and forgets none that is there', () => {
    const gate = gateOf({}, 100)
    arrive(gate)
    for (let nth = 0; nth < 5000; nth++) {
      gate.arrive(`10.1.${nth >> 8}.${nth & 255}`, false, 0)
      gate.left(`10.1.${nth >> 8}.${nth & 255}`, false, 0)
    }
    expect(gate.size).toBeLessThanOrEqual(101)
    expect(gate.openOf(HERE)).toBe(1)
  })

  it('forgets who is gone and owes nothing', () => {
    const gate = gateOf({})
    arrive(gate)
    gate.fail('192.0.2.2', 0)
    gate.sweep(1000)
    expect(gate.size).toBe(2)
    gate.left(HERE, false, 1000)
    gate.sweep(2000)
    expect(gate.size).toBe(1)
    gate.sweep(61_001)
    expect(gate.size).toBe(0)
  })
})
