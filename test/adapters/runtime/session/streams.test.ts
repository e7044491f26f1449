import { describe, expect, it } from 'vitest'
import { openBooks, openSession, SOURCES, testBroker } from './sessionrig.ts'
import { ORDER } from './words.ts'

it('joins nothing to what a lost connection said', async () => {
  const session = openBooks()
  session.want('A:QUOTE')
  session.live()
  session.nth(0).say('top A 100')
  session.nth(0).drop()
  await session.pass(1000)
  session.broker.last.accept()
  session.clock.advance(2)
  const before = session.bus.lane('P1').length
  session.broker.last.say('more A 5')
  session.clock.advance(2)
  expect(session.bus.lane('P1')).toHaveLength(before)
})

it('counts what an instrument takes in its mode', () => {
  const { limits } = testBroker()
  const session = openSession({ broker: { limits: { ...limits, weights: { DEPTH: 2 } } } })
  session.live()
  session.want('A:DEPTH', 'B:LTP')
  expect(session.feed.usages()[0]).toMatchObject({ used: 3, limit: 6 })
})

it('hands on what becomes of orders, from whichever socket', () => {
  const session = openBooks({ isAlwaysOpen: true })
  session.live()
  session.broker.last.accept()
  session.nth(0).say('filled A')
  session.nth(1).say('filled B')
  expect(session.orders).toEqual([
    { ...ORDER, symbol: 'A' },
    { ...ORDER, symbol: 'B' },
  ])
})

it('hands on an order once that all connections bring', () => {
  const session = openSession()
  session.live()
  session.want('A:LTP', 'B:LTP', 'C:LTP')
  session.broker.last.accept()
  expect(session.broker.sockets).toHaveLength(2)
  for (const socket of session.broker.sockets) socket.say('filled A')
  expect(session.orders).toEqual([{ ...ORDER, symbol: 'A' }])
})

describe('a broker that does not take the login and leaves the socket open', () => {
  it('is left, and asked no more than three times with one ticket', async () => {
    const session = openSession({ hello: ['hello'] })
    session.tickets.login('one')
    for (let tries = 0; tries < 3; tries++) {
      session.broker.last.accept()
      session.broker.last.say('no such token')
      expect(session.broker.last.cut).toBe(true)
      await session.pass(3000)
    }
    expect(session.broker.sockets).toHaveLength(3)
    expect(session.bus.statuses().at(-1)).toMatchObject({
      state: 'auth_required',
      reason: expect.stringContaining('SESSION_EXPIRED: such token'),
    })
  })
})

describe('a change of what was said before', () => {
  it('is of now, though it tells an earlier time; all of it at once with an earlier time is not', () => {
    const session = openSession({ broker: { sources: SOURCES } })
    session.live()
    session.want('A:LTP')
    const now = session.clock.now()
    session.broker.last.say(`top A 100 ${now}`)
    session.broker.last.say(`change A 101 ${now - 1000}`)
    expect(session.publisher.counts()).toMatchObject({ ticks: 2, late: 0 })
    session.broker.last.say(`top A 99 ${now - 2000}`)
    expect(session.publisher.counts()).toMatchObject({ ticks: 2, late: 1 })
  })
})
