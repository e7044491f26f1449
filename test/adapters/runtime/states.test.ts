import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { States } from '../../../adapters/runtime/states.ts'
import { Secret } from '../../../shared/secret.ts'
import { parseStates } from '../../../shared/states.ts'
import { FEED, RELIANCE, rig, TCS, topicOf } from './rig.ts'

function open() {
  const parts = rig()
  parts.states.close()
  const states = new States({ feed: FEED, label: 'live', ...parts })
  return { ...parts, states }
}

describe('the states of a feed’s instruments', () => {
  it('go out within a tenth of a second as one report, those that stand alike together', () => {
    const { states, clock, bus, epoch, offer } = open()
    offer(TCS, 5)
    const since = clock.now()
    states.put('NSE:RELIANCE', RELIANCE, { state: 'confirmed' })
    states.put('NSE:TCS', TCS, { state: 'live' })
    states.put('NSE:GONE', undefined, { state: 'refused', code: 'INSTRUMENT_UNKNOWN', reason: 'no such' })
    clock.advance(100)
    expect(bus.reports()).toEqual([
      {
        version: 1,
        feed: FEED,
        epoch,
        revision: 1,
        whole: false,
        groups: [
          { state: 'confirmed', since, label: 'live', instruments: [{ name: 'NSE:RELIANCE' }] },
          { state: 'live', since, label: 'live', instruments: [{ name: 'NSE:TCS', lastTickAt: since }] },
          {
            state: 'refused',
            code: 'INSTRUMENT_UNKNOWN',
            reason: 'no such',
            since,
            label: 'live',
            instruments: [{ name: 'NSE:GONE' }],
          },
        ],
        gone: [],
      },
    ])
  })

  it('go out again only where they change, and count on', () => {
    const { states, clock, bus } = open()
    states.put('NSE:TCS', TCS, { state: 'live' })
    clock.advance(100)
    states.put('NSE:TCS', TCS, { state: 'live' })
    clock.advance(100)
    states.put('NSE:TCS', TCS, { state: 'quiet', reason: 'closed' })
    clock.advance(100)
    expect(bus.reports().map(({ revision, groups }) => [revision, groups[0]?.state])).toEqual([
      [1, 'live'],
      [2, 'quiet'],
    ])
    expect(states.revision).toBe(2)
  })

  it('say nothing secret, whatever the broker repeats, and no head of it where they are cut', () => {
    const { states, clock, bus } = open()
    const token = new Secret('canary-of-the-feed')
    const refused = { state: 'refused', code: 'SUBSCRIPTION_REJECTED' } as const
    states.put('NSE:TCS', TCS, { ...refused, reason: 'token canary-of-the-feed is not yours' })
    states.put('NSE:RELIANCE', RELIANCE, { ...refused, reason: `${'x'.repeat(290)} canary-of-the-feed` })
    clock.advance(100)
    const reasons = bus.reports()[0]?.groups.map(({ reason }) => reason)
    expect(reasons).toEqual(['token [redacted] is not yours', `${'x'.repeat(290)} [redacted`])
    token.forget()
  })

  it('keep the time of their state when only its reason is another', () => {
    const { states, clock, bus } = open()
    const since = clock.now()
    states.put('NSE:TCS', TCS, { state: 'down', reason: 'one' })
    clock.advance(5000)
    states.put('NSE:TCS', TCS, { state: 'down', reason: 'two' })
    clock.advance(100)
    expect(bus.reports().at(-1)?.groups).toMatchObject([{ reason: 'two', since }])
  })

  it('are gone when nobody wants them any more, and hold nothing', () => {
    const { states, clock, bus } = open()
    states.put('NSE:TCS', TCS, { state: 'live' })
    states.put('NSE:RELIANCE', RELIANCE, { state: 'live' })
    clock.advance(100)
    states.keep(name => name === 'NSE:TCS')
    clock.advance(100)
    expect(bus.reports().at(-1)).toMatchObject({ revision: 2, groups: [], gone: ['NSE:RELIANCE'] })
    expect(states.size).toBe(1)
  })

  it('are all told when somebody asks, under the number of the last change', () => {
    const { states, clock, bus } = open()
    states.put('NSE:TCS', TCS, { state: 'live' })
    clock.advance(100)
    states.repeat()
    states.repeat()
    clock.advance(100)
    expect(bus.reports().map(({ revision, whole }) => [revision, whole])).toEqual([
      [1, false],
      [1, true],
    ])
  })

  it('say of a value that was asked for that it is polled', () => {
    const { states, clock, bus, offer } = open()
    offer(TCS, 5, { isPolled: true })
    states.put('NSE:TCS', TCS, { state: 'down' })
    clock.advance(100)
    expect(bus.reports().at(-1)?.groups).toMatchObject([{ state: 'down', label: 'polled' }])
  })

  it('are told to a proxy that is new, that asks anew, and that was away', () => {
    const { bus, clock } = rig()
    const wholes = () => bus.reports().filter(({ whole }) => whole).length
    bus.want('P1', 1, [topicOf('TCS')])
    clock.advance(100)
    bus.want('P1', 1, [topicOf('TCS')])
    clock.advance(100)
    expect(wholes()).toBe(1)
    bus.want('P1', 2, [topicOf('TCS')], { states: 1 })
    clock.advance(100)
    bus.want('P2', 1, [])
    clock.advance(100)
    expect(wholes()).toBe(3)
  })
})

it('look on the bus as its README shows them', () => {
  const readme = readFileSync(new URL('../../../bus/README.md', import.meta.url), 'utf8')
  const example = /## States, up[\s\S]*?```json\n([\s\S]*?)```/.exec(readme)?.[1] ?? ''
  expect(parseStates(Buffer.from(example))).toMatchObject({ feed: 'DEMO', gone: ['NSE:TCS'] })
})
