import { describe, expect, it } from 'vitest'
import { TickwireError } from '../../shared/errors.ts'
import { A, B, C, D, E, OK, poll, values } from './pollerrig.ts'
import { settle } from './runtime/rig.ts'

describe('what has not ticked', () => {
  it('is asked for after two seconds, as many as a request takes, as far apart as the broker likes', async () => {
    const { want, ticked, pass, asked, offered } = poll()
    want(A, B, C, D)
    await pass(1000)
    ticked(B)
    await pass(4000)
    expect(asked).toEqual([
      [2500, 'A,C'],
      [3500, 'D'],
    ])
    expect(values(offered)).toBe('ACD')
    expect(offered[0]?.tick).toEqual({ ltp: 7, timestamp: 200, isPolled: true, mode: 'QUOTE' })
  })

  it('is asked for once for each wish, also when the broker has nothing to say of it', async () => {
    const { want, pass, symbols } = poll()
    want(E)
    await pass(60_000)
    expect(symbols()).toEqual(['E'])
    want()
    await pass(1000)
    want(E)
    await pass(60_000)
    expect(symbols()).toEqual(['E', 'E'])
  })

  it('gets two seconds of its own, however long others are wanted', async () => {
    const { want, ticked, pass, asked } = poll()
    want(A)
    ticked(A)
    await pass(10_000)
    want(A, B)
    await pass(5000)
    expect(asked).toEqual([[12_500, 'B']])
  })

  it('is waited for until ticks can come, and then for two seconds more', async () => {
    const { want, pass, session, asked } = poll({ state: 'starting' })
    want(A)
    await pass(10_000)
    expect(asked).toEqual([])
    session.state = 'quiet'
    await pass(5000)
    expect(asked).toEqual([[12_500, 'A']])
  })

  it('is asked for once more after the sockets were gone', async () => {
    const { want, pass, lose, back, symbols } = poll({ poll_seconds: 0 })
    want(A)
    await pass(5000)
    lose()
    await pass(20_000)
    back()
    await pass(20_000)
    expect(symbols()).toEqual(['A', 'A'])
  })

  it('keeps the value that came by socket while the answer was under way', async () => {
    const { want, pass, ticked, broker, offered, asked } = poll()
    broker.before = async () => ticked(A)
    want(A, B)
    await pass(4000)
    expect([asked.length, values(offered)]).toEqual([1, 'B'])
  })

  it('gets nothing when nobody wants it any more, or the login is over, when the answer is there', async () => {
    const one = poll()
    one.broker.before = async () => one.want(B)
    one.want(A, B)
    await one.pass(4000)
    expect(values(one.offered)).toBe('B')
    const other = poll()
    other.broker.before = async () => {
      other.session.state = 'auth_required'
    }
    other.want(A)
    await other.pass(4000)
    expect([other.asked.length, other.offered]).toEqual([1, []])
  })

  it('does not keep others waiting when the broker refuses it, and is given up after three times', async () => {
    const { want, pass, broker, symbols, offered } = poll()
    broker.poison = 'A'
    want(A, B, C, D)
    await pass(120_000)
    expect(symbols().slice(0, 2)).toEqual(['A,B', 'C,D'])
    expect(symbols()).toHaveLength(4)
    expect(values(offered)).toBe('CD')
  })
})

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

describe('a broker that refuses', () => {
  it('because it is asked too often is left alone for a minute, or as long as it says', async () => {
    const { want, pass, lose, broker, asked, told } = poll()
    want(A)
    broker.refuse = 'BROKER_RATE_LIMITED'
    lose()
    await pass(70_000)
    expect(asked.map(([at]) => at)).toEqual([5500, 65_500])
    expect(told.at(-1)).toBe('prices cannot be polled: BROKER_RATE_LIMITED: no, [redacted]')
    broker.answer = { ...OK, status: 429, headers: { 'retry-after': '300' } }
    await pass(60_000)
    expect(asked).toHaveLength(3)
    await pass(290_000)
    expect(asked).toHaveLength(3)
    broker.refuse = undefined
    await pass(30_000)
    expect(told.at(-1)).toBe('prices are polled, every 30 s')
  })

  it('the ticket is asked once a minute: the socket judges it', async () => {
    const { want, pass, broker, asked } = poll()
    broker.refuse = 'SESSION_EXPIRED'
    want(A)
    await pass(130_000)
    expect(asked.map(([at]) => at)).toEqual([2500, 62_500, 122_500])
  })

  it('or is not there is asked again after a pause, told once, and throws nobody out', async () => {
    const { want, pass, broker, asked, lines, offered } = poll({ pauseMs: 100 })
    broker.before = async () => {
      throw new TickwireError('BROKER_UNREACHABLE', 'the network is gone')
    }
    want(A)
    await pass(20_000)
    expect(asked.length).toBeGreaterThan(5)
    expect(asked.slice(1).every(([at], place) => at - (asked[place]?.[0] ?? 0) >= 1000)).toBe(true)
    broker.before = async () => {}
    await pass(3000)
    expect(values(offered)).toBe('A')
    expect(lines.map(({ text }) => text)).toEqual(['quotes cannot be had; tried again', 'quotes can be had again'])
  })

  it('says no secret, neither do words of the adapter', async () => {
    const { want, pass, broker, lines } = poll()
    broker.before = async () => {
      throw new Error('cannot send canary-ticket')
    }
    want(A)
    await pass(3000)
    expect(lines.map(({ details }) => String(details.err))).toEqual([
      'TickwireError: Adapter testbroker: quotes.request failed: cannot send [redacted]',
    ])
  })
})

it('nothing is asked and nothing offered after the end', async () => {
  const { want, pass, poller, broker, offered, asked } = poll()
  want(A)
  broker.before = async () => poller.close()
  await pass(60_000)
  await settle()
  expect([asked.length, offered]).toEqual([1, []])
})
