import { expect, test } from 'vitest'
import { type ClientView, listClients } from '../../proxy/clientlist.ts'

const waiting = (nth: number, waitingBytes: number) => ({
  waitingBytes,
  view: () => ({ id: String(nth), waitingBytes }) as ClientView,
})

test('of more clients than are listed, those are told for whom most waits, the worst first', () => {
  const clients = Array.from({ length: 1000 }, (_, nth) => waiting(nth, (nth * 7919) % 1000))
  const listed = listClients(clients, 5)
  expect(listed.map(({ waitingBytes }) => waitingBytes)).toEqual([999, 998, 997, 996, 995])
})

test('clients for whom nothing waits are listed as they came, and looked at no further than that', () => {
  let views = 0
  const idle = Array.from({ length: 50 }, (_, nth) => ({
    waitingBytes: 0,
    view: () => {
      views++
      return { id: String(nth), waitingBytes: 0 } as ClientView
    },
  }))
  expect(listClients(idle, 3).map(({ id }) => id)).toEqual(['0', '1', '2'])
  expect(views).toBe(3)
})
