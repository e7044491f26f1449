import { describe, expect, it } from 'vitest'
import { equity, ltps, sequences, settle } from '../rig.ts'
import { LISTED, openBooks, openSession, told } from './sessionrig.ts'

const LINGER_MS = 10_000
const SMALL = { connections: 3, instrumentsPerConnection: 2, instrumentsPerMessage: 2, messagePauseMs: 500 }

const open = (more: Parameters<typeof openSession>[0] = {}) => {
  const session = openSession({ lingerMs: LINGER_MS, ...more })
  session.live()
  return session
}

describe('an instrument that nobody wants any more', () => {
  it('is carried for ten seconds, and only then does the broker hear of it', async () => {
    const session = open()
    session.want('A:LTP')
    await session.pass(1000, { beats: true })
    session.want()
    await session.pass(9750, { beats: true })
    expect(told(session)).toEqual(['sub LTP A'])
    await session.pass(750, { beats: true })
    expect(told(session)).toEqual(['sub LTP A', 'drop A'])
  })

  it('does not count as wanted', async () => {
    const session = open()
    session.want('A:LTP', 'B:LTP')
    session.broker.last.say('tick A 1; tick B 1')
    session.want('B:LTP')
    await session.pass(1000, { beats: true })
    expect(session.bus.statuses().at(-1)).toMatchObject({ wanted: 1, confirmed: 1 })
  })

  it('keeps its value fresh and its sequence counting, and costs the broker nothing when it is wanted again', async () => {
    const session = open()
    session.want('A:LTP')
    session.broker.last.say('tick A 1')
    session.want()
    session.broker.last.say('tick A 2')
    session.broker.last.say('tick A 3')
    await session.pass(5000, { beats: true })
    session.want('A:LTP')
    await session.pass(1000, { beats: true })
    const lane = session.bus.lane('P1')
    expect(ltps(lane)).toEqual([1, 3])
    expect(sequences(lane)).toEqual([1, 3])
    expect(lane[1]?.header.snapshot).toBe(true)
    await session.pass(20_000, { beats: true })
    expect(told(session)).toEqual(['sub LTP A'])
  })

  it('lingers for ten seconds anew when it is given up again', async () => {
    const session = open()
    session.want('A:LTP')
    session.want()
    await session.pass(6000, { beats: true })
    session.want('A:LTP')
    session.want()
    await session.pass(6000, { beats: true })
    expect(told(session)).toEqual(['sub LTP A'])
    await session.pass(6000, { beats: true })
    expect(told(session)).toEqual(['sub LTP A', 'drop A'])
  })

  it('keeps a mode that nobody wants any more as long', async () => {
    const session = open()
    session.want('A:DEPTH')
    session.want('A:LTP')
    await session.pass(9000, { beats: true })
    expect(told(session)).toEqual(['sub DEPTH A'])
    await session.pass(2000, { beats: true })
    expect(told(session)).toEqual(['sub DEPTH A', 'change DEPTH>LTP A'])
  })

  it('is let go at once when the list says something else of it: its token may be another’s', async () => {
    const session = open()
    session.want('A:LTP')
    session.want()
    session.relist([equity('A', { token: 'Z' }), ...LISTED.slice(1)])
    await session.pass(500, { beats: true })
    expect(told(session)).toEqual(['sub LTP A', 'drop A'])
  })

  it('gives its place to one that is wanted, the longest unwanted first', async () => {
    const session = open({ broker: { limits: { ...SMALL, connections: 1, instrumentsPerConnection: 3 } } })
    session.want('A:LTP', 'B:LTP', 'C:LTP')
    await session.pass(1000, { beats: true })
    session.want('B:LTP', 'C:LTP')
    await session.pass(1000, { beats: true })
    session.want('C:LTP')
    await session.pass(1000, { beats: true })
    session.want('C:LTP', 'D:LTP')
    await session.pass(1000, { beats: true })
    expect(told(session)?.slice(-2)).toEqual(['drop A', 'sub LTP D'])
    expect(session.bus.statuses().at(-1)?.rejected).toEqual([])
  })

  it('gives up its deep book where those are few', async () => {
    const limits = { ...SMALL, connections: 1, instrumentsPerConnection: 5, instrumentsPerMode: { BOOK50: 1 } }
    const session = open({ broker: { limits } })
    session.want('A:BOOK50')
    session.want('A:LTP')
    session.want('A:LTP', 'B:BOOK50')
    await session.pass(2000, { beats: true })
    expect(told(session)).toEqual(['sub BOOK50 A', 'change BOOK50>LTP A', 'sub BOOK50 B'])
  })

  it('lingers on the sockets beside the main one too', async () => {
    const session = openBooks({}, LINGER_MS)
    session.live()
    session.want('A:BOOK50')
    session.nth(1).accept()
    session.want()
    await session.pass(9000, { beats: true })
    expect(told(session, 1)).toEqual(['sub BOOK50 book-A'])
    session.want('A:BOOK50')
    await session.pass(20_000, { beats: true })
    expect(told(session, 1)).toEqual(['sub BOOK50 book-A'])
  })
})

describe('a thousand changes of mind', () => {
  const NAMES = ['A', 'B', 'C', 'D']

  it('reach the broker in none of its messages while they are shorter than the linger', async () => {
    const session = open()
    session.want('A:LTP')
    for (let nth = 0; nth < 1000; nth++) {
      session.want(...(nth % 2 === 0 ? [] : ['A:LTP']))
      session.clock.advance(9)
    }
    await settle()
    expect(told(session)).toEqual(['sub LTP A'])
  })

  it('cost no more than one message in each of the broker’s pauses, whatever comes and goes', async () => {
    const session = open({ broker: { limits: { ...SMALL, connections: 1, instrumentsPerConnection: 10 } } })
    const sentAt: number[] = []
    const note = () => {
      while (sentAt.length < (told(session)?.length ?? 0)) sentAt.push(session.clock.monotonic())
    }
    for (let nth = 0; nth < 1000; nth++) {
      session.want(...NAMES.filter((_, place) => (nth >> place) % 2 === 0).map(name => `${name}:LTP`))
      note()
      await session.pass(50, { step: 50, beats: nth % 20 === 0 })
      note()
    }
    const gaps = sentAt.slice(1).map((at, nth) => at - (sentAt[nth] ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(SMALL.messagePauseMs)
    expect(sentAt.length).toBeLessThan(20)
  })

  it('without a linger are said as they come, in batches', async () => {
    const session = open({ lingerMs: 0 })
    session.want('A:LTP')
    session.want()
    await session.pass(500)
    expect(told(session)).toEqual(['sub LTP A', 'drop A'])
  })
})
