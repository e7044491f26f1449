import { describe, expect, it } from 'vitest'
import { StatusReporter } from '../../../adapters/runtime/status.ts'
import { SET_EXPIRY_MS, STATUS_HEARTBEAT_MS } from '../../../shared/control.ts'
import { Secret } from '../../../shared/secret.ts'
import { FEED, RELIANCE, rig, TCS, topicOf } from './rig.ts'

function open() {
  const parts = rig()
  const status = new StatusReporter({ label: 'simulated', ...parts })
  return { ...parts, status }
}

describe('a feed’s status', () => {
  it('says everything about the feed', () => {
    const { bus, clock, offer, status } = open()
    const since = clock.now()
    bus.want('P1', 1, [topicOf('RELIANCE'), topicOf('RELIANCE', 'QUOTE'), topicOf('TCS'), `${FEED}_NSE_NONE_LTP`])
    offer(RELIANCE, 100)
    offer(RELIANCE, Number.NaN)
    clock.advance(1)
    status.enter('live')
    expect(bus.statuses().at(-1)).toEqual({
      version: 1,
      feed: FEED,
      broker: 'testbroker',
      label: 'simulated',
      modes: ['LTP', 'QUOTE', 'DEPTH'],
      epoch: since,
      state: 'live',
      since: clock.now(),
      at: clock.now(),
      lastTickAt: since,
      ticks: 1,
      dropped: { late: 0, invalid: 1, unknown: 0 },
      wanted: 2,
      confirmed: 1,
      rejected: [{ topic: `${FEED}_NSE_NONE_LTP`, code: 'INSTRUMENT_UNKNOWN', reason: `${FEED} has no NSE:NONE` }],
      lanes: { P1: 1 },
      states: 0,
    })
  })

  it('goes out at once when the state or its reason changes, and only then', () => {
    const { bus, clock, status } = open()
    clock.advance(100)
    status.enter('live')
    status.enter('live')
    status.enter('down', 'CODE: first')
    const since = clock.now()
    clock.advance(100)
    status.enter('down', 'CODE: second')
    expect(bus.statuses().map(({ state, reason }) => [state, reason])).toEqual([
      ['starting', undefined],
      ['live', undefined],
      ['down', 'CODE: first'],
      ['down', 'CODE: second'],
    ])
    expect(bus.statuses().at(-1)?.since).toBe(since)
  })

  it('says with the reason what else a person should know, the next step last, as long as it is so', () => {
    const { bus, status } = open()
    const said = () => bus.statuses().map(({ reason }) => reason)
    status.remark('polling', 'prices are polled')
    status.enter('down', 'CODE: gone')
    status.enter('auth_required', 'CODE: over; next: tickwire account login X')
    status.remark('renewal', 'no luck')
    status.remark('renewal', 'no luck')
    status.remark('polling', undefined)
    status.remark('renewal', undefined)
    status.enter('live')
    expect(said()).toEqual([
      undefined,
      'prices are polled',
      'CODE: gone; prices are polled',
      'CODE: over; prices are polled; next: tickwire account login X',
      'CODE: over; prices are polled; no luck; next: tickwire account login X',
      'CODE: over; no luck; next: tickwire account login X',
      'CODE: over; next: tickwire account login X',
      undefined,
    ])
    status.remark('renewal', 'x'.repeat(1000))
    status.enter('auth_required', 'CODE: over; next: tickwire account login X')
    expect(said().at(-1)).toMatch(/^CODE: over; x+; next: tickwire account login X$/)
    expect(said().at(-1)).toHaveLength(500)
  })

  it('is repeated as a heartbeat until it is closed', () => {
    const { bus, clock, status } = open()
    clock.advance(3 * STATUS_HEARTBEAT_MS)
    expect(bus.statuses()).toHaveLength(4)
    status.close()
    clock.advance(3 * STATUS_HEARTBEAT_MS)
    expect(bus.statuses()).toHaveLength(4)
  })

  it('names no lane message that is not on the bus before it', () => {
    const { bus, offer, status } = open()
    for (const proxy of ['P1', 'P2']) bus.want(proxy, 1, [topicOf('RELIANCE')])
    offer(RELIANCE, 100)
    status.enter('live')
    expect(bus.messages.map(({ topic }) => topic)).toEqual([
      `STATUS_${FEED}`,
      `LANE_${FEED}_P1`,
      `LANE_${FEED}_P2`,
      `STATUS_${FEED}`,
    ])
    expect(bus.statuses().at(-1)?.lanes).toEqual({ P1: 1, P2: 1 })
  })

  it('names the lane of a proxy that wants nothing yet, and no longer that of a silent one', () => {
    const { bus, clock } = open()
    bus.want('P1', 1, [])
    clock.advance(STATUS_HEARTBEAT_MS)
    expect(bus.statuses().at(-1)?.lanes).toEqual({ P1: 0 })
    clock.advance(SET_EXPIRY_MS)
    expect(bus.statuses().at(-1)?.lanes).toEqual({})
  })

  it('leaves out the time of a tick that never came', () => {
    const { bus, offer } = open()
    expect(bus.statuses()[0]).not.toHaveProperty('lastTickAt')
    offer(TCS, -1)
    expect(bus.statuses()[0]).not.toHaveProperty('lastTickAt')
  })

  it('says nothing secret, and no head of it where a text is cut', () => {
    const { bus, status } = open()
    const token = new Secret('canary-of-the-feed')
    const long = `${'x'.repeat(490)} canary-of-the-feed`
    status.ask(() => ({ refused: [{ topic: 'T', code: 'SUBSCRIPTION_REJECTED', reason: long }] }))
    status.enter('down', long)
    status.remark('login', 'canary-of-the-feed was refused')
    status.enter('down', 'short')
    expect(bus.statuses().at(-1)?.reason).toBe('short; [redacted] was refused')
    expect(bus.statuses().at(-1)?.rejected[0]?.reason).toBe(`${'x'.repeat(490)} [redacted`)
    expect(JSON.stringify(bus.statuses())).not.toContain('cana')
    token.forget()
  })

  it('cuts a reason that is too long to travel', () => {
    const { bus, status } = open()
    status.enter('down', 'x'.repeat(2000))
    expect(bus.statuses().at(-1)?.reason).toHaveLength(500)
  })
})
