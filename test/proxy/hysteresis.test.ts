import { beforeEach, describe, expect, it } from 'vitest'
import type { Health } from '../../proxy/choice.ts'
import {
  at,
  begin,
  clock,
  enter,
  FAILBACK_MS,
  failover,
  hub,
  inbox,
  looks,
  path,
  pretended,
  prices,
  single,
  states,
  tick,
} from './sourcerig.ts'

beforeEach(() => begin())

describe('a source', () => {
  it('that fails is left at once, and for good as long as it is not healthy for 30 s', () => {
    enter('ONE', 'down')
    expect(at()).toBe('TWO')
    enter('ONE', 'live')
    clock.advance(FAILBACK_MS - 2000)
    expect(at()).toBe('TWO')
    clock.advance(3000)
    expect([at(), path()]).toEqual(['ONE', ['TWO', 'ONE']])
  })

  it('that flaps gets nobody back', () => {
    enter('ONE', 'down')
    for (let time = 0; time < 20; time++) {
      enter('ONE', 'live')
      clock.advance(FAILBACK_MS - 5000)
      enter('ONE', time % 2 ? 'down' : 'suspect')
      clock.advance(2000)
    }
    expect(path()).toEqual(['TWO'])
  })

  it('that is doubtful soon after a change is left at once for a healthy one, also when it gave something', () => {
    enter('ONE', 'down')
    tick('TWO', 11)
    enter('TWO', 'suspect')
    expect([at(), prices()]).toEqual(['THREE', ['TCS 11']])
  })

  it('that was just left is gone back to after 5 s, or when the other one is dead', () => {
    states.delete('THREE')
    enter('ONE', 'suspect')
    tick('TWO', 11)
    enter('ONE', 'live')
    enter('TWO', 'suspect')
    expect(at()).toBe('TWO')
    clock.advance(6000)
    expect(at()).toBe('ONE')
    enter('TWO', 'live')
    enter('ONE', 'down')
    expect(at()).toBe('TWO')
  })

  it('that was just left is gone back to at once where the other one gave nothing', () => {
    states.delete('THREE')
    tick('ONE', 10)
    enter('ONE', 'suspect')
    enter('ONE', 'live')
    enter('TWO', 'suspect')
    expect([at(), path()]).toEqual(['ONE', ['TWO', 'ONE']])
  })

  it('is left by one instrument when it fails for that only', () => {
    single.set('ONE TCS', 'doubtful')
    failover.instrumentMoved('ONE', 'NSE', 'TCS', 'doubtful')
    clock.advance(0)
    expect([at('TCS'), at('INFY')]).toEqual(['TWO', 'ONE'])
    single.delete('ONE TCS')
    failover.instrumentMoved('ONE', 'NSE', 'TCS', 'good')
    clock.advance(FAILBACK_MS - 1000)
    expect(at('TCS')).toBe('TWO')
    clock.advance(2000)
    expect([at('TCS'), path()]).toEqual(['ONE', ['TWO', 'ONE']])
    expect(inbox.said.some(text => text.includes('ONE has no healthy prices of it'))).toBe(true)
  })

  it('of which nobody heard any more, because nobody wanted it, is as good as its feed after a while', () => {
    const moves = (feed: string, health: Health) => {
      single.set(`${feed} TCS`, health)
      failover.instrumentMoved(feed, 'NSE', 'TCS', health)
      clock.advance(6000)
    }
    moves('ONE', 'bad')
    moves('TWO', 'bad')
    expect(at()).toBe('THREE')
    moves('ONE', 'good')
    clock.advance(FAILBACK_MS)
    expect(at()).toBe('ONE')
    // It is back, and nobody is told.
    single.delete('TWO TCS')
    clock.advance(FAILBACK_MS / 2)
    moves('ONE', 'bad')
    expect(at()).toBe('THREE')
    moves('ONE', 'good')
    clock.advance(2 * FAILBACK_MS)
    moves('ONE', 'bad')
    expect(at()).toBe('TWO')
  })

  it('that was made up says nothing of the real one after it, also when it is gone', () => {
    pretended.add('ONE')
    failover.look()
    tick('ONE', 10)
    states.delete('ONE')
    failover.look()
    failover.changed()
    clock.advance(0)
    tick('TWO', 20)
    expect(prices()).toEqual(['TCS 10', 'TCS 20'])
    // Two real ones are compared.
    enter('TWO', 'down')
    tick('THREE', 30)
    expect([at(), prices()]).toEqual(['THREE', ['TCS 10', 'TCS 20']])
  })

  it.each([
    ['who counts is shown what it held back', { seq: true }, 'is of now', ['TCS 10', 'TCS 20', 'TCS 30']],
    ['who counts is not shown what is of now no more', { seq: true }, 'has fallen', ['TCS 10', 'TCS 30']],
    ['who cannot tell it from a new one is not shown it', {}, 'is of now', ['TCS 10', 'TCS 30']],
  ] as const)('that has nothing newer is believed after 10 s: %s', (_, features, second, expected) => {
    begin(features)
    tick('ONE', 10)
    enter('ONE', 'down')
    tick('TWO', 20)
    if (second === 'has fallen') hub.forget('TWO')
    clock.advance(12_000)
    tick('TWO', 30, 2)
    expect(prices()).toEqual(expected)
  })

  it('that is the only one makes no client look for another', () => {
    for (const feed of ['TWO', 'THREE']) states.delete(feed)
    failover.look()
    const before = looks
    enter('ONE', 'suspect')
    failover.instrumentMoved('ONE', 'NSE', 'TCS', 'bad')
    enter('ONE', 'live')
    clock.advance(60_000)
    expect(looks).toBe(before)
    states.set('TWO', 'live')
    enter('ONE', 'down')
    expect([looks > before, at()]).toEqual([true, 'TWO'])
  })

  it('is kept when nobody is better, and not looked at all the time', () => {
    for (const feed of ['TWO', 'THREE', 'ONE']) enter(feed, 'down')
    const before = looks
    clock.advance(20_000)
    expect([at(), path()]).toEqual(['ONE', []])
    expect(looks - before).toBeLessThan(6)
    enter('THREE', 'live')
    expect(at()).toBe('THREE')
  })
})
