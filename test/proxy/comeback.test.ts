import { beforeEach, describe, expect, it } from 'vitest'
import type { Channel } from '../../proxy/fanout/channel.ts'
import type { Hold } from '../../proxy/fanout/hold.ts'
import type { Variant } from '../../proxy/fanout/variant.ts'
import { begin, clock, enter, failover, hub, inbox, path, prices, say, states, tick } from './sourcerig.ts'

describe('a source to which a client comes back', () => {
  beforeEach(() => {
    begin({ seq: true, gap: true, resume: true })
    states.delete('THREE')
    failover.look()
  })

  const gaps = () =>
    inbox.said.filter(text => text.includes('"gap"')).map(text => JSON.parse(text) as Record<string, unknown>)

  it.each([
    ['soon', 0],
    ['after its patience with the other one', 12_000],
  ])('before that gave anything, tells what it said meanwhile: %s', (_, ms) => {
    tick('ONE', 10)
    enter('ONE', 'suspect')
    clock.advance(ms)
    // Somebody else holds it, or it is wanted beside the other one.
    tick('ONE', 11, 2)
    tick('ONE', 12, 3)
    enter('ONE', 'live')
    enter('TWO', 'down')
    tick('ONE', 13, 4)
    expect(path()).toEqual(['TWO', 'ONE'])
    expect(gaps()).toMatchObject([{ epoch: 1, from: 2, to: 3, lost: 2 }])
    expect(prices()).toEqual(['TCS 10', 'TCS 12', 'TCS 13'])
  })

  it('after the other one gave something, begins a new sum', () => {
    tick('ONE', 10)
    enter('ONE', 'down')
    clock.advance(12_000)
    tick('TWO', 20)
    tick('ONE', 11, 2)
    enter('ONE', 'live')
    enter('TWO', 'down')
    expect([path(), gaps()]).toEqual([['TWO', 'ONE'], []])
  })

  describe('from where it was before it came back to the proxy', () => {
    const resume = (place: { epoch: number; seq: number }) => {
      const [{ members }] = (hub.find('ONE_NSE_TCS_LTP') as Channel).variants as [Variant]
      hub.resume(members[0] as Hold, place)
    }

    it('tells what is missing since, also when it was given to another one before that was known', () => {
      resume({ epoch: 1, seq: 1 })
      enter('ONE', 'suspect')
      enter('ONE', 'live')
      enter('TWO', 'down')
      say('ONE', 12, { sequence: 25, snapshot: true })
      expect(path()).toEqual(['TWO', 'ONE'])
      expect(gaps()).toMatchObject([{ epoch: 1, from: 2, to: 25, lost: 24 }])
    })

    it('tells it when the publisher that it was told to be gone is that of the next one', () => {
      say('ONE', 12, { epoch: 7, sequence: 5, position: true })
      resume({ epoch: 8, seq: 213 })
      enter('ONE', 'down')
      say('TWO', 12, { epoch: 8, sequence: 224, snapshot: true })
      expect(gaps()).toMatchObject([
        { epoch: 8, from: 214 },
        { epoch: 8, from: 214, to: 224, lost: 11 },
      ])
    })
  })
})
