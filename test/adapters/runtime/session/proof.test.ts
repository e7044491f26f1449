import { describe, expect, it } from 'vitest'
import type { Phase } from '../../../../shared/market/phase.ts'
import { openSession } from './sessionrig.ts'

const OPEN: Phase = { name: 'trading', ticks: 'expected', from: 0, to: 8e15 }
const NAMES = ['A', 'B', 'C', 'D']

/** A broker that says the day's volume too, and answers every wish with what `valueOf` says; nothing: it does not. */
function openMarket(phase: Phase | undefined, names = NAMES) {
  const session = openSession({
    phaseAt: () => phase && { ...phase },
    broker: {
      limits: { connections: 1, instrumentsPerConnection: 9, instrumentsPerMessage: 9, messagePauseMs: 0 },
      createDecoder: () => (frame, receivedAt) =>
        String(frame)
          .split('; ')
          .map(text => {
            const [token = '', volume] = text.split(' ')
            if (volume === undefined) return { kind: 'heartbeat' }
            return {
              kind: 'tick',
              token,
              tick: { ltp: 5, volume: Number(volume), timestamp: Math.floor(receivedAt / 1000) },
            }
          }),
    },
  })
  const volumes = new Map(names.map(name => [name, 1]))
  const trade = (those: readonly string[]) => {
    for (const name of those) volumes.set(name, (volumes.get(name) ?? 0) + 1)
  }
  let accepted = 1
  session.live()
  session.want(...names.map(name => `${name}:QUOTE`))
  const say = (those: readonly string[]) =>
    session.broker.last.say(those.map(name => `${name} ${volumes.get(name)}`).join('; ') || 'beat')
  /** `ticking` come each second; what is asked for is answered unless it is of `mute`; of `goesOn` something was traded. */
  async function live(
    seconds: number,
    { ticking = names, mute = [], goesOn = [] }: Partial<Record<'ticking' | 'mute' | 'goesOn', readonly string[]>> = {},
  ): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      await session.pass(1000, { beats: true })
      const { last, sockets } = session.broker
      if (sockets.length > accepted) last.accept()
      accepted = sockets.length
      for (const frame of last.sent.splice(0)) {
        const [kind, , tokens = ''] = String(frame).split(' ')
        if (kind !== 'sub') continue
        trade(goesOn)
        say(tokens.split(',').filter(name => !mute.includes(name)))
      }
      trade(ticking)
      say(ticking)
    }
  }
  const states = () => session.bus.statuses().map(({ state }) => state)
  const doubts = () =>
    session.bus.reports().flatMap(({ groups }) => groups.filter(({ state }) => state === 'suspect')).length
  return { ...session, live, states, doubts }
}

describe('a silence of all that ticked', () => {
  it.each([
    ['in hours that nobody knows', undefined],
    ['while the market trades', OPEN],
  ])('is the market’s when the broker, asked again, has nothing new: %s', async (_, phase) => {
    const market = openMarket(phase)
    await market.live(60)
    await market.live(300, { ticking: [] })
    expect(market.states()).not.toContain('suspect')
    expect(market.broker.sockets).toHaveLength(1)
  })

  it.each([
    ['does not answer, in hours that nobody knows', undefined, { mute: NAMES }],
    ['does not answer, while the market trades', OPEN, { mute: NAMES }],
    ['says that some moved, in hours that nobody knows', undefined, { goesOn: ['B', 'C'] }],
    ['says that some moved, while the market trades', OPEN, { goesOn: ['B', 'C'] }],
  ])('is told of within 30 s when the broker %s', async (_, phase, fault) => {
    const market = openMarket(phase)
    await market.live(60)
    await market.live(29, { ticking: [], ...fault })
    expect(market.states()).toContain('suspect')
  })

  it('is told of within 30 s also when the broker falls mute in a silence of the market', async () => {
    const market = openMarket(OPEN)
    await market.live(60)
    await market.live(14, { ticking: [] })
    await market.live(29, { ticking: [], mute: NAMES })
    expect(market.states()).toContain('suspect')
  })

  it('after the open is measured by what came after it, not by the silences before', async () => {
    const phase = { name: 'pre-open', ticks: 'sparse' as Phase['ticks'], from: 0, to: 0 }
    const market = openMarket(phase, ['A', 'B'])
    for (let nth = 0; nth < 4; nth++) {
      await market.live(55, { ticking: [] })
      await market.live(1)
    }
    Object.assign(phase, { name: 'trading', ticks: 'expected', from: market.clock.now() })
    await market.live(90)
    await market.live(30, { ticking: [], mute: ['A', 'B'] })
    expect(market.states()).toContain('suspect')
  })
})

describe('a silence of one that ticked every second', () => {
  const others = NAMES.slice(1)

  it('is told of once, however often it is asked for again', async () => {
    const market = openMarket(OPEN)
    await market.live(120)
    await market.live(200, { ticking: others, mute: ['A'] })
    expect(market.doubts()).toBe(1)
  })

  it('is told of once where the broker says what is new only when it is asked', async () => {
    const market = openMarket(OPEN)
    await market.live(120)
    await market.live(200, { ticking: others, goesOn: ['A'] })
    expect(market.doubts()).toBe(1)
  })

  it('is no fault where something was traded in the moment in which it was asked for again, and nothing since', async () => {
    const market = openMarket(OPEN)
    await market.live(120)
    await market.live(20, { ticking: others, goesOn: ['A'] })
    await market.live(60, { ticking: others })
    expect(market.doubts()).toBe(0)
  })
})
