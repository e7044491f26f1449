import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { busAddresses } from '../../bus/addresses.ts'
import { type Bus, ordersTopic } from '../../bus/bus.ts'
import { guard } from '../../bus/guard.ts'
import { Identity } from '../../bus/identity.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { systemClock } from '../../shared/clock.ts'
import { watchDemand } from '../support/bus.ts'
import { TestClient } from '../support/client.ts'
import { Charts } from '../support/openalgo.ts'
import { orderFrame, orderOf } from '../support/order.ts'
import { eventually, System } from '../support/system.ts'

let system: System
/** Stands for the adapters' processes. */
let publisher: Bus
let demand: Set<string>
const doors = new Map<string, Bus>()

beforeAll(async () => {
  system = await System.start('[proxy]\nworkers = 2\n')
  const addresses = busAddresses({ runDir: `${system.folder}/run`, tcp: undefined })
  publisher = openZmqBus({ addresses, highWaterMark: 1000 })
  demand = watchDemand(publisher)
})

afterAll(async () => {
  await publisher?.close()
  await system?.close()
})

const isAsked = (feed: string) => demand.has(`${ordersTopic(feed)}\0`)
/** Says it as the process of that feed does, whose key stands in the data folder. */
function publish(feed: string, body: Buffer): void {
  const door = doors.get(feed) ?? openDoor(feed)
  doors.set(feed, door)
  door.publish(ordersTopic(feed), body)
}

function openDoor(feed: string): Bus {
  const seed = readFileSync(`${system.folder}/identities/${feed}.key`)
  const parts = { bus: publisher, name: feed, signerOf: () => undefined, onDropped: () => {}, clock: systemClock }
  return guard({ ...parts, identity: new Identity(seed) })
}

/** Without the one that shows that the way is open. */
const ids = (client: TestClient) => client.updates.map(({ orderid }) => orderid).filter(id => id !== 'open')

/** Resolves when these clients, each on a worker of its own, are reached by updates of their user. */
const opened = (feed: string, user: string, clients: readonly TestClient[]) =>
  eventually(() => {
    publish(feed, orderFrame('open', user))
    return clients.every(client => client.updates.length > 0)
  })

async function hear(key: string): Promise<TestClient> {
  const client = await TestClient.open(system.url())
  await client.ask({ action: 'authenticate', api_key: key })
  expect(await client.ask({ action: 'subscribe_orders' })).toMatchObject({ status: 'success' })
  return client
}

const counts = async () => {
  const response = await fetch(`${system.url().replace('ws', 'http')}/status`, {
    headers: { authorization: `Bearer ${system.key}`, connection: 'close' },
  })
  return (await response.json()) as Record<'clients' | 'bus', Record<string, number>>
}

describe('order updates through a running system', () => {
  it('go from a feed to the clients of its user on every worker, and to nobody else', async () => {
    await system.run('adapter', 'add', 'MEERA', '--adapter', 'simulator', '--user', 'meera')
    const made = await system.run('key', 'create', 'hers', '--user', 'meera', '--orders')
    const mine = [await hear(system.key), await hear(system.key)]
    const hers = await hear(made.out.trim())
    expect((await counts()).clients).toMatchObject({ orderSubscriptions: 3, subscriptions: 0 })
    await Promise.all([opened('SIMULATOR', 'trader', mine), opened('MEERA', 'meera', [hers])])
    const frame = orderFrame('1', 'trader')
    publish('SIMULATOR', frame)
    publish('SIMULATOR', orderFrame('2', 'meera'))
    publish('MEERA', orderFrame('3', 'trader'))
    publish('MEERA', orderFrame('4', 'meera'))
    publish('SIMULATOR', orderFrame('5', 'trader'))
    await eventually(() => mine.every(client => ids(client).length === 2) && ids(hers).length === 1)
    await Promise.all([...mine, hers].map(client => client.settled()))
    expect([...mine, hers].map(ids)).toEqual([['1', '5'], ['1', '5'], ['4']])
    for (const client of mine) expect(client.updates.map(({ text }) => text)).toContain(frame.toString())
    const { bus } = await counts()
    expect(bus.strayOrders).toBeGreaterThan(1)
    for (const client of [...mine, hers]) client.close()
    await eventually(() => !isAsked('SIMULATOR') && !isAsked('MEERA'))
  })

  it('are what an unmodified openalgo-charts client reads', async () => {
    const charts = new Charts(() => system.url(), system.key)
    onTestFinished(() => charts.close())
    const events: unknown[] = []
    charts.feed.onOrderUpdate(event => events.push(event))
    charts.feed.subscribeOrders()
    const stop = {
      priceType: 'SL',
      triggerPrice: 2880.5,
      status: 'trigger pending',
      filledQuantity: 0,
      pendingQuantity: 10,
      averagePrice: 0,
    } as const
    await eventually(() => {
      publish('SIMULATOR', orderFrame('1', 'trader', stop))
      return events.length > 0
    })
    const { priceType: pricetype, ...order } = orderOf('1', stop)
    expect(events[0]).toEqual({ ...order, pricetype, mode: 'live' })
    charts.feed.unsubscribeOrders()
    await eventually(() => !isAsked('SIMULATOR'))
  })

  it('are given and taken with one command, while the client stays', async () => {
    const made = await system.run('key', 'create', 'bot')
    const key = made.out.trim()
    const client = await TestClient.open(system.url())
    await client.ask({ action: 'authenticate', api_key: key })
    const refusal = await client.ask({ action: 'subscribe_orders' })
    const [, command = ''] = /allow it with: tickwire (.*)$/.exec(String(refusal.message)) ?? []
    expect((await system.run(...command.split(' '))).code).toBe(0)
    expect(await client.ask({ action: 'subscribe_orders' })).toMatchObject({ status: 'success' })
    await eventually(() => isAsked('SIMULATOR'))
    publish('SIMULATOR', orderFrame('1', 'trader'))
    await eventually(() => client.updates.length === 1)
    await system.run('key', 'deny', key, 'orders')
    await eventually(() => client.frames.at(-1)?.code === 'NOT_PERMITTED', 1000)
    await eventually(() => !isAsked('SIMULATOR'))
    expect(client.isOpen).toBe(true)
    client.close()
  })
})
