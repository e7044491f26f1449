import { describe, expect, it } from 'vitest'
import { bookSibling, openSession } from './sessionrig.ts'

describe('a broker that opens the socket first and looks at the login afterwards', () => {
  it('is asked no more than three times with one ticket', async () => {
    const session = openSession()
    const expiresAt = session.clock.now() + 3_600_000
    session.tickets.login('one', { expiresAt })
    expect(session.feed.expiresAt).toBe(expiresAt)
    for (let tries = 0; tries < 5; tries++) {
      if (!session.broker.last.cut) session.broker.last.accept()
      if (!session.broker.last.cut) session.broker.last.say('no such token')
      await session.pass(3000)
    }
    expect(session.broker.sockets).toHaveLength(3)
    expect(session.status.state).toBe('auth_required')
    // Nobody is told that it ends in an hour.
    expect(session.feed.expiresAt).toBeUndefined()
  })

  it('has taken it when it kept the session for a while: then it is asked three times again', async () => {
    const session = openSession()
    session.tickets.login('one')
    for (let tries = 0; tries < 3; tries++) {
      session.broker.last.accept()
      await session.pass(10_000, { beats: true })
      session.broker.last.say('no such token')
      await session.pass(3000)
    }
    expect(session.broker.sockets).toHaveLength(4)
  })

  it('is asked no more than three times for what comes besides the prices', async () => {
    const session = openSession({ broker: { siblings: [bookSibling({ isAlwaysOpen: true })] } })
    session.live()
    for (let passed = 0; passed < 60_000; passed += 250) {
      const { last } = session.broker
      if (!last.cut) last.accept()
      if (!last.cut) last.say('no such token')
      await session.pass(250, { beats: true })
    }
    expect(session.broker.sockets.filter(({ url }) => url.startsWith('books'))).toHaveLength(3)
    expect(session.bus.statuses().at(-1)?.reason).toMatch(/no books: SESSION_EXPIRED/)
  })
})
