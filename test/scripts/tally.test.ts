import { expect, test } from 'vitest'
import type { Report } from '../../proxy/whole.ts'
import { Tally, type WorkerStanding } from '../../scripts/tally.ts'

const report = (clients: number, delivered: number, busConnected = true): Report => ({
  topics: clients,
  clientList: [],
  busConnected,
  clients: { clients, delivered },
  ticks: { ticks: delivered },
  bus: {},
})

const standing = (id: number, state: WorkerStanding['state'] = 'running'): WorkerStanding => ({
  id,
  pid: 100 + id,
  state,
})
const since = { startedAt: 7, events: [] }

test('the whole is the sum of what each worker said last', () => {
  const tally = new Tally()
  tally.heard(1, report(1, 10))
  tally.heard(1, report(2, 20))
  tally.heard(2, report(3, 5))
  const whole = tally.whole([standing(1), standing(2)], since)
  expect(whole).toMatchObject({ startedAt: 7, topics: 5, busConnected: true, clients: { clients: 5, delivered: 25 } })
  expect(whole.workers.map(({ id, pid, clients }) => [id, pid, clients])).toEqual([
    [1, 101, 2],
    [2, 102, 3],
  ])
  expect(whole.missing).toBeUndefined()
})

test('a worker that dies takes its clients along, and leaves what it delivered', () => {
  const tally = new Tally()
  tally.heard(1, report(2, 20))
  tally.heard(2, report(3, 5))
  tally.ended(1)
  const dead = tally.whole([standing(1, 'starting'), standing(2)], since)
  expect(dead).toMatchObject({ clients: { clients: 3, delivered: 25 }, missing: 'worker 1 is starting' })
  tally.heard(1, report(1, 4))
  tally.ended(1)
  tally.ended(1)
  expect(tally.whole([standing(1), standing(2)], since).clients).toEqual({ clients: 3, delivered: 29 })
})

test('the bus is connected when it is for every worker', () => {
  const tally = new Tally()
  expect(tally.whole([standing(1)], since)).toMatchObject({ busConnected: false, missing: 'the bus is not connected' })
  tally.heard(1, report(0, 0))
  tally.heard(2, report(0, 0, false))
  expect(tally.whole([standing(1), standing(2)], since)).toMatchObject({
    busConnected: false,
    missing: 'the bus is not connected',
  })
})

test('whom their common door turned away is counted with whom they did', () => {
  const tally = new Tally()
  tally.heard(1, { ...report(2, 20), refusals: { bad_key: 1 } })
  const refusals = { handshakes_per_second: 4 }
  expect(tally.whole([standing(1)], { ...since, refusals }).refusals).toEqual({ bad_key: 1, handshakes_per_second: 4 })
})

test('a worker that does not answer is told of, with what it said last', () => {
  const tally = new Tally()
  tally.heard(1, report(2, 20))
  const whole = tally.whole([standing(1, 'silent')], since)
  expect(whole).toMatchObject({
    clients: { clients: 2 },
    missing: 'worker 1 is silent',
    workers: [{ state: 'silent' }],
  })
})
