import { beforeEach, describe, expect, it } from 'vitest'
import { ClientStage } from './clientstage.ts'

let at: ClientStage

beforeEach(() => {
  at = new ClientStage()
})

describe('a at.client with a refused key', () => {
  it('is closed on time, however often it tries', () => {
    for (let second = 0; second < 3; second++) {
      at.send({ action: 'authenticate', api_key: 'bad' })
      at.clock.advance(1000)
    }
    expect(at.door).toEqual(['4401 authentication failed'])
  })

  it('stays when a good key follows', () => {
    at.send({ action: 'authenticate', api_key: 'bad' })
    at.send({ action: 'authenticate', api_key: 'good' })
    at.clock.advance(60_000)
    expect(at.door).toEqual([])
    at.send({ action: 'authenticate', api_key: 'bad' })
    at.clock.advance(3000)
    expect(at.door).toEqual(['4401 authentication failed'])
  })
})

it('tells the audit who got in, who did not, and when an address is locked', () => {
  at.send({ action: 'authenticate', api_key: 'good' })
  for (let nth = 0; nth < 5; nth++) at.send({ action: 'authenticate', api_key: 'bad' })
  expect(at.audited.map(({ action, actor, result }) => [action, actor, result])).toEqual([
    ['auth.accepted', 'key:1', 'ok'],
    ...Array(5).fill(['auth.refused', 'stranger', 'refused']),
    ['auth.locked', 'stranger', 'refused'],
  ])
  expect(new Set(at.audited.map(({ address }) => address))).toEqual(new Set(['192.0.2.1']))
  expect(at.door.at(-1)).toBe('4429 too many refused keys')
})

it('tells the audit of a key once for each connection, however often it is shown', () => {
  for (const api_key of ['good', 'good', 'narrow', 'narrow', 'good']) at.send({ action: 'authenticate', api_key })
  expect(at.audited.map(({ actor }) => actor)).toEqual(['key:1', 'key:2'])
})

it('tells the audit of what was in the way of a client', () => {
  at.send({ action: 'authenticate', api_key: 'good' })
  for (let nth = 0; nth < 200; nth++) at.send({ action: 'ping' })
  at.clock.advance(4000)
  expect(at.audited.at(-1)).toMatchObject({ action: 'limit.reached', actor: 'key:1', subject: 'messages_per_second' })
  expect(at.door.at(-1)).toBe('4029 too many messages')
})

describe('order updates', () => {
  const last = () => JSON.parse(at.said.at(-1) ?? '')
  const REFUSAL = {
    status: 'error',
    code: 'NOT_PERMITTED',
    message: 'This key does not read order updates; allow it with: tickwire key allow 1 orders',
  }

  beforeEach(() => at.send({ action: 'authenticate', api_key: 'good' }))

  it('are at.heard once, however often they are asked for, until they are not wanted', () => {
    for (let time = 0; time < 2; time++) at.send({ action: 'subscribe_orders' })
    expect([at.heard, at.client.hearsOrders, at.types()]).toEqual([
      ['alice'],
      true,
      ['auth', 'subscribe_orders', 'subscribe_orders'],
    ])
    for (let time = 0; time < 2; time++) at.send({ action: 'unsubscribe_orders' })
    expect([at.heard, at.client.hearsOrders, last().status]).toEqual([[], false, 'success'])
  })

  it('are refused to a key that does not read them, with the step that helps, and all else goes on', () => {
    at.allowed = false
    at.send({ action: 'subscribe_orders', request_id: 7 })
    expect(last()).toEqual({ ...REFUSAL, request_id: 7 })
    expect([at.heard, at.door]).toEqual([[], []])
    at.send({ action: 'unsubscribe_orders' })
    at.send({ action: 'subscribe', symbols: ['NSE:TCS'], mode: 1 })
    expect(at.types().slice(2)).toEqual(['unsubscribe_orders', 'subscribe'])
    at.allowed = true
    at.send({ action: 'subscribe_orders' })
    expect(at.heard).toEqual(['alice'])
  })

  it('end when the key reads them no more, and the at.client is told', () => {
    at.send({ action: 'subscribe_orders' })
    at.client.recheck()
    expect(at.heard).toEqual(['alice'])
    at.allowed = false
    for (let time = 0; time < 3; time++) at.client.recheck()
    expect([at.heard, last(), at.said.length, at.door]).toEqual([[], REFUSAL, 3, []])
  })

  it('stay when all symbols are let go', () => {
    at.send({ action: 'subscribe_orders' })
    at.send({ action: 'unsubscribe_all' })
    expect(at.heard).toEqual(['alice'])
  })

  it('end with the at.client, and when it shows the key of another user or of less', () => {
    at.send({ action: 'subscribe_orders' })
    at.send({ action: 'authenticate', api_key: 'good' })
    expect(at.heard).toEqual(['alice'])
    at.send({ action: 'authenticate', api_key: 'other' })
    expect(at.heard).toEqual([])
    at.send({ action: 'subscribe_orders' })
    at.allowed = false
    at.send({ action: 'authenticate', api_key: 'other' })
    expect(at.heard).toEqual([])
    at.allowed = true
    at.send({ action: 'subscribe_orders' })
    at.client.close()
    expect([at.heard, at.client.hearsOrders]).toEqual([[], false])
  })
})
