import { expect, it } from 'vitest'
import { fullest, Heard, NO_TOTALS } from '../../../proxy/metrics/heard.ts'
import type { FeedStatus } from '../../../shared/control.ts'

const status = (feed: string, epoch: number, ticks: number, delays?: FeedStatus['delays']): FeedStatus => ({
  version: 1,
  feed,
  broker: 'somebroker',
  label: 'live',
  modes: ['LTP'],
  epoch,
  state: 'live',
  since: 1,
  at: 1,
  ticks,
  wanted: 0,
  confirmed: 0,
  rejected: [],
  lanes: {},
  ...(delays && { delays }),
})

it('sums go on where a process of a feed begins at zero, and two accounts are summed', () => {
  const heard = new Heard()
  const ticks = () => heard.totals().somebroker?.counts.ticks
  heard.take(status('ONE', 1, 100), 'somebroker')
  heard.take(status('TWO', 1, 10), 'somebroker')
  expect(ticks()).toBe(110)
  heard.take(status('ONE', 2, 0), 'somebroker')
  expect(ticks()).toBe(110)
  heard.take(status('ONE', 2, 7), 'somebroker')
  expect(ticks()).toBe(117)
})

it('what feeds measured is summed by exchange, and kept apart by feed', () => {
  const heard = new Heard()
  const delays = { exchanges: { NSE: [50, 10, 2] }, received: [40, 9, 2], sent: [10, 5, 1] }
  heard.take(status('ONE', 1, 2, delays), 'somebroker')
  heard.take(status('TWO', 1, 2, delays), 'somebroker')
  heard.take(status('TWO', 2, 0), 'somebroker')
  expect(heard.totals().somebroker).toMatchObject({
    delays: { NSE: [100, 10, 4] },
    hops: { exchange_adapter: [80, 9, 4], adapter_bus: [20, 5, 2] },
  })
  expect(heard.hops().get('ONE')).toEqual({ exchange_adapter: [40, 9, 2], adapter_bus: [10, 5, 1] })
})

it('counts how often a state was come into', () => {
  const heard = new Heard()
  for (const state of ['down', 'live', 'down']) heard.enter('somebroker', state)
  expect(heard.totals().somebroker?.counts).toEqual({ 'entered down': 2, 'entered live': 1 })
})

it('of what several processes heard, that of the one which missed nothing counts', () => {
  const of = (ticks: number) => ({ somebroker: { ...NO_TOTALS, counts: { ticks } } })
  expect(fullest([of(3), of(90), of(40)])).toEqual(of(90))
})
