import { describe, expect, it } from 'vitest'
import { equity } from '../rig.ts'
import { LISTED, openSession } from './sessionrig.ts'

const HOUR = 3_600_000
const [A = equity('A')] = LISTED

/** A session that is live with prices of A, while the market trades. */
async function open() {
  const session = openSession({ isTrading: true })
  session.want('A:LTP')
  session.live()
  session.offer(A, 100)
  await session.pass(2000, { beats: true })
  return session
}

const steps = ({ lines }: Awaited<ReturnType<typeof open>>) =>
  lines.filter(({ text }) => text.startsWith('clock step')).map(({ text }) => text)

describe('a session whose clock is set', () => {
  it('back by an hour stays connected and live, goes on in order, and says so in one line', async () => {
    const session = await open()
    const before = session.broker.sockets.length
    session.clock.step(-HOUR)
    session.offer(A, 101)
    await session.pass(5000, { beats: true })
    expect(session.broker.sockets).toHaveLength(before)
    expect(session.status.state).toBe('live')
    expect(session.publisher.counts()).toMatchObject({ ticks: 2, late: 0 })
    expect(session.bus.lane('P1').map(({ header }) => header.sequence)).toEqual([1, 2])
    expect(steps(session)).toEqual(['clock step: the clock was set back by 3600.0 s'])
  })

  it('ahead by two hours connects anew once, as after sleep, keeps its login, and says so in one line', async () => {
    const session = await open()
    const before = session.broker.sockets.length
    session.clock.step(2 * HOUR)
    await session.pass(1000, { beats: true })
    session.broker.last.accept()
    await session.pass(15_000, { beats: true })
    expect(session.broker.sockets).toHaveLength(before + 1)
    // Before anybody had logged in, and not again.
    expect(session.states().filter(state => state === 'auth_required')).toHaveLength(1)
    expect(session.tickets.current()).toMatchObject({ ticket: 'one' })
    expect(steps(session)).toHaveLength(1)
  })

  it('ahead past the end of its login asks the broker, whose word counts, and no more than once', async () => {
    const session = openSession({ isTrading: true })
    session.want('A:LTP')
    session.tickets.login('one', { expiresAt: session.clock.now() + HOUR })
    session.broker.last.accept()
    await session.pass(2000, { beats: true })
    const before = session.broker.sockets.length
    session.clock.step(2 * HOUR)
    await session.pass(1000, { beats: true })
    session.broker.last.accept()
    session.offer(A, 100)
    await session.pass(5000, { beats: true })
    expect(session.broker.sockets).toHaveLength(before + 1)
    expect(session.status.state).toBe('live')
  })
})
