import { beforeEach, describe, expect, it } from 'vitest'
import type { Bus, Demand } from '../../bus/bus.ts'
import { Wanted } from '../../proxy/wanted.ts'
import { ManualClock } from '../../shared/clock.ts'
import { parseSubscriptionSet, SET_HEARTBEAT_MS, type SubscriptionSet } from '../../shared/control.ts'

let clock: ManualClock
let sets: SubscriptionSet[]
let filters: Set<string>
let wanted: Wanted
let demand: Demand

beforeEach(() => {
  clock = new ManualClock()
  sets = []
  filters = new Set()
  const bus: Omit<Bus, 'onMessage' | 'onConnection' | 'counts' | 'connected' | 'close'> = {
    onDemand: listen => {
      demand = listen
    },
    publish(topic, body) {
      const set = parseSubscriptionSet(body)
      expect(topic).toBe(`CONTROL_${set.feed}`)
      sets.push(set)
    },
    subscribe: topic => void filters.add(topic),
    unsubscribe: topic => void filters.delete(topic),
    subscribePrefix: prefix => void filters.add(`${prefix}*`),
    unsubscribePrefix: prefix => void filters.delete(`${prefix}*`),
  }
  wanted = new Wanted(bus as Bus, clock, 'P-1')
})

const told = () => sets.map(({ topics }) => topics.join(' '))
const register = (...names: string[]) =>
  wanted.register(names.map(name => ({ name, external: name.startsWith('EXT') })))

/** A feed whose first, empty set has been announced. */
function ready(): void {
  register('FEED')
  clock.advance(20)
  sets.length = 0
}

describe('what is wanted of a feed', () => {
  it('is announced whole, a burst of changes once, 20 ms after the first', () => {
    ready()
    wanted.want('FEED', 'A')
    clock.advance(19)
    wanted.want('FEED', 'B')
    wanted.want('FEED', 'B')
    expect(told()).toEqual([])
    clock.advance(1)
    expect(told()).toEqual(['A B'])
    wanted.drop('FEED', 'A')
    clock.advance(20)
    expect(told()).toEqual(['A B', 'B'])
    expect(sets[1]?.revision).toBeGreaterThan(sets[0]?.revision ?? 0)
    expect(wanted.size('FEED')).toBe(1)
  })

  it('is said again at once to a feed that begins to listen, after its own restart or the bus’s', () => {
    ready()
    wanted.want('FEED', 'A')
    clock.advance(20)
    sets.length = 0
    demand('CONTROL_OTHER\0', true)
    demand('CONTROL_FEED\0', false)
    expect(told()).toEqual([])
    demand('CONTROL_FEED\0', true)
    expect(told()).toEqual(['A'])
  })

  it('is repeated as a heartbeat that changes nothing', () => {
    ready()
    wanted.want('FEED', 'A')
    clock.advance(20)
    clock.advance(2 * SET_HEARTBEAT_MS)
    expect(told()).toEqual(['A', 'A', 'A'])
    expect(new Set(sets.map(({ revision, resync }) => `${revision} ${resync}`)).size).toBe(1)
  })

  it('is repeated at once for a feed that has just started', () => {
    ready()
    wanted.want('FEED', 'A')
    wanted.repeat('FEED')
    expect(told()).toEqual(['A'])
    clock.advance(20)
    expect(told()).toEqual(['A'])
  })

  it('shows that a topic was dropped before it is wanted again', () => {
    ready()
    for (const topic of ['A', 'B']) wanted.want('FEED', topic)
    clock.advance(20)
    for (const topic of ['A', 'B']) wanted.drop('FEED', topic)
    for (const topic of ['A', 'B']) wanted.want('FEED', topic)
    clock.advance(20)
    expect(told()).toEqual(['A B', '', 'A B'])
  })

  it('asks for everything again when something was lost, at most every 500 ms, and never forgets to', () => {
    ready()
    const resyncs = () => sets.map(({ resync }) => resync)
    wanted.resync('FEED')
    clock.advance(20)
    expect(resyncs()).toEqual([1])
    for (let at = 0; at < 5; at++) wanted.resync('FEED')
    clock.advance(479)
    expect(resyncs()).toEqual([1])
    clock.advance(21)
    expect(resyncs()).toEqual([1, 2])
    clock.advance(SET_HEARTBEAT_MS)
    expect(new Set(resyncs())).toEqual(new Set([1, 2]))
  })

  it('asks for the states of everything, at most every 500 ms, and says nothing of it before', () => {
    ready()
    wanted.want('FEED', 'A')
    clock.advance(20)
    for (let at = 0; at < 5; at++) wanted.restate('FEED')
    clock.advance(499)
    for (let at = 0; at < 5; at++) wanted.restate('FEED')
    clock.advance(1)
    wanted.restate('FEED')
    clock.advance(20)
    expect(sets.map(({ states }) => states)).toEqual([undefined, 1, 2])
  })

  it('comes by lane, subscribed while the feed is registered; what is wanted waits for its return', () => {
    ready()
    expect(filters).toEqual(new Set(['LANE_FEED_P-1']))
    wanted.want('FEED', 'A')
    register()
    expect(filters).toEqual(new Set())
    clock.advance(SET_HEARTBEAT_MS)
    expect(told()).toEqual([])
    register('FEED')
    clock.advance(20)
    expect(filters).toEqual(new Set(['LANE_FEED_P-1']))
    expect(told()).toEqual(['A'])
  })

  it('of a foreign publisher is subscribed topic by topic, and nothing is announced', () => {
    wanted.want('EXT', 'A')
    register('EXT')
    wanted.want('EXT', 'B')
    expect(filters).toEqual(new Set(['A*', 'B*']))
    wanted.drop('EXT', 'A')
    expect(filters).toEqual(new Set(['B*']))
    register()
    expect(filters).toEqual(new Set())
    clock.advance(SET_HEARTBEAT_MS)
    expect(sets).toEqual([])
  })

  it('is withdrawn at the end', () => {
    ready()
    wanted.want('FEED', 'A')
    clock.advance(20)
    wanted.close()
    clock.advance(SET_HEARTBEAT_MS)
    expect(told()).toEqual(['A', ''])
  })
})
