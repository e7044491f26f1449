import { describe, expect, it } from 'vitest'
import { isExpired, listIsOfToday } from '../../../shared/market/validity.ts'

const at = (time: string): number => Date.parse(`${time}+05:30`)

describe('a list is of today', () => {
  it.each([
    ['fetched in the morning, asked in the evening', '2026-11-03T08:31', '2026-11-03T23:59', true],
    ['still in the night after', '2026-11-03T08:31', '2026-11-04T02:00', true],
    ['until the next one is there', '2026-11-03T08:31', '2026-11-04T08:29:59.999', true],
    ['and no longer', '2026-11-03T08:31', '2026-11-04T08:30', false],
    ['fetched before there was one of today', '2026-11-04T08:29', '2026-11-04T09:15', false],
    ['fetched at the very minute', '2026-11-04T08:30', '2026-11-04T08:30', true],
    ['fetched on Friday, asked on Monday', '2026-11-06T09:00', '2026-11-09T09:00', false],
    ['fetched by a clock that was a day ahead', '2026-11-05T09:00', '2026-11-04T09:00', false],
  ])('%s', (_, writtenAt, now, expected) => {
    expect(listIsOfToday(at(writtenAt), at(now))).toBe(expected)
  })
})

describe('a derivative is expired', () => {
  it.each([
    ['not in the morning of its day', '2026-11-24T09:15', false],
    ['not in the last second of its day in India, which is evening in London', '2026-11-24T23:59:59', false],
    ['when its day is over in India', '2026-11-25T00:00', true],
  ])('%s', (_, now, expected) => {
    expect(isExpired({ expiry: '2026-11-24' }, at(now))).toBe(expected)
  })

  it('never without an expiry', () => {
    expect(isExpired({}, at('2099-01-01T00:00'))).toBe(false)
  })
})
