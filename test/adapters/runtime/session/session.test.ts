import { describe, expect, it } from 'vitest'
import { equity, ltps, settle, topicOf } from '../rig.ts'
import { LISTED, openSession, told } from './sessionrig.ts'

describe('a session', () => {
  it('waits for a login without asking the broker anything', async () => {
    const session = openSession()
    session.want('A:QUOTE')
    await session.pass(30_000)
    expect(session.broker.sockets).toEqual([])
    expect(session.states()).toEqual(['starting', 'auth_required'])
    expect(session.bus.statuses().at(-1)?.reason).toContain('nobody has logged in')
  })

  it('connects with the login as soon as there is one, without anything wanted', () => {
    const session = openSession()
    session.tickets.login('one')
    expect(session.broker.sockets.map(({ url }) => url)).toEqual(['test:one'])
    expect(session.status.state).toBe('starting')
    session.broker.last.accept()
    expect(session.status.state).toBe('live')
  })

  it('asks for each wanted instrument once, in the highest mode anyone wants, and projects what comes', () => {
    const session = openSession()
    session.live()
    session.want('A:LTP', 'A:QUOTE')
    session.broker.last.say('tick A 100 QUOTE')
    expect(told(session)).toEqual(['sub QUOTE A'])
    expect(session.bus.lane('P1')).toEqual([])
    session.clock.advance(1)
    expect(session.bus.lane('P1').map(({ topic }) => topic)).toEqual([topicOf('A', 'LTP'), topicOf('A', 'QUOTE')])
  })

  it('changes the mode when the highest wish changes, and drops what nobody wants', async () => {
    const session = openSession()
    session.live()
    session.want('A:LTP')
    session.want('A:LTP', 'A:DEPTH')
    await session.pass(500)
    session.want('A:LTP')
    await session.pass(500)
    session.want()
    await session.pass(500)
    expect(told(session)).toEqual(['sub LTP A', 'change LTP>DEPTH A', 'change DEPTH>LTP A', 'drop A'])
  })

  it('says the first change at once and further ones in batches, no faster than the broker likes', async () => {
    const session = openSession()
    session.live()
    session.want('A:LTP')
    session.want('A:LTP', 'B:LTP')
    session.want('B:QUOTE')
    expect(told(session)).toEqual(['sub LTP A'])
    session.clock.advance(499)
    expect(told(session)).toHaveLength(1)
    session.clock.advance(1)
    expect(told(session)).toEqual(['sub LTP A', 'drop A'])
    await session.pass(500)
    expect(told(session)?.slice(2)).toEqual(['sub QUOTE B'])
  })

  it('hands out no value of a time when nobody wanted the instrument', async () => {
    const session = openSession()
    session.live()
    session.want('A:LTP', 'B:LTP')
    session.broker.last.say('tick A 100; tick B 7')
    session.want('B:LTP')
    await session.pass(600_000, { beats: true, step: 1000 })
    session.want('A:LTP', 'B:LTP')
    await session.pass(1000, { beats: true })
    session.broker.last.say('tick A 90')
    session.clock.advance(1)
    expect(ltps(session.bus.lane('P1'))).toEqual([100, 7, 90])
  })

  it('opens further connections when one is full, the first one before them, and closes them when they are empty', async () => {
    const session = openSession()
    session.want('A:LTP', 'B:LTP', 'C:LTP', 'D:LTP', 'E:LTP')
    session.tickets.login('one')
    expect(session.broker.sockets).toHaveLength(1)
    session.broker.last.accept()
    expect(session.broker.sockets).toHaveLength(2)
    session.broker.last.accept()
    expect(session.broker.sockets).toHaveLength(3)
    session.broker.last.accept()
    expect([0, 1, 2].map(nth => told(session, nth))).toEqual([['sub LTP A,B'], ['sub LTP C,D'], ['sub LTP E']])
    session.want('A:LTP', 'C:LTP')
    await session.pass(1000)
    expect(session.broker.sockets.map(({ cut }) => cut)).toEqual([false, false, true])
    expect(session.bus.statuses().at(-1)?.state).toBe('live')
  })

  it('refuses what is beyond the account’s limit, and takes it when there is room again', async () => {
    const session = openSession()
    session.live()
    session.want(...LISTED.map(({ symbol }) => `${symbol}:LTP`))
    expect(session.feed.usages()[0]).toMatchObject({ used: 6, limit: 6, refused: [{ symbol: 'G' }] })
    await session.pass(1000)
    expect(session.bus.statuses().at(-1)).toMatchObject({
      state: 'live',
      reason: 'SUBSCRIPTION_LIMIT: the broker allows 6 instruments at a time; 1 more is wanted and has no prices',
    })
    session.want(...LISTED.slice(1).map(({ symbol }) => `${symbol}:LTP`))
    expect(session.feed.usages()[0]).toMatchObject({ used: 6, refused: [] })
    await session.pass(1000)
    expect(session.bus.statuses().at(-1)?.reason).toBeUndefined()
    expect(told(session, 0)).toEqual(['sub LTP A,B', 'drop A', 'sub LTP G'])
  })

  it('is ready for subscriptions only after the broker has accepted a login frame, and answers what it asks', () => {
    const session = openSession({ hello: ['hello'] })
    session.tickets.login('one')
    session.want('A:LTP')
    session.broker.last.accept()
    expect([session.status.state, told(session)]).toEqual(['starting', ['hello']])
    session.broker.last.say('ready')
    session.broker.last.say('ask me')
    expect([session.status.state, told(session)]).toEqual(['live', ['hello', 'sub LTP A', 'me']])
  })

  it('sends the broker the heartbeat it wants', async () => {
    const session = openSession()
    session.live()
    await session.pass(60_000, { beats: true })
    expect(session.broker.last.sent.filter(frame => frame === 'ping')).toHaveLength(2)
  })

  it('says nothing more of a connection that is over, whatever still comes from it', async () => {
    const session = openSession()
    session.live()
    session.want('A:LTP')
    const [old] = session.broker.sockets
    session.tickets.login('two')
    session.broker.last.accept()
    old?.say('tick A 1')
    old?.drop()
    await session.pass(1)
    expect(session.status.state).toBe('live')
    expect(session.bus.lane('P1')).toEqual([])
  })
})

describe('a ticket the broker refuses', () => {
  it('is tried three times in all, then the feed asks for a login and leaves the broker alone', async () => {
    const session = openSession()
    session.want('A:LTP', 'B:LTP', 'C:LTP')
    session.live()
    session.broker.last.accept()
    for (const socket of session.broker.sockets.slice()) socket.drop()
    for (let tries = 0; tries < 3; tries++) {
      await session.pass(2000)
      expect(session.status.state).toBe('down')
      session.broker.last.refuse(403)
    }
    expect(session.bus.statuses().at(-1)).toMatchObject({
      state: 'auth_required',
      reason: 'SESSION_EXPIRED: HTTP 403; next: tickwire account login TESTFEED',
    })
    expect(session.tickets.looks).toBeGreaterThanOrEqual(3)
    await session.pass(600_000)
    expect(session.broker.sockets).toHaveLength(5)
  })

  it('is given up, too, when one connection is taken and the next one refused', async () => {
    const session = openSession({ random: 0.5 })
    session.want('A:LTP', 'B:LTP', 'C:LTP')
    session.tickets.login('one')
    for (let tries = 0; tries < 3; tries++) {
      session.broker.last.accept()
      session.broker.last.refuse(403)
      await session.pass(1000)
    }
    expect(session.status.state).toBe('auth_required')
    expect(session.broker.sockets.map(({ cut }) => cut)).toEqual(Array(6).fill(true))
  })

  it('counts as refused when the words of the refusal never end', async () => {
    const session = openSession()
    session.tickets.login('one')
    for (let tries = 0; tries < 3; tries++) {
      session.broker.last.stall(403)
      await session.pass(2000)
    }
    expect(session.bus.statuses().at(-1)).toMatchObject({
      state: 'auth_required',
      reason: /^SESSION_EXPIRED: HTTP 403/,
    })
    expect(session.broker.sockets).toHaveLength(3)
  })

  it('is forgotten with the next login: everything is connected and wanted again at once', async () => {
    const session = openSession()
    session.want('A:LTP')
    session.tickets.login('one')
    for (let tries = 0; tries < 3; tries++) {
      session.broker.last.refuse(403)
      await session.pass(1000)
    }
    session.tickets.login('two')
    expect(session.broker.last.url).toBe('test:two')
    session.broker.last.accept()
    expect([session.status.state, told(session)]).toEqual(['live', ['sub LTP A']])
    session.broker.last.say('tick A 5')
    session.clock.advance(1)
    expect(ltps(session.bus.lane('P1'))).toEqual([5])
  })

  it('is not tried a second time when another one is there by then', async () => {
    const session = openSession()
    session.tickets.login('one')
    session.broker.last.refuse(403)
    session.tickets.login('two')
    await session.pass(5000, { beats: true })
    expect(session.broker.sockets.map(({ url }) => url)).toEqual(['test:one', 'test:two'])
  })

  it('is let go of when the credentials were replaced', () => {
    const session = openSession()
    session.live()
    session.tickets.logout()
    expect(session.broker.last.cut).toBe(true)
    expect(session.status.state).toBe('auth_required')
  })
})

describe('a list of instruments that changes', () => {
  it('moves what is wanted to the new token and keeps the sequence', async () => {
    const session = openSession()
    session.want('A:LTP', 'B:LTP')
    session.live()
    session.broker.last.say('tick A 100')
    session.relist([equity('A', { token: 'A2' }), ...LISTED.slice(1)])
    await session.pass(1000)
    expect(told(session)).toEqual(['sub LTP A,B', 'drop A', 'sub LTP A2'])
    session.broker.last.say('tick A 666')
    session.broker.last.say('tick A2 101')
    session.clock.advance(1)
    expect(ltps(session.bus.lane('P1'))).toEqual([100, 101])
    expect(session.bus.lane('P1').map(({ header }) => header.sequence)).toEqual([1, 2])
  })

  it('serves nothing by a list that is too old, and everything again by the next one', async () => {
    const session = openSession()
    session.want('A:LTP')
    session.live()
    session.feed.setUnlisted({ state: 'down', reason: 'no list of instruments' })
    session.broker.last.say('tick A 666')
    await session.pass(500, { beats: true })
    session.feed.setUnlisted(undefined)
    await session.pass(500, { beats: true })
    session.broker.last.say('tick A 101')
    session.clock.advance(1)
    expect(ltps(session.bus.lane('P1'))).toEqual([101])
    expect(told(session)).toEqual(['sub LTP A', 'drop A', 'sub LTP A'])
  })

  it('lets go of what is listed no more, and serves it when it is listed again', async () => {
    const session = openSession()
    session.want('A:LTP')
    session.live()
    session.relist(LISTED.slice(1))
    await session.pass(500)
    expect(session.bus.statuses().at(-1)?.wanted).toBe(0)
    session.relist(LISTED)
    await session.pass(500)
    expect(told(session)).toEqual(['sub LTP A', 'drop A', 'sub LTP A'])
  })
})

it('forgets polled values when nobody is logged in any more', async () => {
  const session = openSession()
  session.want('A:LTP')
  session.live()
  session.broker.last.drop()
  const [instrument] = LISTED
  if (instrument) session.offer(instrument, 100, { isPolled: true })
  session.tickets.logout()
  session.bus.want('P2', 1, [topicOf('A')])
  await settle()
  session.clock.advance(1)
  expect(session.bus.lane('P2').filter(({ frame }) => frame)).toEqual([])
})
