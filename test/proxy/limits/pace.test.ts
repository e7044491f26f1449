import { describe, expect, it } from 'vitest'
import { Pace } from '../../../proxy/limits/pace.ts'
import { ManualClock } from '../../../shared/clock.ts'

const LIMITS = { messagesPerSecond: 10, messagesBurst: 50, symbolsPerConnection: 100 }

function open() {
  const clock = new ManualClock()
  const pace = new Pace(clock, LIMITS)
  /** Whether one message may go on, after its waits, from each of which this process comes back so late. */
  const say = (late = 0): { isHeard: boolean; waited: number } => {
    const from = clock.monotonic()
    const turn = pace.enter()
    for (;;) {
      const { done, value } = turn.next()
      if (done) return { isHeard: value, waited: clock.monotonic() - from }
      clock.advance(value)
      clock.freeze(late)
    }
  }
  return { clock, pace, say }
}

describe('a client that talks', () => {
  it('is heard at once for fifty messages, then ten times a second', () => {
    const { say } = open()
    for (let nth = 0; nth < 50; nth++) expect(say()).toEqual({ isHeard: true, waited: 0 })
    for (let nth = 0; nth < 10; nth++) expect(say()).toEqual({ isHeard: true, waited: 100 })
  })

  it('too fast for three seconds has to go', () => {
    const { clock, say } = open()
    const from = clock.monotonic()
    let heard = 0
    while (say().isHeard) heard++
    expect(heard).toBe(80)
    expect(clock.monotonic() - from).toBe(3000)
  })

  it('too fast for three seconds has to go, though this process is late each time it looks', () => {
    const { clock, say } = open()
    const from = clock.monotonic()
    while (say(150).isHeard) expect(clock.monotonic() - from).toBeLessThan(10_000)
    expect(clock.monotonic() - from).toBeLessThan(3500)
  })

  it('as fast as it may stays, however late this process is each time it looks', () => {
    const { clock, say } = open()
    for (let nth = 0; nth < 1000; nth++) {
      expect(say(150).isHeard).toBe(true)
      clock.advance(100)
    }
  })

  it('too fast for less, again and again, stays', () => {
    const { clock, say } = open()
    for (let round = 0; round < 10; round++) {
      for (let nth = 0; nth < 70; nth++) expect(say().isHeard).toBe(true)
      clock.advance(5000)
    }
  })

  it('is heard without waiting while each message changes what it holds, once for each symbol and back', () => {
    const { pace, say } = open()
    for (let nth = 0; nth < 200; nth++) {
      expect(say().waited).toBe(0)
      pace.excuse()
    }
    let free = 0
    while (say().waited === 0) {
      pace.excuse()
      free++
    }
    expect(free).toBe(50)
  })

  it('and changes keys has no more to say at once for it', () => {
    const { pace, say } = open()
    for (let nth = 0; nth < 50; nth++) say()
    for (const perSecond of [5, undefined, 5, undefined]) pace.narrow(perSecond)
    expect(say().waited).toBe(100)
  })

  it('has the pace of its key, and never a faster one', () => {
    const { pace, say } = open()
    pace.narrow(100)
    expect(pace.perSecond).toBe(10)
    pace.narrow(1)
    for (let nth = 0; nth < 5; nth++) expect(say().waited).toBe(0)
    expect(say().waited).toBe(1000)
  })
})
