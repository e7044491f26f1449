import { describe, expect, it } from 'vitest'
import { A, B, C, D, E, poll, values } from './pollerrig.ts'

describe('while no connection can be had', () => {
  it('what was polled is forgotten when it cannot be polled again for a round', async () => {
    const { want, pass, lose, broker, session } = poll()
    want(A)
    lose()
    await pass(10_000)
    expect(session.values.size).toBe(1)
    broker.refuse = 'BROKER_UNREACHABLE'
    await pass(25_000)
    expect(session.values.size).toBe(1)
    await pass(15_000)
    expect(session.values.size).toBe(0)
  })

  it('a refusal of the login is told on: no socket can say so', async () => {
    const { want, pass, lose, broker, session } = poll()
    broker.refuse = 'SESSION_EXPIRED'
    want(A)
    await pass(6000)
    expect(session.refusals).toBe(0)
    lose()
    await pass(70_000)
    expect(session.refusals).toBe(1)
  })

  it('a market that is closed is asked for what it has not said, and no more', async () => {
    const { want, pass, lose, symbols, session } = poll()
    session.closed.add(A.exchange)
    want(A, B)
    lose()
    await pass(120_000)
    expect(symbols()).toEqual(['A,B'])
  })

  it('everything is asked for after five seconds, then every thirty, and the status says so', async () => {
    const { want, ticked, pass, lose, asked, offered, told } = poll()
    want(A, B, C)
    ticked(A, B, C)
    await pass(3000)
    lose()
    await pass(40_000)
    expect(asked).toEqual([
      [8500, 'A,B'],
      [9500, 'C'],
      [38_500, 'A,B'],
      [39_500, 'C'],
    ])
    expect(values(offered)).toBe('ABCABC')
    expect(offered.every(({ tick }) => tick.isPolled)).toBe(true)
    expect(told).toEqual(['prices are polled, every 30 s'])
  })

  it('what is wanted between two rounds is asked for after two seconds, once', async () => {
    const { want, pass, lose, asked } = poll()
    want(A)
    lose()
    await pass(8000)
    want(A, B, E)
    await pass(20_000)
    expect(asked).toEqual([
      [5500, 'A'],
      [10_500, 'B,E'],
    ])
  })

  it('rounds follow each other when the pauses of the broker make one longer', async () => {
    const { want, pass, lose, asked, told } = poll({ poll_seconds: 2 })
    want(A, B, C, D, E)
    lose()
    await pass(12_000)
    expect(asked.map(([, symbols]) => symbols)).toEqual(['A,B', 'C,D', 'E', 'A,B', 'C,D', 'E', 'A,B'])
    expect(asked.slice(1).every(([at], place) => at - (asked[place]?.[0] ?? 0) >= 1000)).toBe(true)
    expect(told.at(-1)).toBe('prices are polled, every 3 s')
  })

  it('the round ends at once when one is open, and its late answer takes nobody’s place', async () => {
    const { want, pass, lose, back, ticked, broker, symbols, offered, told } = poll()
    want(A, B, C, D)
    lose()
    broker.before = async () => {
      back()
      ticked(A)
    }
    await pass(10_000)
    expect(symbols()).toEqual(['A,B', 'C,D'])
    expect(values(offered)).toBe('BCD')
    expect(told.at(-1)).toBeUndefined()
  })

  it('a round that was broken off is not finished in the next outage, which begins one of its own', async () => {
    const { want, pass, lose, back, ticked, symbols } = poll()
    want(A, B, C, D)
    lose()
    await pass(6000)
    back()
    ticked(A, B, C, D)
    await pass(1000)
    lose()
    await pass(7000)
    expect(symbols()).toEqual(['A,B', 'A,B', 'C,D'])
  })

  it('what nobody wants any more is left out of the round', async () => {
    const { want, pass, lose, symbols } = poll()
    want(A, B, C, D)
    lose()
    await pass(5750)
    want(A, D)
    await pass(5000)
    expect(symbols()).toEqual(['A,B', 'D'])
  })

  it('what still ticks on a socket of another kind is left out of the round', async () => {
    const { want, pass, lose, ticked, symbols } = poll({ poll_seconds: 2 })
    want(A, B, C)
    lose()
    for (let seconds = 0; seconds < 10; seconds++) {
      ticked(A)
      await pass(1000)
    }
    expect(new Set(symbols())).toEqual(new Set(['B,C']))
    expect(symbols().length).toBeGreaterThan(1)
    await pass(7000)
    expect(symbols().at(-2)).toBe('A,B')
  })

  it('a short outage is waited for, and one that begins again is waited for again', async () => {
    const { want, pass, lose, back, ticked, asked } = poll()
    want(A)
    for (let times = 0; times < 5; times++) {
      lose()
      await pass(4500)
      back()
      ticked(A)
      await pass(1000)
    }
    expect(asked).toEqual([])
  })

  it.each([
    ['while nobody has logged in', { state: 'auth_required' }],
    ['without a list of instruments', { isListed: false }],
    ['without a ticket', { ticket: undefined }],
  ])('nothing is asked %s', async (_, change) => {
    const { want, pass, lose, session, asked } = poll()
    want(A)
    lose()
    Object.assign(session, change)
    await pass(120_000)
    expect(asked).toEqual([])
  })

  it('nothing is asked where the owner wants none of it', async () => {
    const { want, pass, lose, asked } = poll({ poll_seconds: 0 })
    want(A)
    lose()
    await pass(120_000)
    expect(asked).toEqual([])
  })

  it('a connection that is suspect and silent counts as none', async () => {
    const { want, pass, session, asked } = poll()
    want(A)
    Object.assign(session, { state: 'suspect', open: 0 })
    await pass(6000)
    expect(asked).toHaveLength(1)
  })
})
