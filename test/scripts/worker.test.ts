import { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { Report } from '../../proxy/whole.ts'
import type { FromWorker } from '../../scripts/handover.ts'
import { Worker } from '../../scripts/worker.ts'
import { ManualClock } from '../../shared/clock.ts'
import { loadConfig } from '../../shared/config.ts'

const counted: Report = { topics: 1, clientList: [], busConnected: true, clients: { clients: 4 }, ticks: {}, bus: {} }

async function open() {
  const clock = new ManualClock()
  const said: FromWorker[] = []
  const taken: Socket[] = []
  const address = { host: '127.0.0.1', port: 1 }
  const worker = new Worker({ clock, limits: loadConfig({}, {}).proxy, address, say: message => said.push(message) })
  const at = await worker.open(
    socket => taken.push(socket),
    () => counted,
  )
  expect(at).toEqual(address)
  return { clock, said, taken, worker }
}

test('takes a connection that was just sent, and says so', async () => {
  const { clock, said, taken, worker } = await open()
  const socket = new Socket()
  worker.hear({ kind: 'connection', number: 5, sentAt: clock.now() - 500 }, socket)
  expect(taken).toEqual([socket])
  expect(said).toEqual([{ kind: 'taken', number: 5 }])
})

test('leaves alone what it finds too late: another may have it by now', async () => {
  const { clock, said, taken, worker } = await open()
  const socket = new Socket()
  worker.hear({ kind: 'connection', number: 5, sentAt: clock.now() - 501 }, socket)
  expect(taken).toEqual([])
  expect(socket.destroyed).toBe(true)
  expect(said).toEqual([{ kind: 'refused', number: 5 }])
})

test('refuses connections while it closes', async () => {
  const { clock, said, worker } = await open()
  worker.close()
  worker.hear({ kind: 'connection', number: 1, sentAt: clock.now() }, new Socket())
  clock.advance(5000)
  expect(said).toEqual([{ kind: 'refused', number: 1 }])
})

test('tells what it counts when it is asked, and twice a second', async () => {
  const { clock, said, worker } = await open()
  worker.hear({ kind: 'count', round: 9 })
  clock.advance(1000)
  expect(said).toEqual([
    { kind: 'report', round: 9, report: counted },
    { kind: 'report', report: counted },
    { kind: 'report', report: counted },
  ])
})

test('tells how many connections have gone, once a turn', async () => {
  const { clock, said, worker } = await open()
  const sockets = [new Socket(), new Socket(), new Socket()]
  for (const [number, socket] of sockets.entries())
    worker.hear({ kind: 'connection', number, sentAt: clock.now() }, socket)
  said.length = 0
  for (const socket of sockets.slice(1)) socket.emit('close')
  clock.advance(0)
  sockets[0]?.emit('close')
  clock.advance(0)
  expect(said).toEqual([
    { kind: 'left', numbers: [1, 2] },
    { kind: 'left', numbers: [0] },
  ])
})

test('asks its parent ten times a second at most, and all who came meanwhile share an answer that is no older than they', async () => {
  const { clock, said, worker } = await open()
  const asks = () => said.filter(({ kind }) => kind === 'ask')
  const whole = (topics: number) => ({ ...counted, topics, startedAt: 3, workers: [], events: [] })
  const [first, ...others] = Array.from({ length: 50 }, () => worker.whole())
  worker.hear({ kind: 'whole', asked: 1, whole: whole(1) })
  expect((await first)?.topics).toBe(1)
  expect(asks()).toHaveLength(1)
  clock.advance(100)
  await Promise.resolve()
  worker.hear({ kind: 'whole', asked: 2, whole: whole(2) })
  expect(new Set((await Promise.all(others)).map(({ topics }) => topics))).toEqual(new Set([2]))
  expect(asks()).toHaveLength(2)
})

test('a parent that does not answer is missing, beside what it said last', async () => {
  const { clock, said, worker } = await open()
  const first = worker.whole()
  expect(said).toEqual([{ kind: 'ask', asked: 1 }])
  const whole = { ...counted, startedAt: 3, workers: [], events: [] }
  worker.hear({ kind: 'whole', asked: 1, whole })
  expect(await first).toEqual(whole)
  clock.advance(100)
  const second = worker.whole()
  clock.advance(1500)
  expect(await second).toEqual({ ...whole, missing: 'the process that hands out connections does not answer' })
})
