import { expect, test } from 'vitest'
import { shareOf } from '../../proxy/share.ts'
import { addUp, alone, lasting, type Report } from '../../proxy/whole.ts'

const report: Report = {
  topics: 3,
  clientList: [],
  busConnected: true,
  clients: { clients: 2, authenticated: 1, subscriptions: 9, orderSubscriptions: 1, waitingBytes: 70, delivered: 500 },
  ticks: { ticks: 40 },
  bus: { received: 41 },
}

test('a proxy of one process is its own whole', () => {
  expect(alone(report, 1000)).toEqual({
    ...report,
    startedAt: 1000,
    workers: [{ id: 1, pid: process.pid, state: 'running', clients: 2 }],
    events: [],
  })
  expect(alone({ ...report, busConnected: false }, 1000).missing).toBe('the bus is not connected')
})

test('sums hold every name that any process counts', () => {
  const other = { clients: { clients: 5, slowClosed: 1 }, ticks: { ticks: 2 }, bus: {} }
  expect(addUp([report, other])).toMatchObject({
    clients: { clients: 7, authenticated: 1, slowClosed: 1, delivered: 500 },
    ticks: { ticks: 42 },
    bus: { received: 41 },
  })
})

test('of a process that has ended, what it did remains and what it held is gone', () => {
  expect(lasting(report)).toEqual({ clients: { delivered: 500 }, ticks: { ticks: 40 }, bus: { received: 41 } })
})

test('what processes measured is added up, and what they heard alike is not', () => {
  const measured = (ticks: number, residentBytes: number): Report => ({
    ...report,
    lengths: { bus_proxy: [100, 20, 1] },
    recent: { bus_proxy: [100, 20, 1] },
    refusals: { bad_key: 1 },
    usage: { cpuMicros: 5, residentBytes },
    feeds: { somebroker: { counts: { ticks }, delays: {}, hops: {} } },
  })
  const [one, other] = [measured(9, 70), measured(8, 50)]
  expect(addUp([one, other])).toMatchObject({
    lengths: { bus_proxy: [200, 20, 2] },
    refusals: { bad_key: 2 },
    usage: { cpuMicros: 10, residentBytes: 120 },
    feeds: { somebroker: { counts: { ticks: 9 } } },
  })
  expect(lasting(one)).toMatchObject({ lengths: { bus_proxy: [100, 20, 1] }, usage: { cpuMicros: 5 } })
  expect(lasting(one)).not.toHaveProperty('recent')
})

test('a limit of the whole proxy is divided, a limit of one client is not', () => {
  expect(shareOf({ queueTotalBytes: 1000, queueHardBytes: 300, host: 'here' }, 3)).toEqual({
    queueTotalBytes: 333,
    queueHardBytes: 300,
    host: 'here',
  })
})
