import { expect, it } from 'vitest'
import { Listing } from '../../../adapters/account/listing.ts'
import { ManualClock } from '../../../shared/clock.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { equity } from '../runtime/rig.ts'

/** A stored list that a test replaces. */
function listing(...instruments: Instrument[]) {
  let list = instruments
  let mark = 1
  let reads = 0
  const clock = new ManualClock(Date.parse('2026-11-24T10:00:00+05:30'))
  const book = {
    underlyings: () => undefined,
    mark: () => String(mark),
    facts: () => undefined,
    find(_: string, exchange: string, symbol: string) {
      reads++
      const found = list.find(one => one.exchange === exchange && [one.symbol, one.brokerSymbol].includes(symbol))
      return found && { ...found }
    },
  }
  return {
    clock,
    listing: new Listing(book, 'FEED', clock),
    reads: () => reads,
    replace: (...next: Instrument[]) => {
      list = next
      mark++
    },
  }
}

const A = equity('A')
const B = equity('B')

it('gives the same object every time and reads the list once', () => {
  const { listing: list, reads } = listing(A)
  expect(list.find('NSE', 'A')).toBe(list.find('NSE', 'A'))
  expect(list.find('NSE', 'X')).toBeUndefined()
  list.find('NSE', 'X')
  expect(reads()).toBe(2)
})

it('knows an instrument by its common symbol only', () => {
  expect(listing(A).listing.find('NSE', 'A-EQ')).toBeUndefined()
})

it('tells how a broker’s own spelling is called', () => {
  const { listing: list } = listing(A)
  expect([list.commonSymbol('NSE', 'A-EQ'), list.commonSymbol('NSE', 'A')]).toEqual(['A', 'A'])
  expect(list.commonSymbol('NSE', 'X-EQ')).toBeUndefined()
})

it('keeps the object of what a new list says the same of, and tells when something it gave is another', () => {
  const { listing: list, replace } = listing(A, B)
  const [a, b] = [list.find('NSE', 'A'), list.find('NSE', 'B')]
  expect(list.look()).toBe(false)
  replace(B, A, equity('C'))
  expect(list.look()).toBe(false)
  replace(equity('A', { token: '2' }), B)
  expect(list.look()).toBe(true)
  expect(list.find('NSE', 'A')).toMatchObject({ token: '2' })
  expect(list.find('NSE', 'A')).not.toBe(a)
  expect(list.find('NSE', 'B')).toBe(b)
})

it('finds what a new list has and the old one had not', () => {
  const { listing: list, replace } = listing(A)
  expect(list.find('NSE', 'B')).toBeUndefined()
  replace(A, B)
  expect(list.look()).toBe(true)
  expect(list.find('NSE', 'B')).toEqual(B)
})

it('leaves out a contract from the midnight after its last day on, without a new list', () => {
  const future = equity('F', { exchange: 'NFO', kind: 'FUT', expiry: '2026-11-24' })
  const { listing: list, clock } = listing(future)
  expect(list.find('NFO', 'F')).toEqual(future)
  clock.advance(Date.parse('2026-11-25T00:00:00+05:30') - clock.now() - 1)
  expect(list.look()).toBe(false)
  clock.advance(1)
  expect(list.look()).toBe(true)
  expect(list.find('NFO', 'F')).toBeUndefined()
})
