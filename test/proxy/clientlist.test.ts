import { expect, test } from 'vitest'
import { listClients } from '../../proxy/clientlist.ts'

const waiting = (nth: number, waitingBytes: number, onLook = () => {}) => ({
  waitingBytes,
  get facts() {
    onLook()
    return {
      id: String(nth),
      kind: 'websocket',
      address: '::1',
      since: 7,
      isExtended: false,
      lagMs: undefined,
    } as const
  },
  keyId: undefined,
  counts: { delivered: 1, folded: 2, lost: 3, abandoned: 4 },
  subscriptions: 5,
  messages: 6,
})

test('of more clients than are listed, those are told for whom most waits, the worst first', () => {
  const clients = Array.from({ length: 1000 }, (_, nth) => waiting(nth, (nth * 7919) % 1000))
  const listed = listClients(clients, 5)
  expect(listed.map(({ waitingBytes }) => waitingBytes)).toEqual([999, 998, 997, 996, 995])
})

test('clients for whom nothing waits are listed as they came, and looked at no further than that', () => {
  let looks = 0
  const idle = Array.from({ length: 50 }, (_, nth) => waiting(nth, 0, () => looks++))
  expect(listClients(idle, 3).map(({ id }) => id)).toEqual(['0', '1', '2'])
  expect(looks).toBe(3)
})

test('what is not known of a client is left out', () => {
  expect(listClients([waiting(1, 0)])).toEqual([
    {
      id: '1',
      kind: 'websocket',
      address: '::1',
      since: 7,
      isExtended: false,
      subscriptions: 5,
      waitingBytes: 0,
      delivered: 1,
      folded: 2,
      lost: 3,
      messages: 6,
    },
  ])
})
