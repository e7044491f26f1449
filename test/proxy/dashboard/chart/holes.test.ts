import { describe, expect, it } from 'vitest'
import { Holes } from '../../../../proxy/dashboard/chart/holes.ts'

const at = (time: string, day = '2026-11-23') => Date.parse(`${day}T${time}+05:30`)
const NOON = at('12:00:00')
const before = { lastAt: NOON, exchange: 'NSE' }
const LATER = NOON + 40 * 60_000
const take = (holes: Holes) => holes.take('NSE:TCS', LATER, before)

describe('a hole in what was seen', () => {
  it('is none by time alone', () => expect(take(new Holes())).toBe(false))

  it('ends with the first tick behind it', () => {
    const holes = new Holes()
    holes.note(['NSE:TCS'], NOON)
    expect([take(holes), take(holes)]).toEqual([true, false])
  })

  it.each(['suspect', 'down'] as const)('is where a feed was %s, also after it came back', state => {
    const holes = new Holes()
    holes.stand(['NSE:TCS'], state, NOON)
    holes.stand(['NSE:TCS'], 'live', LATER)
    expect(take(holes)).toBe(true)
  })

  it('is none where an instrument was quiet', () => {
    const holes = new Holes()
    holes.stand(['NSE:TCS'], 'quiet', NOON)
    holes.stand(['NSE:TCS'], 'live', LATER)
    expect(take(holes)).toBe(false)
  })

  it('of a lost connection is none where the last value is told again: nothing was missed', () => {
    const holes = new Holes()
    const cutOff = () => {
      holes.lost(['NSE:TCS'])
      holes.back(LATER)
    }
    cutOff()
    expect(take(holes)).toBe(true)
    cutOff()
    holes.repeated('NSE:TCS')
    expect(take(holes)).toBe(false)
    holes.stand(['NSE:TCS'], 'down', NOON)
    cutOff()
    holes.repeated('NSE:TCS')
    expect(take(holes)).toBe(true)
  })

  it.each([
    ['08:30:00', false],
    ['10:30:00', true],
  ])('of a night that ended at %s takes something of the day behind it: %s', (time, isHoled) => {
    const holes = new Holes()
    holes.stand(['NSE:TCS'], 'down', NOON)
    holes.stand(['NSE:TCS'], 'live', at(time, '2026-11-24'))
    expect(holes.take('NSE:TCS', at('10:31:00', '2026-11-24'), before)).toBe(isHoled)
  })
})
