import { expect, it } from 'vitest'
import { Answers } from '../../../adapters/account/answers.ts'
import { ManualClock } from '../../../shared/clock.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { equity } from '../runtime/rig.ts'

const ALL = ['A', 'B', 'C', 'D', 'E'].map(symbol => equity(symbol))
const [A, B] = ALL as [Instrument, Instrument]

function open() {
  const clock = new ManualClock()
  const known = new Set<Instrument>()
  const closed = new Set<Instrument>()
  const state = { wanted: new Map<Instrument, unknown>(), isOpen: true }
  const told: (string | undefined)[] = []
  const answers = new Answers({
    wanted: () => state.wanted,
    isOpen: () => state.isOpen,
    isKnown: one => known.has(one),
    isDue: one => !closed.has(one),
    tell: text => void told.push(text),
    clock,
  })
  const want = (...some: Instrument[]) => {
    state.wanted = new Map(some.map(one => [one, 'LTP']))
  }
  return { clock, known, closed, state, want, answers, said: () => told.at(-1), told }
}

it('tells of an instrument that gives no price, and no more of it when it does', () => {
  const { clock, known, want, said } = open()
  want(A, B)
  known.add(B)
  clock.advance(30_000)
  expect(said()).toBeUndefined()
  clock.advance(1000)
  expect(said()).toBe('the broker sends no prices of NSE:A')
  known.add(A)
  clock.advance(1000)
  expect(said()).toBeUndefined()
})

it('names three of many', () => {
  const { clock, want, said } = open()
  want(...ALL)
  clock.advance(32_000)
  expect(said()).toBe('the broker sends no prices of NSE:A, NSE:B, NSE:C and 2 more')
})

it('counts the time anew for a wish that comes back, and for a connection that was lost', () => {
  const { clock, want, state, said } = open()
  want(A)
  clock.advance(20_000)
  want()
  clock.advance(1000)
  want(A)
  clock.advance(20_000)
  state.isOpen = false
  clock.advance(1000)
  state.isOpen = true
  clock.advance(29_000)
  expect(said()).toBeUndefined()
  clock.advance(2000)
  expect(said()).toBe('the broker sends no prices of NSE:A')
})

it('expects nothing of a market that is closed', () => {
  const { clock, closed, want, said } = open()
  closed.add(A)
  want(A)
  clock.advance(60_000)
  expect(said()).toBeUndefined()
})

it('says nothing after its end', () => {
  const { clock, want, answers, told } = open()
  want(A)
  answers.close()
  clock.advance(60_000)
  expect(told).toEqual([])
})
