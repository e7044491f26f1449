import { expect, it } from 'vitest'
import { createCatalogue, indexInstruments } from '../../../adapters/runtime/catalogue.ts'
import { openOutlet } from '../../../adapters/runtime/outlet.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { type FeedLabel, STATUS_HEARTBEAT_MS } from '../../../shared/control.ts'
import { countOf, quantile, sumOf } from '../../../shared/histogram.ts'
import type { Tick } from '../../../shared/market/tick.ts'
import { keptLog } from '../../support/log.ts'
import { FakeBus, FEED, RELIANCE, TCS, topicOf } from './rig.ts'

function open(label: FeedLabel = 'live') {
  const clock = new ManualClock()
  const bus = new FakeBus()
  const find = indexInstruments('testbroker', [RELIANCE, TCS])
  const catalogue = createCatalogue({ feed: FEED, broker: 'testbroker', modes: ['LTP'], find })
  const { publisher } = openOutlet({ catalogue, label, bus, clock, log: keptLog().log })
  bus.want('P1', 1, [topicOf('RELIANCE')])
  /** The exchange stamps a tick `ms` before the adapter has it, which keeps it for `heldMs`. */
  const tick = (ms: number, { heldMs = 0, ...more }: Partial<Tick> & { heldMs?: number } = {}) => {
    clock.advance(100)
    const stamp = { timestamp: clock.now() - ms, receivedAt: clock.micros() }
    clock.freeze(heldMs)
    publisher.offer({
      instrument: RELIANCE,
      tick: { ltp: 100, timestamp: stamp.timestamp, ...more },
      receivedAt: stamp.receivedAt,
    })
    clock.advance(0)
  }
  const told = () => {
    clock.advance(STATUS_HEARTBEAT_MS)
    return bus.statuses().at(-1)?.delays
  }
  return { tick, told }
}

it('a feed tells how long its ticks took, to the adapter, from there to the bus, and together by exchange', () => {
  const { tick, told } = open()
  tick(0)
  tick(0, { heldMs: 5, isPolled: true })
  for (let count = 0; count < 20; count++) tick(80, { heldMs: 5 })
  const { exchanges, received, sent } = told() ?? { received: [], sent: [] }
  expect(Object.keys(exchanges ?? {})).toEqual(['NSE'])
  expect([exchanges?.NSE ?? [], received, sent].map(countOf)).toEqual([20, 20, 22])
  expect(sumOf(exchanges?.NSE ?? [])).toBe(20 * 85_000)
  expect(sumOf(received)).toBe(20 * 80_000)
  expect(sumOf(sent)).toBe(21 * 5000)
  expect(quantile(sent, 0.5)).toBeGreaterThan(4000)
})

it('what the exchange did not stamp anew is no delay: first values, repeats, stamps of this machine, quotes', () => {
  const { tick, told } = open()
  tick(8 * 3_600_000)
  tick(8 * 3_600_000 + 100)
  tick(0, { isStampedHere: true })
  tick(0, { isPolled: true })
  expect(told()).toMatchObject({ exchanges: {}, received: [0] })
})

it('a replay, whose stamps are of another day, tells none', () => {
  const { tick, told } = open('replay')
  tick(1)
  tick(1)
  expect(told()).toBeUndefined()
})
