import { describe, expect, it } from 'vitest'
import { TickwireError } from '../../../shared/errors.ts'
import { settle } from '../runtime/rig.ts'
import { A, B, C, D, E, OK, poll, values } from './pollerrig.ts'

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
