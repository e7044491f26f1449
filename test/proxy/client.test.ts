import { beforeEach, describe, expect, it } from 'vitest'
import { formatTopic } from '../../shared/market/topic.ts'
import { ClientStage } from './clientstage.ts'

let at: ClientStage

beforeEach(() => {
  at = new ClientStage()
})

describe('a at.client that asks for much at once', () => {
  const symbols = Array.from({ length: 10 }, (_, nth) => `NSE:S${nth}`)

  beforeEach(() => {
    at.send({ action: 'authenticate', api_key: 'good' })
    at.send({ action: 'subscribe', symbols, mode: 1 })
    at.send({ action: 'ping' })
  })

  it('gets its answers in order, and leaves turns to others in between', () => {
    expect([at.types(), at.door]).toEqual([['auth'], ['busy']])
    at.clock.advance(0)
    at.clock.advance(0)
    expect(at.types()).toEqual(['auth'])
    at.clock.advance(0)
    expect(at.types()).toEqual(['auth', 'subscribe', 'pong'])
    expect(at.door).toEqual(['busy', 'free'])
  })

  it('looks for other sources when it has them, if its feed failed meanwhile', () => {
    at.clock.advance(0)
    at.client.reroute()
    expect(at.looked).toEqual([])
    for (let turn = 0; turn < 9; turn++) at.clock.advance(0)
    expect(at.looked).toEqual([10])
  })

  it('and shows another key meanwhile keeps nothing that this one may not have', () => {
    const settle = () => {
      for (let turn = 0; turn < 9; turn++) at.clock.advance(0)
    }
    settle()
    at.send({ action: 'subscribe', symbols, mode: 1 })
    at.send({ action: 'authenticate', api_key: 'narrow' })
    at.client.reroute()
    expect(at.client.subscriptions).toBe(10)
    settle()
    expect([at.types().slice(3), at.client.subscriptions]).toEqual([['subscribe', 'auth'], 0])
  })

  it('gets no tick before the answer to its wish', () => {
    const parts = { feed: 'FEED', exchange: 'NSE', symbol: 'S0', mode: 'LTP' } as const
    const header = {
      snapshot: false,
      position: false,
      kept: false,
      symbolAt: 0,
      dataSymbolAt: 0,
      symbolLength: 0,
      epoch: 1,
      sequence: 1,
      receivedAt: 1,
    }
    const tick = () => {
      const channel = at.hub.find(formatTopic(parts))
      return channel !== undefined && at.hub.deliver(channel, header, Buffer.from('{"type":"tick"}'))
    }
    at.clock.advance(0)
    expect(tick()).toBe(false)
    for (let turn = 0; turn < 5; turn++) at.clock.advance(0)
    expect(tick()).toBe(true)
    expect(at.types()).toEqual(['auth', 'subscribe', 'pong', 'tick'])
  })

  it('holds nothing of a feed that went to another user while it waited', () => {
    at.feeds = []
    for (let turn = 0; turn < 5; turn++) at.clock.advance(0)
    expect(JSON.parse(at.said[1] ?? '').subscriptions[0]).toMatchObject({
      status: 'error',
      message: expect.stringContaining('just gone'),
    })
    expect([at.client.subscriptions, at.hub.size]).toEqual([0, 0])
  })

  it('holds nothing when it is gone before the end', () => {
    at.client.close()
    for (let turn = 0; turn < 5; turn++) at.clock.advance(0)
    expect([at.client.subscriptions, at.hub.size]).toEqual([0, 0])
  })
})

it('lets go of what belongs to another user by now', () => {
  at.send({ action: 'authenticate', api_key: 'good' })
  at.send({ action: 'subscribe', symbols: ['NSE:TCS'], mode: 1 })
  at.client.evict()
  expect(at.client.subscriptions).toBe(1)
  at.owner = 'bob'
  at.client.evict()
  expect([at.client.subscriptions, at.hub.size]).toEqual([0, 0])
})

it('is told that its key reads less than before, and loses that only', () => {
  at.send({ action: 'authenticate', api_key: 'good' })
  at.send({ action: 'subscribe', symbols: ['NSE:TCS', 'NSE:SBIN'], mode: 1 })
  const settle = () => {
    for (let turn = 0; turn < 9; turn++) at.clock.advance(0)
  }
  settle()
  at.client.reroute()
  settle()
  expect([at.client.subscriptions, at.types()]).toEqual([2, ['auth', 'subscribe']])
  at.barred = ['TCS']
  at.client.reroute()
  settle()
  expect(at.client.subscriptions).toBe(1)
  expect(JSON.parse(at.said.at(-1) ?? '')).toEqual({
    status: 'error',
    code: 'NOT_PERMITTED',
    message: 'This key reads less than before: 1 subscription has ended',
  })
})

describe('a client whose key is changed while it is here', () => {
  const settle = () => {
    for (let turn = 0; turn < 9; turn++) at.clock.advance(0)
  }

  beforeEach(() => {
    at.send({ action: 'authenticate', api_key: 'good' })
    at.send({ action: 'subscribe', symbols: ['NSE:TCS', 'NSE:SBIN', 'NSE:M&M'], mode: 1 })
    settle()
  })

  it('loses what it may not read at once, however much it has said that waits', () => {
    for (let nth = 0; nth < 60; nth++) at.send({ action: 'ping' })
    settle()
    at.barred = ['TCS']
    at.client.reroute()
    settle()
    expect([at.client.subscriptions, at.looked]).toEqual([3, []])
    at.client.recheck()
    at.client.recheck()
    expect(at.client.subscriptions).toBe(2)
    expect(JSON.parse(at.said.at(-1) ?? '').code).toBe('NOT_PERMITTED')
    expect(at.said.filter(text => text.includes('NOT_PERMITTED'))).toHaveLength(1)
  })

  it('has the pace it may have now', () => {
    at.quota = { messagesPerSecond: 1 }
    at.client.recheck()
    const heard = () => at.types().filter(type => type === 'pong').length
    for (let nth = 0; nth < 7; nth++) at.send({ action: 'ping' })
    settle()
    expect(heard()).toBe(5)
    at.clock.advance(1000)
    expect(heard()).toBe(6)
  })

  it.each([
    ['at the next look', () => at.client.recheck()],
    ['as it shows its key again', () => at.send({ action: 'authenticate', api_key: 'good' })],
  ])('keeps of its symbols the first ones, as many as it may hold now, and is told, %s', (_, look) => {
    at.send({ action: 'subscribe', symbols: ['NSE:TCS'], mode: 2 })
    at.quota = { subscriptions: 1 }
    look()
    settle()
    expect(at.client.subscriptions).toBe(2)
    const told = { code: 'LIMIT_REACHED', limit: 'symbols_per_key', max: 1, used: 3 }
    expect(JSON.parse(at.said.at(-1) ?? '')).toMatchObject(told)
    const { length } = at.said
    for (let time = 0; time < 3; time++) at.client.recheck()
    settle()
    expect(at.said).toHaveLength(length)
    at.send({ action: 'subscribe', symbols: ['NSE:SBIN'], mode: 1 })
    settle()
    expect(JSON.parse(at.said.at(-1) ?? '').subscriptions[0]).toMatchObject({ status: 'error', max: 1, used: 1 })
  })

  it('and shows another one of its user has nothing of the first from then on', () => {
    at.send({ action: 'subscribe_orders' })
    at.send({ action: 'authenticate', api_key: 'narrow' })
    expect([at.client.subscriptions, at.hub.size, at.heard]).toEqual([0, 0, []])
  })
})
