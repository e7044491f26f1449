import fc from 'fast-check'
import { expect, it } from 'vitest'
import { nextOrder } from '../../../../adapters/runtime/session/orders.ts'
import type { TopicMode } from '../../../../shared/market/mode.ts'
import { testBroker } from './sessionrig.ts'

const { session, limits } = testBroker()
const next = (told: Record<string, TopicMode>, wanted: Record<string, TopicMode>) =>
  nextOrder(new Map(Object.entries(told)), new Map(Object.entries(wanted)), session, limits)

it('has nothing to say when both agree', () => {
  expect(next({ A: 'LTP' }, { A: 'LTP' })).toBeUndefined()
  expect(next({}, {})).toBeUndefined()
})

it('drops before it changes, and changes before it adds: the broker counts', () => {
  expect(next({ A: 'LTP', B: 'LTP' }, { B: 'QUOTE', C: 'LTP' })?.frames).toEqual(['drop A'])
  expect(next({ B: 'LTP' }, { B: 'QUOTE', C: 'LTP' })?.frames).toEqual(['change LTP>QUOTE B'])
  expect(next({ B: 'QUOTE' }, { B: 'QUOTE', C: 'LTP' })?.frames).toEqual(['sub LTP C'])
})

it('puts tokens of one kind of change together, no more than a message may hold', () => {
  expect(next({}, { A: 'LTP', B: 'QUOTE', C: 'LTP', D: 'LTP' })).toEqual({
    tokens: ['A', 'C'],
    mode: 'LTP',
    frames: ['sub LTP A,C'],
  })
})

it('leads from anything told to anything wanted, in messages within the limit', () => {
  const modes = fc.dictionary(
    fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F'),
    fc.constantFrom<TopicMode>('LTP', 'QUOTE', 'DEPTH'),
  )
  fc.assert(
    fc.property(modes, modes, (from, wanted) => {
      const told = new Map(Object.entries(from))
      const goal = new Map(Object.entries(wanted))
      for (let orders = 0; orders < 20; orders++) {
        const order = nextOrder(told, goal, session, limits)
        if (!order) break
        expect(order.tokens.length).toBeLessThanOrEqual(limits.instrumentsPerMessage)
        for (const token of order.tokens)
          if (order.mode === undefined) told.delete(token)
          else told.set(token, order.mode)
      }
      expect(Object.fromEntries(told)).toEqual(wanted)
    }),
  )
})
