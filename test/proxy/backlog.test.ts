import { beforeEach, describe, expect, it } from 'vitest'
import { Backlog } from '../../proxy/backlog.ts'
import { ManualClock } from '../../shared/clock.ts'

let clock: ManualClock
let backlog: Backlog

beforeEach(() => {
  clock = new ManualClock()
  backlog = new Backlog(clock)
})

/** A feed speaks every half second. */
function listen(ms: number): void {
  for (let passed = 0; passed < ms; passed += 500) {
    clock.advance(500)
    backlog.heard()
  }
}

describe('what comes from the bus', () => {
  it('is of now while the feeds are heard', () => {
    listen(5000)
    expect(backlog.mayBeOld(true)).toBe(false)
  })

  it('may be old when this process stood still, until what piled up has been read', () => {
    listen(1000)
    clock.freeze(1500)
    expect(backlog.mayBeOld(false)).toBe(true)
    backlog.heard()
    expect(backlog.mayBeOld(true)).toBe(true)
    clock.advance(300)
    expect(backlog.mayBeOld(true)).toBe(false)
  })

  it('may be old when the bus stood still: no feed was heard', () => {
    listen(1000)
    clock.advance(1250)
    expect(backlog.mayBeOld(true)).toBe(true)
    backlog.heard()
    expect(backlog.mayBeOld(true)).toBe(true)
    clock.advance(300)
    expect(backlog.mayBeOld(true)).toBe(false)
  })

  it('is of now where no feed is expected to speak', () => {
    clock.advance(60_000)
    expect(backlog.mayBeOld(false)).toBe(false)
  })
})
