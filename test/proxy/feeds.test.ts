import { beforeEach, describe, expect, it } from 'vitest'
import { Feeds, isPresent, isUp, levelOf } from '../../proxy/feeds.ts'
import { ManualClock } from '../../shared/clock.ts'
import { FEED_STATES, type FeedStatus, STATUS_EXPIRY_MS } from '../../shared/control.ts'
import { feedRecord } from '../support/proxy.ts'

let clock: ManualClock
let feeds: Feeds
let changes: string[]

let asked: boolean

beforeEach(() => {
  clock = new ManualClock()
  changes = []
  asked = true
  feeds = new Feeds({
    clock,
    onChange: (view, before) =>
      changes.push(`${view.name}: ${before.state} > ${view.state}${before.silent ? ' (was silent)' : ''}`),
    isAsked: () => asked,
  })
  feeds.register([feedRecord('FEED'), feedRecord('EXT', { kind: 'external', adapter: 'python' })])
})

const status = (rest: Partial<FeedStatus> = {}): FeedStatus => ({
  version: 1,
  feed: 'FEED',
  broker: 'testbroker',
  label: 'live',
  modes: ['LTP'],
  epoch: 5,
  state: 'live',
  since: 1,
  at: 1,
  ticks: 0,
  wanted: 0,
  confirmed: 0,
  rejected: [],
  lanes: {},
  ...rest,
})

describe('the feeds', () => {
  it('are starting until heard of', () => {
    expect(feeds.view('FEED')).toMatchObject({ state: 'starting', broker: 'testbroker', modes: undefined })
    asked = false
    clock.advance(60_000)
    expect(changes).toEqual([])
    expect(feeds.view('NOBODY')).toBeUndefined()
  })

  it('are what their status says', () => {
    expect(feeds.accept(status({ state: 'suspect', reason: 'silence', lastTickAt: 9 }))).toBe(true)
    const view = { state: 'suspect', reason: 'silence', since: 1, lastTickAt: 9, label: 'live', modes: ['LTP'] }
    expect(feeds.view('FEED')).toMatchObject(view)
  })

  it('count how often they came back after they could give nothing, not how often they were suspect', () => {
    for (const state of ['live', 'suspect', 'live', 'down', 'starting', 'live', 'auth_required', 'quiet'] as const)
      feeds.accept(status({ state }))
    expect(feeds.view('FEED')?.returns).toBe(2)
    clock.advance(STATUS_EXPIRY_MS + 1000)
    feeds.accept(status())
    expect(feeds.view('FEED')?.returns).toBe(3)
  })

  it.each([7_200_000, -3_600_000])('live on when the clock is set by %d ms, and fall silent after 2 s as ever', ms => {
    feeds.accept(status())
    clock.step(ms)
    clock.advance(1900)
    expect(feeds.view('FEED')).toMatchObject({ state: 'live', silent: false })
    clock.advance(500)
    expect(feeds.view('FEED')).toMatchObject({ state: 'down', silent: true })
  })

  it('are not called down for a pause of this process of two seconds, but soon after it when they are silent', () => {
    feeds.accept(status())
    clock.advance(500)
    clock.freeze(2000)
    feeds.sweep()
    clock.advance(600)
    expect(feeds.view('FEED')).toMatchObject({ state: 'live', silent: false })
    clock.advance(400)
    expect(feeds.view('FEED')).toMatchObject({ state: 'down', silent: true })
  })

  it('are not relied on after a long pause of this process, which heard nobody', () => {
    feeds.accept(status())
    clock.freeze(10_000)
    feeds.sweep()
    expect(feeds.view('FEED')).toMatchObject({ state: 'down', reason: 'the proxy stood still for 10 s' })
  })

  it('are down 2 s after their last heartbeat, whatever it said, and back with the next', () => {
    feeds.accept(status())
    clock.advance(STATUS_EXPIRY_MS)
    expect(changes).toEqual(['FEED: starting > live'])
    clock.advance(250)
    expect(feeds.view('FEED')).toMatchObject({ state: 'down', silent: true, reason: expect.stringContaining('2 s') })
    feeds.accept(status())
    expect(feeds.view('FEED')).toMatchObject({ state: 'live', silent: false })
    expect(changes.slice(1)).toEqual(['FEED: live > down', 'FEED: down > live (was silent)'])
  })

  it('are told apart: down by its own word is not silent', () => {
    feeds.accept(status({ state: 'down' }))
    feeds.accept(status({ state: 'live' }))
    expect(changes).toEqual(['FEED: starting > down', 'FEED: down > live'])
  })

  it('do not listen to strangers, nor to a process that was replaced', () => {
    expect(feeds.accept(status({ feed: 'STRANGER' }))).toBe(false)
    expect(feeds.accept(status({ epoch: 6 }))).toBe(true)
    expect(feeds.accept(status({ epoch: 5, state: 'down' }))).toBe(false)
    expect(feeds.view('FEED')?.state).toBe('live')
  })

  it('listen to an older epoch once the newest has fallen silent: the clock was set back', () => {
    feeds.accept(status({ epoch: 6 }))
    clock.advance(2500)
    expect(feeds.view('FEED')?.state).toBe('down')
    expect(feeds.accept(status({ epoch: 5 }))).toBe(true)
    expect(feeds.view('FEED')).toMatchObject({ state: 'live', status: { epoch: 5 } })
  })

  it('that are foreign live by their ticks', () => {
    expect(feeds.view('EXT')).toMatchObject({ state: 'quiet', external: true, broker: 'python' })
    feeds.tickSeen('EXT')
    feeds.tickSeen('STRANGER')
    clock.advance(2000)
    expect(feeds.view('EXT')?.state).toBe('live')
    clock.advance(250)
    expect(feeds.view('EXT')).toMatchObject({ state: 'quiet', reason: 'no tick for 2 s' })
    feeds.tickSeen('EXT')
    clock.advance(30_250)
    expect(feeds.view('EXT')).toMatchObject({ state: 'suspect', reason: expect.stringContaining('no tick for 30 s') })
    feeds.tickSeen('EXT')
    expect(changes).toEqual([
      'EXT: quiet > live',
      'EXT: live > quiet',
      'EXT: quiet > live',
      'EXT: live > quiet',
      'EXT: quiet > suspect',
      'EXT: suspect > live',
    ])
  })

  it('listen to an older epoch also after a clean stop, once it is silent', () => {
    feeds.accept(status({ epoch: 6, state: 'down', reason: 'stopped' }))
    expect(feeds.accept(status({ epoch: 5 }))).toBe(false)
    clock.advance(2500)
    expect(feeds.view('FEED')).toMatchObject({ state: 'down', reason: 'stopped' })
    expect(feeds.accept(status({ epoch: 5 }))).toBe(true)
  })

  it('that are registered again keep their state, those that are not are forgotten', () => {
    feeds.accept(status())
    feeds.register([feedRecord('FEED', { adapter: 'renamed' })])
    expect(feeds.views().map(({ name, broker, state }) => [name, broker, state])).toEqual([['FEED', 'renamed', 'live']])
    feeds.register([])
    feeds.register([feedRecord('FEED')])
    expect(feeds.view('FEED')).toMatchObject({ state: 'starting', status: undefined })
  })

  it('that are foreign are not suspected while nobody asks them for anything', () => {
    asked = false
    feeds.tickSeen('EXT')
    clock.advance(3_600_000)
    expect(feeds.view('EXT')?.state).toBe('quiet')
    asked = true
    clock.advance(30_000)
    expect(feeds.view('EXT')?.state).toBe('quiet')
    clock.advance(500)
    expect(feeds.view('EXT')?.state).toBe('suspect')
    asked = false
    clock.advance(250)
    expect(feeds.view('EXT')).toMatchObject({ state: 'quiet', reason: 'nobody asks it for anything' })
  })

  it('are up in three states, and their last values are then the present; of a foreign one only while it ticks', () => {
    expect(FEED_STATES.filter(state => isUp({ state }))).toEqual(['live', 'quiet', 'suspect'])
    const present = (external: boolean) => FEED_STATES.filter(state => isPresent({ state, external }))
    expect([present(false), present(true)]).toEqual([['live', 'quiet', 'suspect'], ['live']])
  })

  it('are told as a warning when somebody ought to look at them', () => {
    feeds.accept(status())
    const view = feeds.view('FEED')
    if (!view) throw new Error('There is no such feed')
    const loud = FEED_STATES.filter(state => levelOf({ ...view, state }, view) === 'warn')
    expect(loud.sort()).toEqual(['auth_required', 'down', 'parked', 'suspect'])
    expect(levelOf(view, { ...view, state: 'starting' })).toBe('info')
    expect(levelOf({ ...view, external: true }, { ...view, external: true, state: 'quiet' })).toBe('debug')
  })

  it('are seen as silent by whoever looks, though no timer has run since this process stood still', () => {
    feeds.accept(status())
    clock.freeze(5000)
    feeds.sweep()
    expect(feeds.view('FEED')).toMatchObject({ state: 'down', silent: true })
  })

  it('remember what became of them, for those who may see them, and not a foreign one’s coming and going', () => {
    feeds.accept(status())
    feeds.tickSeen('EXT')
    clock.advance(2500)
    feeds.tickSeen('EXT')
    clock.advance(30_500)
    const told = (...names: string[]) => feeds.events(new Set(names)).map(({ name, text }) => `${name} ${text}`)
    expect(told('FEED', 'EXT')).toEqual([
      'FEED is live',
      'FEED is down: no heartbeat from its process for 2 s',
      'EXT is suspect: no tick for 30 s; has its program ended?',
    ])
    expect(told('EXT')).toHaveLength(1)
    for (let nth = 0; nth < 100; nth++) feeds.accept(status({ state: nth % 2 ? 'live' : 'parked' }))
    expect(told('FEED', 'EXT')).toHaveLength(50)
  })
})
