import { describe, expect, it } from 'vitest'
import { bookSibling, openSession } from './sessionrig.ts'

describe('another program that takes the session', () => {
  const dialledAfter = async (session: ReturnType<typeof openSession>) => {
    const before = session.broker.sockets.length
    const start = session.clock.monotonic()
    while (session.broker.sockets.length === before) await session.pass(250)
    return session.clock.monotonic() - start
  }

  it('is met soon the first time, and a minute later when it does it again', async () => {
    const session = openSession({ random: 0 })
    session.live()
    session.broker.last.evict()
    expect(await dialledAfter(session)).toBeLessThanOrEqual(250)
    session.broker.last.accept()
    session.broker.last.evict()
    expect(session.bus.statuses().at(-1)?.reason).toMatch(/^SESSION_TAKEN/)
    expect(await dialledAfter(session)).toBe(60_000)
    session.broker.last.accept()
    session.broker.last.evict()
    expect(await dialledAfter(session)).toBe(60_000)
  })
})

describe('a broker with pauses of its own', () => {
  const { session: plain } = bookSibling()
  const patient = (pauses: object) => openSession({ random: 0, broker: { session: { ...plain, pauses } } })

  it('is not dialled before them', async () => {
    const session = patient({ afterEndMs: 5000 })
    session.live()
    session.broker.last.drop()
    await session.pass(4750)
    expect(session.broker.sockets).toHaveLength(1)
    await session.pass(250)
    expect(session.broker.sockets).toHaveLength(2)
  })

  it.each(['gap', 'login'])(
    'is not dialled before them either when the connection was cut here, by a %s',
    async why => {
      const session = patient({ afterEndMs: 1000 })
      session.live()
      if (why === 'gap') session.feed.missed({ ms: 9000, clock: 'wall' })
      else session.tickets.login('two')
      await session.pass(750)
      expect(session.broker.sockets.map(({ cut }) => cut)).toEqual([true])
      await session.pass(250)
      expect(session.broker.sockets).toHaveLength(2)
    },
  )

  it('is asked three times within five seconds all the same whether it takes a login', async () => {
    const session = patient({ afterEndMs: 1000, betweenMs: 700 })
    session.live()
    session.tickets.login('two')
    for (let tries = 0; tries < 3; tries++) {
      await session.pass(1000)
      session.broker.last.refuse(403)
    }
    expect(session.status.state).toBe('auth_required')
    expect(session.broker.sockets).toHaveLength(4)
  })

  it('is not dialled for several connections at once', async () => {
    const limits = { connections: 3, instrumentsPerConnection: 1, instrumentsPerMessage: 1, messagePauseMs: 0 }
    const session = openSession({ broker: { session: { ...plain, pauses: { betweenMs: 700 } }, limits } })
    session.want('A:LTP', 'B:LTP', 'C:LTP')
    session.live()
    for (const count of [1, 2, 3]) {
      expect(session.broker.sockets).toHaveLength(count)
      session.broker.last.accept()
      await session.pass(500)
      expect(session.broker.sockets).toHaveLength(count)
      await session.pass(250)
    }
  })

  it('may want more time after another program has taken the session than after a cut line', async () => {
    const session = patient({ afterTakenMs: 5000 })
    session.live()
    session.broker.last.drop()
    await session.pass(250)
    expect(session.broker.sockets).toHaveLength(2)
    session.broker.last.accept()
    session.broker.last.evict()
    await session.pass(4750)
    expect(session.broker.sockets).toHaveLength(2)
    await session.pass(250)
    expect(session.broker.sockets).toHaveLength(3)
  })

  it('is asked again after its "too many" with pauses that double', async () => {
    const session = patient({ limitedMs: 2000 })
    session.tickets.login('one')
    for (const ms of [2000, 4000, 8000]) {
      session.broker.last.refuse(429)
      const { length } = session.broker.sockets
      await session.pass(ms - 250)
      expect(session.broker.sockets).toHaveLength(length)
      await session.pass(250)
      expect(session.broker.sockets).toHaveLength(length + 1)
    }
  })
})

describe('a broker that promises no answer', () => {
  const { session: plain } = bookSibling()
  const heartbeat = { probeMs: 2000, suspectMs: 5000, deadMs: 9000 }
  const silent = () => openSession({ random: 0, broker: { session: { ...plain, heartbeat } } })

  it('is pinged, and left in peace while it has never answered', async () => {
    const session = silent()
    session.live()
    await session.pass(60_000)
    expect([session.broker.sockets.length, session.broker.last.pings]).toEqual([1, 31])
  })

  it('that has answered once is suspect and given up when it answers no more', async () => {
    const session = silent()
    session.live()
    await session.pass(2000)
    session.broker.last.pong()
    await session.pass(5000)
    expect(session.status.state).toBe('suspect')
    await session.pass(4000)
    expect(session.broker.sockets[0]?.cut).toBe(true)
  })
})

describe('a broker that answers the first question and nothing more', () => {
  it('is asked as soon as it is there, and given up in its time', async () => {
    const { session: plain } = bookSibling()
    const heartbeat = { probeMs: 2000, suspectMs: 5000, deadMs: 9000 }
    const session = openSession({ random: 0, broker: { session: { ...plain, heartbeat } } })
    session.live()
    expect(session.broker.last.pings).toBe(1)
    session.broker.last.pong()
    await session.pass(9000)
    expect(session.broker.sockets[0]?.cut).toBe(true)
  })
})

describe('a login that nothing answers', () => {
  const opened = async (expiresAt: number | undefined) => {
    const session = openSession({ hello: ['hello'] })
    session.tickets.login('one', expiresAt === undefined ? {} : { expiresAt: session.clock.now() + expiresAt })
    session.broker.last.accept()
    await session.pass(10_250)
    return session.bus.statuses().at(-1)?.reason
  }

  it('is one that is over, where its time is', async () => {
    expect(await opened(1000)).toMatch(/^SESSION_EXPIRED: the time of the login is over/)
  })

  it('is asked for once where its time was over before, and a person is told within five seconds', async () => {
    const session = openSession({ hello: ['hello'] })
    session.tickets.login('one', { expiresAt: session.clock.now() - 1000 })
    session.broker.last.accept()
    await session.pass(3500)
    expect(session.status.state).toBe('auth_required')
    await session.pass(60_000)
    expect(session.broker.sockets).toHaveLength(1)
  })

  it('may be good though its time is over: the broker is what counts', async () => {
    const session = openSession({ hello: ['hello'] })
    session.tickets.login('one', { expiresAt: session.clock.now() - 1000 })
    session.broker.last.accept()
    await session.pass(2000)
    session.broker.last.say('ready')
    expect(session.status.state).toBe('live')
  })

  it('is not over because one more connection gets no answer', async () => {
    const session = openSession({ hello: ['hello'] })
    session.want('A:LTP', 'B:LTP', 'C:LTP')
    session.tickets.login('one', { expiresAt: session.clock.now() - 1000 })
    session.broker.last.accept()
    session.broker.last.say('ready')
    expect(session.broker.sockets).toHaveLength(2)
    session.broker.last.accept()
    await session.pass(3500, { beats: true })
    expect(session.status.state).toBe('suspect')
    expect(session.bus.statuses().at(-1)?.reason).toMatch(/BROKER_UNREACHABLE/)
    expect(session.broker.sockets[0]?.cut).toBe(false)
  })

  it('is the broker that is away, else', async () => {
    expect(await opened(86_400_000)).toMatch(/^BROKER_UNREACHABLE/)
    expect(await opened(undefined)).toMatch(/^BROKER_UNREACHABLE/)
  })
})

describe('a socket that outlives its login', () => {
  /** Two seconds after one hour, of a login that was to end after `hours`. */
  const outlived = async (hours: number) => {
    const session = openSession()
    session.want('A:LTP')
    session.tickets.login('one', { expiresAt: session.clock.now() + hours * 3_600_000 })
    session.broker.last.accept()
    session.broker.last.say('tick A 5')
    await session.pass(3_602_000, { beats: true, step: 500 })
    return session
  }

  it('is made anew when the time of the login is over, so that the broker can say so', async () => {
    const session = await outlived(1)
    expect(session.broker.sockets).toHaveLength(2)
    for (let tries = 0; tries < 3; tries++) {
      session.broker.last.refuse(403)
      await session.pass(500)
    }
    expect(session.status.state).toBe('auth_required')
    await session.pass(60_000)
    expect(session.broker.sockets).toHaveLength(4)
  })

  it('is made anew also while it is silent, or another connection waits', async () => {
    for (const trouble of ['silence', 'refusal'] as const) {
      const session = openSession()
      if (trouble === 'refusal') session.want('A:LTP', 'B:LTP', 'C:LTP')
      session.tickets.login('one', { expiresAt: session.clock.now() + 5000 })
      session.broker.last.accept()
      if (trouble === 'refusal') session.broker.last.refuse(429)
      await session.pass(5750, { beats: trouble === 'refusal' })
      expect(session.status.state).toBe('suspect')
      const [first] = session.broker.sockets
      expect(first?.cut).toBe(false)
      await session.pass(1250)
      expect(first?.cut).toBe(true)
    }
  })

  it('stays where the broker takes the login all the same', async () => {
    const session = await outlived(1)
    session.broker.last.accept()
    await session.pass(7_200_000, { beats: true, step: 500 })
    expect(session.broker.sockets).toHaveLength(2)
  })

  it('is left alone until then, and where the login was over before', async () => {
    expect((await outlived(2)).broker.sockets).toHaveLength(1)
    expect((await outlived(-1)).broker.sockets).toHaveLength(1)
  })
})
