import { describe, expect, it } from 'vitest'
import { ManualClock } from '../../../../shared/clock.ts'
import { settle, topicOf } from '../rig.ts'
import { openSession, told } from './sessionrig.ts'

/** Where the clocks of tests begin. */
const START = new ManualClock().monotonic()

describe('a connection that is lost', () => {
  it('is told at once, made again, and told everything again', async () => {
    const session = openSession()
    session.want('A:QUOTE')
    session.live()
    session.broker.last.say('tick A 100')
    session.broker.last.drop()
    expect(session.bus.statuses().at(-1)).toMatchObject({
      state: 'down',
      reason: expect.stringMatching(/^BROKER_UNREACHABLE/),
    })
    await session.pass(1000)
    session.broker.last.accept()
    expect(told(session)).toEqual(['sub QUOTE A'])
    expect(session.status.state).toBe('live')
  })

  it('leaves no last values behind, so that nobody takes them for the present', async () => {
    const session = openSession()
    session.want('A:LTP')
    session.live()
    session.broker.last.say('tick A 100')
    session.broker.last.drop()
    session.bus.want('P2', 1, [topicOf('A')])
    await settle()
    session.clock.advance(1)
    expect(session.bus.lane('P2')).toEqual([])
  })

  it('takes only its own instruments with it, and the feed says how many are dark', async () => {
    const session = openSession()
    session.want('A:LTP', 'B:LTP', 'C:LTP')
    session.live()
    session.broker.last.accept()
    session.broker.sockets[0]?.say('tick A 1')
    session.broker.sockets[1]?.drop()
    const reason = expect.stringMatching(/^connection 2 of 2: BROKER_UNREACHABLE.*1 instruments have no prices$/)
    expect(session.bus.statuses().at(-1)).toMatchObject({ state: 'suspect', reason, confirmed: 1 })
  })

  it('is tried again after pauses that grow to 4 s, and in a long outage to 60 s', async () => {
    const session = openSession()
    session.live()
    const failedAt: number[] = []
    for (let tries = 0; tries < 40; tries++) {
      session.broker.last.fail({ kind: 'network', reason: 'ECONNREFUSED' })
      failedAt.push(session.clock.monotonic())
      const before = session.broker.sockets.length
      while (session.broker.sockets.length === before) await session.pass(250)
    }
    const pauses = failedAt.slice(1).map((at, nth) => at - (failedAt[nth] ?? 0))
    expect(pauses.slice(0, 6)).toEqual([1000, 2000, 4000, 4000, 4000, 4000])
    expect(Math.max(...pauses.filter((_, nth) => (failedAt[nth] ?? 0) - (failedAt[0] ?? 0) <= 30_000))).toBe(4000)
    expect(pauses.at(-1)).toBe(60_000)
  })

  it('is tried more and more slowly by a broker that takes each one and cuts it', async () => {
    const session = openSession()
    session.live()
    const dialledAt: number[] = []
    for (let tries = 0; tries < 8; tries++) {
      session.broker.last.drop()
      const before = session.broker.sockets.length
      while (session.broker.sockets.length === before) await session.pass(250)
      dialledAt.push(session.clock.monotonic())
      session.broker.last.accept()
    }
    const pauses = dialledAt.slice(1).map((at, nth) => at - (dialledAt[nth] ?? 0))
    expect(pauses.slice(0, 4)).toEqual([2000, 4000, 4000, 4000])
    await session.pass(10_000, { beats: true })
    session.broker.last.drop()
    const { length } = session.broker.sockets
    await session.pass(1000)
    expect(session.broker.sockets).toHaveLength(length + 1)
  })

  it('is dialled again when the process stood still during the handshake', async () => {
    const session = openSession()
    session.tickets.login('one')
    session.feed.missed({ ms: 3000, clock: 'process' })
    expect(session.broker.sockets.map(({ cut }) => cut)).toEqual([true, false])
    session.broker.last.accept()
    expect(session.status.state).toBe('live')
  })

  it('that is let go of during its handshake keeps no other one waiting', async () => {
    const session = openSession()
    session.want('A:LTP', 'B:LTP', 'C:LTP', 'D:LTP', 'E:LTP')
    session.live()
    expect(session.broker.sockets).toHaveLength(2)
    session.want('A:LTP', 'B:LTP', 'E:LTP')
    expect(session.broker.sockets).toHaveLength(3)
    session.broker.last.accept()
    expect(session.bus.statuses().at(-1)?.state).toBe('live')
  })

  it('counts as lost when the handshake has no answer within 7 s', async () => {
    const session = openSession()
    session.tickets.login('one')
    await session.pass(7000)
    expect(session.broker.last.cut).toBe(true)
    expect(session.bus.statuses().at(-1)?.reason).toContain('no answer to the handshake within 7 s')
  })

  it('is suspect after 4.5 s without a byte and given up after 10 s', async () => {
    const session = openSession()
    session.live()
    await session.pass(4500)
    expect(session.status.state).toBe('suspect')
    session.broker.last.say('beat')
    expect(session.status.state).toBe('live')
    await session.pass(10_000)
    expect(session.status.state).toBe('down')
    expect(session.broker.sockets[0]?.cut).toBe(true)
  })

  it('that died of silence is live again with the first byte of the next one, not with its handshake', async () => {
    const session = openSession()
    session.live()
    await session.pass(10_000)
    for (let tries = 0; tries < 2; tries++) {
      await session.pass(2000)
      session.broker.last.accept()
      await session.pass(10_000)
    }
    expect(session.states().slice(-2)).toEqual(['suspect', 'down'])
    await session.pass(5000)
    session.broker.last.accept()
    expect(session.status.state).toBe('down')
    session.broker.last.say('beat')
    expect(session.status.state).toBe('live')
  })

  it('is made anew after three frames within 10 s that cannot be read, and not after one in 10 s', async () => {
    const session = openSession()
    session.live()
    for (let nth = 0; nth < 5; nth++) {
      session.broker.last.say('bad')
      await session.pass(6000, { beats: true })
    }
    expect(session.status.state).toBe('live')
    session.broker.last.say('bad')
    session.broker.last.say('bad')
    expect(session.bus.statuses().at(-1)).toMatchObject({
      state: 'down',
      reason: expect.stringMatching(/^FRAME_MALFORMED/),
    })
    expect(session.traffic.counts().malformed).toBe(7)
  })

  it('waits a minute after "too many", or as long as the broker says', async () => {
    const session = openSession({ random: 0 })
    session.tickets.login('one')
    session.broker.last.refuse(429)
    await session.pass(59_750)
    expect(session.broker.sockets).toHaveLength(1)
    await session.pass(250)
    expect(session.broker.sockets).toHaveLength(2)
    session.broker.last.refuse(429, 3000)
    await session.pass(3000)
    expect(session.broker.sockets).toHaveLength(3)
  })

  it('is made anew when the process stood still', () => {
    const session = openSession()
    session.live()
    session.clock.freeze(3000)
    session.look()
    expect(session.broker.sockets.map(({ cut }) => cut)).toEqual([true, false])
  })

  it('dials again when it is made anew, or there is another login, while a dial has no answer yet', async () => {
    for (const again of ['login', 'gap'] as const) {
      const session = openSession()
      session.tickets.login('one')
      if (again === 'login') session.tickets.login('two')
      else session.feed.missed({ ms: 9000, clock: 'wall' })
      expect(session.broker.sockets.map(({ cut }) => cut)).toEqual([true, false])
      session.broker.last.accept()
      expect(session.status.state).toBe('live')
    }
  })

  it('leaves its turn to dial to the next one when it is needed no more', () => {
    const session = openSession()
    session.live()
    session.want('A:LTP', 'B:LTP', 'C:LTP', 'D:LTP', 'E:LTP')
    expect(session.broker.sockets).toHaveLength(2)
    session.want('A:LTP', 'B:LTP', 'E:LTP')
    expect(session.broker.sockets).toHaveLength(3)
    session.broker.last.accept()
    expect(told(session)).toEqual(['sub LTP E'])
  })

  it('is tried ever more slowly when the broker takes it and throws it out again', async () => {
    const session = openSession({ random: 0.5 })
    session.tickets.login('one')
    for (let done = 0; session.clock.monotonic() < START + 60_000; await session.pass(250))
      for (; done < session.broker.sockets.length; done++) {
        session.broker.last.accept()
        session.broker.last.drop()
      }
    expect(session.broker.sockets.length).toBeLessThan(30)
  })

  it('waits out the minute after "too many" whatever is wanted meanwhile, in market hours too', async () => {
    const session = openSession({ random: 0.5, isTrading: true })
    session.live()
    session.want('A:LTP', 'B:LTP', 'C:LTP')
    session.broker.last.refuse(429)
    session.want('A:LTP', 'B:LTP')
    session.want('A:LTP', 'B:LTP', 'C:LTP')
    await session.pass(59_000, { beats: true })
    expect(session.broker.sockets.filter(({ cut }) => cut)).toHaveLength(1)
    expect(session.bus.statuses().at(-1)?.reason).toContain('BROKER_RATE_LIMITED')
  })

  it('is not cut while it dials because no ticks come: the connection that is missing explains that', async () => {
    const session = openSession({ random: 0.5, isTrading: true })
    session.live()
    session.want('A:LTP')
    session.broker.last.drop()
    await session.pass(1000)
    for (let passed = 0; passed < 120_000; passed += 250) {
      await session.pass(250)
      expect(session.status.state).toBe('down')
    }
  })
})
