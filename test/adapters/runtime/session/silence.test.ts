import { describe, expect, it } from 'vitest'
import { openSession } from './sessionrig.ts'

describe('silence while the connection lives', () => {
  it('is told within 30 s when the market trades, and the connection is made anew once a minute at most', async () => {
    const session = openSession({ isTrading: true })
    session.want('A:LTP', 'G:LTP')
    session.live()
    await session.pass(29_000, { beats: true })
    expect(session.status.state).not.toBe('live')
    expect(session.broker.sockets).toHaveLength(2)
    session.broker.last.accept()
    await session.pass(50_000, { beats: true })
    expect(session.status.state).toBe('suspect')
    expect(session.broker.sockets).toHaveLength(2)
    await session.pass(10_000, { beats: true })
    expect(session.broker.sockets).toHaveLength(3)
    session.broker.last.accept()
    session.broker.last.say('tick A 5')
    await session.pass(1000)
    expect(session.status.state).toBe('live')
  })

  it('is no fault of a broker that is not connected: what it refused for has its pause, and its reason stays', async () => {
    const session = openSession({ isTrading: true })
    session.want('A:LTP')
    session.live()
    session.broker.last.drop()
    await session.pass(1000)
    session.broker.last.refuse(429)
    await session.pass(59_000)
    expect(session.status).toMatchObject({ state: 'down' })
    expect(session.bus.statuses().at(-1)?.reason).toContain('BROKER_RATE_LIMITED')
    expect(session.broker.sockets).toHaveLength(2)
    await session.pass(6000)
    session.broker.last.accept()
    await session.pass(24_000, { beats: true })
    expect(session.status.state).toBe('live')
    expect(session.broker.sockets).toHaveLength(3)
  })

  it('is quiet, and nothing else, when the market is closed', async () => {
    const session = openSession()
    session.want('A:LTP')
    session.live()
    await session.pass(3_600_000, { beats: true, step: 1000 })
    expect(session.states()).toEqual(['starting', 'auth_required', 'starting', 'live', 'quiet'])
    expect(session.broker.sockets).toHaveLength(1)
  })

  it('of a socket that outlived the night ends within a minute of the open', async () => {
    const session = openSession({ isTrading: true })
    session.want('A:LTP', 'G:LTP')
    session.live()
    session.broker.last.say('tick G 5')
    session.market.isTrading = false
    await session.pass(3_600_000, { beats: true, step: 1000 })
    expect(session.status.state).toBe('quiet')
    session.market.isTrading = true
    await session.pass(60_000, { beats: true })
    expect(session.broker.sockets[0]?.cut).toBe(true)
  })

  it('is told although somebody wants something more every few seconds', async () => {
    const session = openSession({ isTrading: true })
    session.live()
    session.want('A:LTP', 'B:LTP')
    for (let nth = 0; nth < 60; nth++) {
      session.broker.last.say('tick A 5')
      await session.pass(1000, { step: 1000 })
    }
    for (let nth = 0; nth < 3; nth++) {
      session.want('A:LTP', 'B:LTP')
      await session.pass(5000, { beats: true })
      session.want('A:LTP')
      await session.pass(5000, { beats: true })
    }
    expect(session.broker.sockets).toHaveLength(2)
  })

  it('of what is thin is no news when what was busy is wanted no more', async () => {
    const session = openSession({ isTrading: true })
    session.live()
    session.want('A:LTP', 'B:LTP')
    session.broker.last.say('tick B 7')
    for (let nth = 0; nth < 100; nth++) session.broker.last.say('tick A 5')
    session.want('B:LTP')
    await session.pass(60_000, { beats: true })
    expect(session.status.state).toBe('quiet')
    expect(session.broker.sockets).toHaveLength(1)
  })

  it('is no news when nothing is wanted', async () => {
    const session = openSession({ isTrading: true })
    session.live()
    await session.pass(120_000, { beats: true })
    expect(session.status.state).toBe('live')
  })
})
