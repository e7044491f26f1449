import { describe, expect, it } from 'vitest'
import { bursts, type Gap, type ListDay, liveList, logNormal, pareto, poisson } from './lists.ts'

const LIMIT_MS = 30_000
const MINUTE_MS = 60_000

const many = (count: number, make: (nth: number) => Gap): Gap[] => Array.from({ length: count }, (_, nth) => make(nth))

/** Five times as much at the open, a quarter over lunch. */
const pulse = (sinceOpenMs: number): number =>
  (1 + 4 * Math.exp(-sinceOpenMs / 600_000)) *
  (sinceOpenMs > 180 * MINUTE_MS && sinceOpenMs < 270 * MINUTE_MS ? 0.25 : 1)

const LISTS: Readonly<Record<string, Pick<ListDay, 'gaps' | 'together'>>> = {
  'one with pauses of every length': { gaps: [pareto(1.3, 500)] },
  'five with pauses of every length': { gaps: many(5, nth => pareto(1.1 + nth * 0.1, 500)) },
  'twenty with pauses of every length': { gaps: many(20, nth => pareto(1.1 + nth * 0.02, 500)) },
  'forty with pauses of every length': { gaps: many(40, nth => pareto(1.5 - nth * 0.01, 500)) },
  'five with log-normal pauses': { gaps: many(5, nth => logNormal(1000, 1.5 + nth * 0.25)) },
  'twenty with log-normal pauses': { gaps: many(20, nth => logNormal(1000, 1.5 + nth * 0.05)) },
  'ten that trade in bursts': { gaps: many(10, () => bursts(8, 500, pareto(1.3, 5000))) },
  'twenty that one underlying moves': { gaps: many(20, () => pareto(1.3, 500)), together: true },
  'twenty that one underlying moves in bursts': {
    gaps: many(20, () => bursts(20, 500, pareto(1.3, 4000))),
    together: true,
  },
  'twenty that are seldom traded': { gaps: many(20, nth => poisson((nth + 1) * MINUTE_MS)) },
}

/** What the broker does with a repeated wish, and what it says of an instrument. */
const BROKERS = [
  { answers: true, volume: true },
  { answers: true, volume: false },
  { answers: false, volume: true },
]

describe('a day of nothing but options that trade in bursts', () => {
  const names = Object.keys(LISTS)
  it.each(names)('raises no doubt, and no connection is made anew for it: %s', name => {
    for (const [nth, broker] of BROKERS.entries()) {
      const list = LISTS[name] ?? { gaps: [] }
      const { raised } = liveList({ seed: names.indexOf(name) * 10 + nth + 1, ...broker, pulse, ...list })
      expect(raised, JSON.stringify(broker)).toEqual([])
    }
  })
})

/** How long after it began the list was said to be mute. */
function toldAfter(day: Omit<ListDay, 'mute'>, at: number): number | undefined {
  const { raised } = liveList({ ...day, pulse, mute: { at } })
  return raised[0] && raised[0].at - at
}

describe('a list whose broker falls mute', () => {
  const busy = many(20, nth => poisson(1000 + nth * 100))
  it.each([2, 10, 200])('is told of within 30 s where it ticks all the time, %i minutes after the open', minutes => {
    for (const broker of BROKERS)
      expect(toldAfter({ seed: minutes, gaps: busy, ...broker }, minutes * MINUTE_MS)).toBeLessThanOrEqual(LIMIT_MS)
  })

  it.each([20, 100])(
    'is told of within 30 s where it pauses, by a broker that answered before: %i minutes',
    minutes => {
      const gaps = many(20, () => bursts(8, 500, pareto(1.3, 20_000)))
      const after = toldAfter({ seed: minutes, gaps, answers: true }, minutes * MINUTE_MS)
      expect(after).toBeLessThanOrEqual(LIMIT_MS)
    },
  )
})

describe('a share that says nothing from the open on, while its neighbours tick', () => {
  const gaps = [...many(6, () => poisson(600)), ...many(4, () => poisson(90_000))]
  const mute = { at: 0, first: 1 }
  const told = (day: Pick<ListDay, 'days' | 'answers'>) => liveList({ seed: 5, gaps, kind: 'EQ', mute, ...day }).raised

  it('is told of within 30 s where it ticked every second of the day before', () => {
    const [first, ...others] = told({ days: 2, answers: true })
    expect([first?.what, others]).toEqual(['NSE:LIST0', []])
    expect((first?.at ?? 0) % 86_400_000).toBeLessThanOrEqual(LIMIT_MS)
  })

  it('is no doubt on the first day, or of a broker that never answers again', () => {
    expect(told({ days: 1, answers: true })).toEqual([])
    expect(told({ days: 2, answers: false })).toEqual([])
  })

  it('is no doubt where the broker says its last value again: it is halted', () => {
    const { raised } = liveList({ seed: 6, gaps, kind: 'EQ', days: 2, answers: true, halt: { at: 0, first: 1 } })
    expect(raised).toEqual([])
  })
})

describe('a share that is halted in the middle of the day', () => {
  const gaps = [...many(6, () => poisson(600)), ...many(4, () => poisson(90_000))]
  const day = { seed: 8, gaps, kind: 'EQ', halt: { at: 120 * MINUTE_MS, first: 1 } } as const

  it('is no doubt of a broker that answers a repeated wish, or is known not to', () => {
    for (const answers of [true, false]) expect(liveList({ ...day, answers }).raised).toEqual([])
  })

  it('is a doubt for some minutes at most where nobody knows whether the broker answers', () => {
    const { raised, last } = liveList({ ...day, gaps: gaps.slice(0, 6), answers: false })
    expect(raised.length).toBeLessThanOrEqual(1)
    expect(last.get('NSE:LIST0')).toBe('quiet the broker says nothing of it, its neighbours tick')
  })
})
