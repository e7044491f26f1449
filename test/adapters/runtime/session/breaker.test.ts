import { describe, expect, it } from 'vitest'
import { openBooks, openSession } from './sessionrig.ts'

type Session = ReturnType<typeof openSession>
type Socket = Session['broker']['last']

/** Lets time pass, and does to every socket that is dialled meanwhile what the broker does. Gives when each was dialled. */
async function serve(session: Session, ms: number, answer: (socket: Socket) => void): Promise<number[]> {
  const start = session.clock.monotonic()
  const dialledAt: number[] = []
  let done = session.broker.sockets.length
  for (let passed = 0; passed < ms; passed += 250) {
    await session.pass(250, { beats: true })
    for (; done < session.broker.sockets.length; done++) {
      dialledAt.push(session.clock.monotonic() - start)
      const socket = session.broker.sockets[done]
      if (socket) answer(socket)
    }
  }
  return dialledAt
}

const flap = (socket: Socket) => {
  socket.accept()
  socket.drop()
}
const refuse = (socket: Socket) => socket.fail({ kind: 'network', reason: 'ECONNREFUSED' })
const said = (session: Session) => session.bus.statuses().at(-1)

async function tripped(random = 0.5): Promise<Session> {
  const session = openSession({ random })
  session.live()
  session.broker.last.drop()
  while (!session.breaker.rest) await serve(session, 250, flap)
  return session
}

describe('a broker that takes connections and loses them at once', () => {
  it('is left alone for a minute after six of them, and the status says why and until when', async () => {
    const session = await tripped()
    expect(said(session)).toMatchObject({
      state: 'down',
      rest: {
        reason: '6 connections in a minute were lost within 5 s of opening',
        until: expect.closeTo(session.clock.now() + 60_000, -3),
      },
      reason: expect.stringMatching(/^BROKER_UNREACHABLE.*; the broker is left alone: 6 .*; tried again at \d\d:\d\d/),
    })
    expect(session.broker.sockets).toHaveLength(7)
    expect(await serve(session, 59_500, flap)).toEqual([])
    expect(await serve(session, 1000, () => {})).toHaveLength(1)
    expect(session.breaker.rest).toBeUndefined()
  })

  it('is left alone for longer each time the one trial fails, five minutes at most', async () => {
    const session = await tripped()
    const dialledAt = await serve(session, 1_400_000, flap)
    const rests = dialledAt.map((at, nth) => Math.round((at - (dialledAt[nth - 1] ?? 0)) / 1000))
    expect(rests).toEqual([60, 120, 240, 300, 300, 300])
    expect(session.states().slice(-1)).toEqual(['down'])
  })

  it.each([
    ['a price', (session: Session) => session.broker.last.say('tick A 1'), 0],
    ['five seconds', () => {}, 5000],
  ])('is dialled as usual again after %s of the trial', async (_, prove, ms) => {
    const session = await tripped()
    await serve(session, 60_500, socket => socket.accept())
    prove(session)
    await session.pass(ms, { beats: true })
    session.broker.last.drop()
    const dialledAt = await serve(session, 10_000, socket => socket.accept())
    expect(dialledAt).toHaveLength(1)
    expect(said(session)).toMatchObject({ state: 'live' })
    expect(said(session)?.reason).toBeUndefined()
  })

  it('is left alone no more, and nothing says so, when the trial lasts in a market without a price', async () => {
    const session = await tripped()
    await serve(session, 60_500, socket => socket.accept())
    await session.pass(6000, { beats: true })
    expect(said(session)).toMatchObject({ state: 'live' })
    expect(said(session)?.reason).toBeUndefined()
  })

  it('is dialled at once after a login', async () => {
    const session = await tripped()
    const { length } = session.broker.sockets
    session.tickets.login('two')
    expect(session.broker.sockets).toHaveLength(length + 1)
    session.broker.last.accept()
    expect(said(session)).toMatchObject({ state: 'live' })
    expect(said(session)).not.toHaveProperty('rest')
  })

  it('is not given up for good where the trial was called off', async () => {
    const session = await tripped()
    await serve(session, 60_500, () => {})
    session.feed.missed({ ms: 3000, clock: 'process' })
    await serve(session, 30_000, socket => socket.accept())
    expect(said(session)).toMatchObject({ state: 'live' })
  })
})

describe('what is no reason to leave the broker alone', () => {
  it('a connection that is cut every two seconds after it has brought prices', async () => {
    const session = openSession({ random: 0.5 })
    session.live()
    for (let nth = 0; nth < 60; nth++) {
      session.broker.last.say('tick A 1')
      await session.pass(2000, { beats: true })
      session.broker.last.drop()
      const dialled = await serve(session, 5000, socket => socket.accept())
      expect(dialled).toHaveLength(1)
    }
    expect(session.breaker.rest).toBeUndefined()
  })

  it('six sockets that are lost together once', async () => {
    const limits = { connections: 6, instrumentsPerConnection: 1, instrumentsPerMessage: 1, messagePauseMs: 0 }
    const session = openSession({ random: 0.1, broker: { limits } })
    session.want('A:LTP', 'B:LTP', 'C:LTP', 'D:LTP', 'E:LTP', 'F:LTP')
    session.live()
    for (let nth = 1; nth < 6; nth++) session.broker.last.accept()
    for (const socket of session.broker.sockets) socket.drop()
    await serve(session, 5000, socket => socket.accept())
    expect(session.feed.connections()).toEqual({ open: 6, needed: 6 })
  })

  it.each([
    ['"too many"', (socket: Socket) => socket.refuse(429, 1000)],
    ['another program', (socket: Socket) => socket.evict()],
  ])('%s', async (_, answer) => {
    const session = openSession({ random: 0.5 })
    session.live()
    session.broker.last.drop()
    await serve(session, 600_000, answer)
    expect(session.breaker.rest).toBeUndefined()
  })
})

describe('an outage', () => {
  const limits = { connections: 3, instrumentsPerConnection: 2, instrumentsPerMessage: 2, messagePauseMs: 500 }

  it.each([0, 0.2, 0.5, 0.9, 1])(
    'of 30 s ends within 5 s of the broker’s return, on every socket, and each took its turn (draw %d)',
    async random => {
      const session = openSession({ random, broker: { limits } })
      session.want('A:LTP', 'B:LTP', 'C:LTP', 'D:LTP', 'E:LTP')
      session.live()
      for (let nth = 1; nth < 3; nth++) session.broker.last.accept()
      for (const socket of session.broker.sockets) {
        socket.say('tick A 1')
        socket.drop()
      }
      const inVain = await serve(session, 30_000, refuse)
      expect(inVain.length).toBeLessThanOrEqual(16)
      expect(session.breaker.rest).toBeUndefined()
      await serve(session, 5000, socket => socket.accept())
      expect(session.feed.connections()).toEqual({ open: 3, needed: 3 })
    },
  )

  it('is no storm either with sockets of several kinds', async () => {
    const session = openBooks()
    session.want('A:BOOK50')
    session.live()
    session.nth(1).accept()
    for (const socket of session.broker.sockets) socket.drop()
    expect((await serve(session, 60_000, refuse)).length).toBeLessThanOrEqual(30)
    expect(session.breaker.rest).toBeUndefined()
  })
})

describe('logins', () => {
  it('that the broker refuses are tried three times each, whatever else fails', async () => {
    const session = openSession({ random: 0 })
    for (let nth = 0; nth < 10; nth++) {
      const before = session.broker.sockets.length
      session.tickets.login(`ticket ${nth}`)
      session.broker.last.refuse(403)
      await serve(session, 60_000, socket => socket.refuse(403))
      expect(session.broker.sockets.length - before).toBe(3)
      expect(said(session)).toMatchObject({ state: 'auth_required' })
    }
  })
})
