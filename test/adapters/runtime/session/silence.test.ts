import { describe, expect, it } from 'vitest'
import { SilenceWatch } from '../../../../adapters/runtime/session/silence.ts'
import { equity } from '../rig.ts'
import { openSession } from './sessionrig.ts'

const A = equity('A')
const B = equity('B')
const both = () => new Set([A, B])
const thin = () => new Set([B])
const none = () => new Set<typeof A>()
const five = () => new Set(['A', 'B', 'C', 'D', 'E'].map(symbol => equity(symbol)))
const index = () => new Set([equity('NIFTY', { kind: 'INDEX' })])

/** A watch that was asked at 0 and saw a tick of A every `everyMs` until `untilMs`. */
function watch(everyMs: number, untilMs: number): SilenceWatch {
  const silence = new SilenceWatch(0)
  for (let at = everyMs; at <= untilMs; at += everyMs) silence.ticked(A, at)
  return silence
}

it('says nothing for 25 s', () => {
  expect(watch(100, 60_000).judge(84_999, both)).toBe('none')
})

it('suspects a stop of many ticks while the market trades, and calls it quiet when it does not', () => {
  expect(watch(100, 60_000).judge(85_000, both)).toBe('suspect')
  expect(watch(100, 60_000).judge(85_000, none)).toBe('quiet')
})

it('does not suspect an instrument that ticks twice in a minute, at any hour', () => {
  expect(watch(30_000, 600_000).judge(640_000, both)).toBe('quiet')
})

it('does not suspect the thin rest when what was busy is let go of, or its market closes', () => {
  expect(watch(100, 60_000).judge(85_000, thin)).toBe('quiet')
})

it('suspects a broker that has never answered, where an index is asked for, or many', () => {
  expect(new SilenceWatch(0).judge(25_000, index)).toBe('suspect')
  expect(new SilenceWatch(0).judge(25_000, five)).toBe('suspect')
  expect(new SilenceWatch(0).judge(25_000, both)).toBe('quiet')
  const silence = watch(30_000, 60_000)
  silence.asked(70_000)
  expect(silence.judge(94_000, five)).toBe('quiet')
  expect(silence.judge(95_000, five)).toBe('suspect')
})

it('is not put off by further wishes', () => {
  const silence = watch(100, 60_000)
  for (const at of [70_000, 80_000]) silence.asked(at)
  expect(silence.judge(85_000, both)).toBe('suspect')
})

it('forgets the ticks of more than two minutes ago, and all when everything is asked for anew', () => {
  const silence = watch(100, 60_000)
  silence.ticked(A, 200_000)
  expect(silence.judge(230_000, both)).toBe('quiet')
  const again = watch(100, 60_000)
  again.restarted(70_000)
  again.ticked(A, 71_000)
  expect(again.judge(99_000, both)).toBe('quiet')
})

it('suspects a market that opens and says nothing, though it said something the day before', () => {
  const silence = watch(1000, 60_000)
  expect(silence.judge(7_200_000, none)).toBe('quiet')
  expect(silence.judge(7_201_000, five)).toBe('quiet')
  expect(silence.judge(7_225_000, five)).toBe('quiet')
  expect(silence.judge(7_226_000, five)).toBe('suspect')
})

it('does not suspect a market that opened with ticks, and then has little to say', () => {
  const silence = watch(1000, 60_000)
  silence.judge(7_200_000, none)
  silence.ticked(A, 7_201_000)
  for (const at of [7_230_000, 7_260_000, 7_290_000]) expect(silence.judge(at, five)).toBe('quiet')
})

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
    for (let nth = 0; nth < 100; nth++) session.broker.last.say('tick A 5')
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
