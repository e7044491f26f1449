import { expect, it } from 'vitest'
import { Track } from '../../../../adapters/runtime/session/track.ts'
import { lateOf, sentenceOf } from '../../../../adapters/runtime/session/unanswered.ts'
import { equity } from '../rig.ts'

const ALL = ['A', 'B', 'C', 'D', 'E'].map(symbol => equity(symbol))
const TRADING = { name: 'continuous', ticks: 'expected', from: 0, to: 1e12 } as const
const CLOSED = { ...TRADING, name: 'closed', ticks: 'none' } as const

/** Asked for at 1,000, in a market in this phase. */
function asked(phase: typeof TRADING | typeof CLOSED, instrument = equity('A')): Track {
  const track = new Track(instrument)
  track.told(1000)
  track.enter(phase, 1000, 1000)
  return track
}

const late = (track: Track, now: number, isDue = false) => lateOf([track], now, () => isDue).length === 1

it('names three of many, and says nothing of none', () => {
  expect(sentenceOf(ALL)).toBe('the broker sends no prices of NSE:A, NSE:B, NSE:C and 2 more')
  expect(sentenceOf(ALL.slice(0, 1))).toBe('the broker sends no prices of NSE:A')
  expect(sentenceOf([])).toBeUndefined()
})

it('is what has said nothing for 30 s since it was asked for, while its market trades', () => {
  expect([late(asked(TRADING), 30_900), late(asked(TRADING), 31_000)]).toEqual([false, true])
  const answered = asked(TRADING)
  answered.said({ ltp: 5, timestamp: 1 }, 2000)
  expect(late(answered, 60_000)).toBe(false)
})

it('counts anew on another connection', () => {
  const track = asked(TRADING)
  track.lost()
  expect(late(track, 60_000)).toBe(false)
  track.told(60_000)
  expect([late(track, 89_000), late(track, 90_000)]).toEqual([false, true])
})

it('expects nothing of a closed market, except a quote that was to be had', () => {
  expect([late(asked(CLOSED), 90_000), late(asked(CLOSED), 90_000, true)]).toEqual([false, true])
})
