import { expect, it } from 'vitest'
import { createCatalogue, indexInstruments } from '../../../adapters/runtime/catalogue.ts'
import type { Instrument } from '../../../shared/market/instrument.ts'
import { equity, FEED, RELIANCE, TCS } from './rig.ts'

const create = (instruments: readonly Instrument[]) =>
  createCatalogue({
    feed: FEED,
    broker: 'testbroker',
    modes: ['LTP', 'DEPTH'],
    find: indexInstruments('testbroker', instruments),
  })

it('finds the instrument and the mode a topic names', () => {
  const { resolve, target } = create([RELIANCE, equity('M&M')])
  expect(resolve(`${FEED}_NSE_M&M_DEPTH`)).toEqual(target(equity('M&M'), 'DEPTH'))
  expect(resolve(`${FEED}_NSE_RELIANCE_LTP`)).toEqual({
    topic: `${FEED}_NSE_RELIANCE_LTP`,
    instrument: RELIANCE,
    mode: 'LTP',
  })
})

it('tells instruments of one symbol apart by their exchange', () => {
  const onBse = equity('TCS', { exchange: 'BSE' })
  const { find } = create([TCS, onBse])
  expect([find('NSE', 'TCS'), find('BSE', 'TCS'), find('NFO', 'TCS')]).toEqual([TCS, onBse, undefined])
})

it.each([
  ['nothing', [], 'the list is empty'],
  ['an instrument twice', [TCS, TCS], 'NSE:TCS is listed twice'],
  ['a symbol that would break a frame', [equity('A"B')], 'NSE:A"B has a symbol that cannot travel'],
  ['an exchange nobody knows', [equity('X', { exchange: 'LSE' as never })], 'LSE:X is on no known exchange'],
])('refuses an adapter that lists %s', (_, instruments, problem) => {
  expect(() => create(instruments)).toThrowError(
    expect.objectContaining({ code: 'ADAPTER_INVALID', message: `Instruments of adapter testbroker: ${problem}` }),
  )
})

it('names the first problems of many and counts the rest', () => {
  const instruments = Array.from({ length: 9 }, () => TCS)
  expect(() => create(instruments)).toThrowError(/(NSE:TCS is listed twice; ){4}NSE:TCS is listed twice and 3 more$/)
})
