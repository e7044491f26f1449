import { describe, expect, it } from 'vitest'
import { feedTime, tradeTime } from '../../../adapters/flattrade/times.ts'

const at = (india: string): number => Date.parse(`${india}+05:30`)
const told = (made: string) => ({ at: at(made), isStampedHere: false })

describe('the time of a frame', () => {
  it.each([
    ['1658911102', 1_658_911_102_000],
    ['999999999', 999_999_999_000],
    ['0', undefined],
    ['1658911102000', undefined],
    ['-1658911102', undefined],
    ['1.6e9', undefined],
  ])('%s is %s', (text, time) => {
    expect(feedTime(text)).toBe(time)
  })
})

describe('the time of the last trade', () => {
  it.each([
    ['10:15:07', '2026-11-20T10:15:08', '2026-11-20T10:15:07'],
    // Two clocks of whole seconds.
    ['10:15:12', '2026-11-20T10:15:08', '2026-11-20T10:15:12'],
    // A commodity, read after midnight.
    ['23:29:59', '2026-11-21T00:00:03', '2026-11-20T23:29:59'],
    ['00:00:01', '2026-11-21T00:00:03', '2026-11-21T00:00:01'],
    // In UTC the day before.
    ['04:59:00', '2026-11-21T05:00:00', '2026-11-21T04:59:00'],
    ['15:29:59', '2026-11-21T09:00:00', '2026-11-20T15:29:59'],
  ])('%s in a frame of %s is %s', (text, made, time) => {
    expect(tradeTime(text, told(made))).toBe(at(time))
  })

  it('is of our own day where the frame has no time, whose clock may be late by minutes', () => {
    const here = (made: string) => ({ at: at(made), isStampedHere: true })
    expect(tradeTime('10:15:40', here('2026-11-20T10:15:08'))).toBe(at('2026-11-20T10:15:40'))
    expect(tradeTime('23:29:59', here('2026-11-21T00:00:03'))).toBe(at('2026-11-20T23:29:59'))
  })

  it.each([
    ['20-11-2026 10:15:07', at('2026-11-20T10:15:07')],
    ['1795149907', 1_795_149_907_000],
    ['01-01-1970 05:30:00', null],
    ['01-01-1980 00:00:00', null],
    ['05:30:00', null],
    ['0', null],
  ])('%s is said in full', (text, time) => {
    expect(tradeTime(text, told('2026-11-20T10:15:08'))).toBe(time)
  })

  it.each([
    '',
    '10:15',
    '24:00:00',
    '10:60:00',
    '10:15:60',
    '31-02-2026 10:15:07',
    '2026-11-20 10:15:07',
    '1:2:3',
    '20-11-2026 10:25:09',
    '1795150509',
    'x',
  ])('%s is none', text => {
    expect(tradeTime(text, told('2026-11-20T10:15:08'))).toBeUndefined()
  })
})
