import { describe, expect, it } from 'vitest'
import { openSession, told } from './sessionrig.ts'

type Opened = ReturnType<typeof openSession>

/** How each instrument stands after all that was said of it. */
function standing({ bus }: Opened): Record<string, string> {
  const known: Record<string, string> = {}
  for (const { groups, gone } of bus.reports()) {
    for (const { state, code, reason, instruments } of groups)
      for (const { name } of instruments) known[name] = [state, code, reason].filter(Boolean).join(' ')
    for (const name of gone) delete known[name]
  }
  return known
}

const REST = 'quiet the market gives no ticks: closed'

describe('the state of an instrument', () => {
  it('goes from accepted over confirmed to live', async () => {
    const session = openSession({ isTrading: true })
    session.tickets.login('one')
    session.want('A:LTP')
    await session.pass(250)
    expect(standing(session)).toEqual({ 'NSE:A': 'accepted connecting to the broker' })
    session.broker.last.accept()
    await session.pass(250)
    expect(standing(session)).toEqual({ 'NSE:A': 'confirmed' })
    session.broker.last.say('tick A 5')
    await session.pass(250)
    expect(standing(session)).toEqual({ 'NSE:A': 'live' })
    session.want('B:LTP')
    await session.pass(1000)
    expect(standing(session)).toEqual({ 'NSE:B': 'confirmed' })
  })

  it('is quiet in a closed market at once, though the broker says its last price', async () => {
    const session = openSession()
    session.live()
    session.want('A:LTP')
    session.broker.last.say('tick A 5')
    await session.pass(250)
    expect(standing(session)).toEqual({ 'NSE:A': REST })
  })

  it('is down with the reason of its connection, and the others stay as they are', async () => {
    const session = openSession({ isTrading: true })
    session.live()
    session.want('A:LTP', 'B:LTP', 'C:LTP')
    session.broker.last.accept()
    session.broker.sockets[0]?.say('tick A 5; tick B 6')
    session.broker.sockets[1]?.say('tick C 7')
    await session.pass(250)
    session.broker.sockets[1]?.drop()
    await session.pass(250)
    const down = expect.stringMatching(/^down BROKER_UNREACHABLE/)
    expect(standing(session)).toEqual({ 'NSE:A': 'live', 'NSE:B': 'live', 'NSE:C': down })
  })

  it('is down while nobody has logged in, and says the next step', async () => {
    const session = openSession()
    session.want('A:LTP')
    await session.pass(250)
    expect(standing(session)['NSE:A']).toMatch(/^down SESSION_EXPIRED: .*tickwire account login/)
  })

  it('is refused with a code: of no room, of none that is listed, in the words of the broker', async () => {
    const session = openSession()
    session.live()
    session.want('A:LTP', 'B:LTP', 'C:LTP', 'D:LTP', 'E:LTP', 'F:LTP', 'G:LTP', 'NONE:LTP')
    session.broker.sockets[0]?.say('reject A')
    await session.pass(1000)
    const known = standing(session)
    expect(known['NSE:A']).toBe('refused SUBSCRIPTION_REJECTED no')
    expect(known['NSE:G']).toMatch(/^refused SUBSCRIPTION_LIMIT /)
    expect(known['NSE:NONE']).toMatch(/^refused INSTRUMENT_UNKNOWN /)
  })

  it('is suspect while no byte comes, before the connection is given up', async () => {
    const session = openSession({ isTrading: true })
    session.live()
    session.want('A:LTP')
    session.broker.last.say('tick A 5')
    await session.pass(6000)
    expect(standing(session)['NSE:A']).toMatch(/^suspect no byte/)
  })
})

describe('an instrument that the broker does not answer for', () => {
  it('is asked for again after 10 and 20 s, and then in doubt', async () => {
    const session = openSession({ isTrading: true })
    session.live()
    session.want('A:LTP', 'B:LTP')
    for (let second = 0; second < 24; second++) {
      session.broker.last.say('tick B 5')
      await session.pass(1000)
    }
    expect(told(session)).toEqual(['sub LTP A,B', 'drop A', 'sub LTP A', 'drop A', 'sub LTP A'])
    expect(standing(session)['NSE:A']).toBe('confirmed')
    for (let second = 0; second < 8; second++) {
      session.broker.last.say('tick B 5')
      await session.pass(1000)
    }
    expect(standing(session)).toEqual({ 'NSE:A': 'suspect the broker does not answer for it', 'NSE:B': 'live' })
    expect(session.bus.statuses().at(-1)).toMatchObject({
      state: 'live',
      reason: 'the broker sends no prices of NSE:A',
    })
    session.broker.last.say('tick A 5')
    await session.pass(1000)
    expect(standing(session)['NSE:A']).toBe('live')
    expect(session.bus.statuses().at(-1)?.reason).toBeUndefined()
  })

  it('is not asked for again while its market is closed', async () => {
    const session = openSession()
    session.live()
    session.want('A:LTP', 'B:LTP')
    await session.pass(60_000, { beats: true })
    expect(told(session)).toEqual(['sub LTP A,B'])
  })
})

describe('a socket that is mute', () => {
  it('is told of beside others that tick, and made anew alone', async () => {
    const session = openSession({ isTrading: true })
    session.live()
    session.want('A:LTP', 'B:LTP', 'C:LTP')
    session.broker.last.accept()
    const [one, two] = session.broker.sockets
    for (let second = 0; second < 60; second++) {
      one?.say(`tick A ${second + 1}; tick B ${second + 1}`)
      two?.say(`tick C ${second + 1}`)
      await session.pass(1000, { step: 500 })
    }
    for (let second = 0; second < 29; second++) {
      one?.say('beat')
      if (!two?.cut) two?.say(`tick C ${second + 100}`)
      await session.pass(1000, { step: 500 })
    }
    expect([one?.cut, two?.cut]).toEqual([true, false])
    const reason = expect.stringContaining('connection 1 of 2: no tick for 25 s')
    expect(session.bus.statuses().at(-1)).toMatchObject({ state: 'suspect', reason })
    expect(standing(session)['NSE:C']).toBe('live')
    expect(standing(session)['NSE:A']).toMatch(/^suspect /)
  })

  it('is told of each time, though it fell mute shortly before', async () => {
    const session = openSession({ isTrading: true })
    session.live()
    session.want('A:LTP', 'B:LTP')
    const each = async (seconds: number, words: (second: number) => string) => {
      for (let second = 0; second < seconds; second++) {
        for (const socket of session.broker.sockets) if (!socket.cut) socket.say(words(second))
        await session.pass(1000, { step: 500 })
      }
    }
    const after: string[] = []
    for (const seconds of [60, 5, 5]) {
      session.broker.last.accept()
      await each(seconds, second => `tick A ${second + 1}; tick B ${second + 1}`)
      after.push(standing(session)['NSE:A'] ?? '')
      await each(28, () => 'beat')
      after.push(standing(session)['NSE:A']?.split(' ')[0] ?? '')
    }
    expect(after).toEqual(['live', 'suspect', 'live', 'suspect', 'live', 'suspect'])
  })
})
