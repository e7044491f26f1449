import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Bus, ordersTopic } from '../../bus/bus.ts'
import { systemClock } from '../../shared/clock.ts'
import { ControlStore } from '../../shared/store/control.ts'
import { until, watchDemand } from '../support/bus.ts'
import type { TestClient } from '../support/client.ts'
import { RawClient } from '../support/clientraw.ts'
import { holds } from '../support/holds.ts'
import { guarded } from '../support/identity.ts'
import { orderFrame } from '../support/order.ts'
import { FOREIGN_KEY, feedRecord, type ProxyRig, startRig } from '../support/proxy.ts'
import { tickOf } from '../support/proxyfeed.ts'

const TOPIC = ordersTopic('TESTFEED')

let rig: ProxyRig
/** What is asked of all feeds now. */
let demand: Set<string>
/** Of the processes of other feeds. */
const doors = new Map<string, Bus>()

beforeEach(async () => {
  doors.clear()
  rig = await startRig({ proxy: { queueSoftBytes: 65_536, queueHardBytes: 1_048_576, stallMs: 60_000 } })
  rig.store.feeds.add(feedRecord('BOBFEED', { userId: 'bob', createdAt: 3000 }))
  demand = watchDemand(rig.exchange.open())
})

afterEach(() => rig.close())

const isAsked = (feed: string) => demand.has(`${ordersTopic(feed)}\0`)
const asked = (feed: string) => until(`updates of ${feed} are asked for`, () => isAsked(feed))
const notAsked = (feed: string) => until(`updates of ${feed} are not asked for`, () => !isAsked(feed))
/** Each feed speaks for itself. */
const publish = (body: Buffer | string, feed = 'TESTFEED') =>
  (feed === 'TESTFEED' ? rig.feed : doorOf(feed)).publish(ordersTopic(feed), Buffer.from(body))

function doorOf(feed: string): Bus {
  const door = doors.get(feed) ?? guarded(rig.exchange.open(), systemClock, { name: feed, role: 'feed' })
  doors.set(feed, door)
  return door
}
const ids = (client: TestClient) => client.updates.map(({ orderid }) => orderid)
const arrived = (client: TestClient, orderId: string) => until(`update ${orderId}`, () => ids(client).includes(orderId))

/** A client that has shown this key and hears of orders. */
async function hear(key = rig.keys.alice): Promise<TestClient> {
  const client = await rig.connect()
  await client.ask({ action: 'authenticate', api_key: key })
  expect(await client.ask({ action: 'subscribe_orders' })).toMatchObject({ status: 'success' })
  return client
}

/** Changes the database as another process does. */
function elsewhere(change: (store: ControlStore) => void): void {
  const store = ControlStore.open(rig.folder)
  change(store)
  store.close()
}

describe('an order update', () => {
  it('reaches every client that asked for them, byte for byte, and no other', async () => {
    const [one, two, silent] = [await hear(), await hear(), await rig.enter()]
    await asked('TESTFEED')
    const bytes = JSON.stringify(JSON.parse(orderFrame('1').toString()), undefined, 1).replace('alice"', 'alice" ')
    publish(bytes)
    publish(orderFrame('2', 'alice', { rejectionReason: 'मार्जिन ₹' }))
    await Promise.all([arrived(one, '2'), arrived(two, '2')])
    for (const client of [one, two])
      expect(client.updates.map(({ text }) => text)).toEqual([
        bytes,
        orderFrame('2', 'alice', { rejectionReason: 'मार्जिन ₹' }).toString(),
      ])
    await silent.settled()
    expect(silent.updates).toEqual([])
    expect((await rig.status()).clients).toMatchObject({ orderSubscriptions: 2, subscriptions: 0 })
    expect((await rig.status()).bus).toMatchObject({ orders: 2, strayOrders: 0 })
  })

  it('comes behind the answer, and in its place among prices and replies', async () => {
    const client = await hear()
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 1 })
    await rig.feed.wanted('NSE_TCS_LTP')
    await asked('TESTFEED')
    rig.feed.tick('NSE', 'TCS', tickOf(1))
    publish(orderFrame('1'))
    rig.feed.tick('NSE', 'TCS', tickOf(2))
    await until('all of it', () => client.ticks.length === 2)
    const types = client.frames.map(({ type }) => type)
    expect(types.slice(1)).toEqual(['subscribe_orders', 'subscribe', 'market_data', 'order_update', 'market_data'])
  })

  it('is never folded, however slowly its client reads', async () => {
    const stuck = await RawClient.open(rig.port)
    const reader = await rig.enter()
    const wish = { action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 3 }
    stuck.send({ action: 'authenticate', api_key: rig.keys.alice }, { action: 'subscribe_orders' }, wish)
    await stuck.received(3)
    await reader.ask(wish)
    stuck.pause()
    await asked('TESTFEED')
    await rig.feed.wanted('NSE_TCS_DEPTH')
    let sent = 0
    await holds(async () => {
      for (let nth = 0; nth < 100; nth++) rig.feed.tick('NSE', 'TCS', tickOf(++sent))
      expect((await rig.status()).clients.folded).toBeGreaterThan(0)
    })
    const orders = Array.from({ length: 40 }, (_, nth) => `${nth}`)
    for (const orderId of orders) {
      publish(orderFrame(orderId))
      rig.feed.tick('NSE', 'TCS', tickOf(++sent))
    }
    await until('the reader has the last', () => reader.ticks.length >= sent)
    stuck.resume()
    await until('all of it', () => stuck.frames.some(({ text }) => text.includes(`"ltp":${sent},`)))
    const got = stuck.frames.map(({ text }) => JSON.parse(text)).filter(({ type }) => type === 'order_update')
    expect(got.map(({ orderid }) => orderid)).toEqual(orders)
  })

  it('is dropped and counted when it is not of the user whose feed sent it', async () => {
    const [alice, bob] = [await hear(), await hear(rig.keys.bob)]
    await Promise.all([asked('TESTFEED'), asked('BOBFEED')])
    publish(orderFrame('1', 'bob'))
    publish(orderFrame('2', 'alice'), 'BOBFEED')
    publish(orderFrame('3', 'alice'))
    publish(orderFrame('4', 'bob'), 'BOBFEED')
    await Promise.all([arrived(alice, '3'), arrived(bob, '4')])
    await Promise.all([alice.settled(), bob.settled()])
    expect([ids(alice), ids(bob)]).toEqual([['3'], ['4']])
    expect((await rig.status()).bus).toMatchObject({ orders: 2, strayOrders: 2, malformed: 0 })
  })

  it('is dropped and counted when no client could read it', async () => {
    const client = await hear()
    await asked('TESTFEED')
    const good = orderFrame('1').toString()
    for (const bad of [
      Buffer.alloc(0),
      'hello',
      good.slice(0, -1),
      good.replace('order_update', 'market_data'),
      good.replace('"quantity":10', '"quantity":null'),
      good.replace('"rejection_reason":""', `"rejection_reason":"${'x'.repeat(9000)}"`),
      Buffer.concat([Buffer.from(good.slice(0, -2)), Buffer.of(0xff), Buffer.from('"}')]),
    ])
      publish(Buffer.from(bad))
    rig.exchange.publishPlain(TOPIC, Buffer.from(good))
    publish(orderFrame('2'))
    await arrived(client, '2')
    await client.settled()
    expect(ids(client)).toEqual(['2'])
    expect((await rig.status()).bus).toMatchObject({ orders: 1, malformed: 7 })
  })
})

describe('the updates of a feed', () => {
  it('are asked for only while somebody of its user wants them', async () => {
    expect(isAsked('TESTFEED')).toBe(false)
    const [one, two] = [await hear(), await hear()]
    await asked('TESTFEED')
    expect(isAsked('BOBFEED')).toBe(false)
    await one.ask({ action: 'unsubscribe_orders' })
    await two.settled()
    expect(isAsked('TESTFEED')).toBe(true)
    publish(orderFrame('1'))
    await arrived(two, '1')
    two.close()
    await notAsked('TESTFEED')
    await one.settled()
    expect(one.updates).toEqual([])
    expect((await rig.status()).clients.orderSubscriptions).toBe(0)
  })

  it('come, too, when it is added later, and end when it is switched off or removed', async () => {
    const client = await hear()
    elsewhere(({ feeds }) => feeds.add(feedRecord('LATER', { createdAt: 4000 })))
    await asked('LATER')
    publish(orderFrame('1'), 'LATER')
    await arrived(client, '1')
    elsewhere(({ feeds }) => feeds.setEnabled('TESTFEED', false, 1))
    await notAsked('TESTFEED')
    elsewhere(({ feeds }) => feeds.remove('LATER'))
    await notAsked('LATER')
  })

  it('go to another user with it, and what its process still says of the first goes to nobody', async () => {
    const [alice, bob] = [await hear(), await hear(rig.keys.bob)]
    await Promise.all([asked('TESTFEED'), asked('BOBFEED')])
    elsewhere(({ feeds }) => feeds.remove('TESTFEED'))
    await notAsked('TESTFEED')
    elsewhere(({ feeds }) => feeds.add(feedRecord('TESTFEED', { userId: 'bob', createdAt: 5000 })))
    await asked('TESTFEED')
    publish(orderFrame('1', 'alice'))
    publish(orderFrame('2', 'bob'))
    await arrived(bob, '2')
    await Promise.all([alice.settled(), bob.settled()])
    expect([ids(alice), ids(bob)]).toEqual([[], ['2']])
    expect((await rig.status()).bus.strayOrders).toBe(1)
  })

  it('are asked for again after the bus was gone', async () => {
    const client = await hear()
    await asked('TESTFEED')
    rig.exchange.stop()
    rig.exchange.start()
    publish(orderFrame('1'))
    await arrived(client, '1')
  })
})

describe('a key', () => {
  it('without the scope is refused, and prices come as before', async () => {
    const client = await rig.connect()
    await client.ask({ action: 'authenticate', api_key: FOREIGN_KEY })
    const id = rig.store.keys.list().find(({ origin }) => origin === 'imported')?.id ?? ''
    expect((await client.ask({ action: 'subscribe_orders', request_id: 'o1' })).text).toBe(
      JSON.stringify({
        status: 'error',
        code: 'NOT_PERMITTED',
        message: `This key does not read order updates; allow it with: tickwire key allow ${id} orders`,
        request_id: 'o1',
      }),
    )
    expect(await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE' })).toMatchObject({
      status: 'success',
    })
    expect(isAsked('TESTFEED')).toBe(false)
    elsewhere(({ keys }) => keys.change(id, 'orders', true))
    expect(await client.ask({ action: 'subscribe_orders' })).toMatchObject({ status: 'success' })
    await asked('TESTFEED')
  })

  it('that loses the scope gets no more within a second, is told, and keeps its prices', async () => {
    const { record, key } = rig.store.keys.create({ userId: 'alice', label: 'bot', scopes: ['orders'], now: 1 })
    const [client, other] = [await hear(key.reveal()), await hear()]
    await client.ask({ action: 'subscribe', symbol: 'TCS', exchange: 'NSE', mode: 1 })
    const denied = systemClock.monotonic()
    elsewhere(({ keys }) => keys.change(record.id, 'orders', false))
    await until('it is told', () => client.frames.at(-1)?.code === 'NOT_PERMITTED')
    expect(systemClock.monotonic() - denied).toBeLessThan(1000)
    publish(orderFrame('1'))
    await arrived(other, '1')
    await client.settled()
    expect([client.updates, client.isOpen]).toEqual([[], true])
    expect((await rig.status()).clients).toMatchObject({ orderSubscriptions: 1, subscriptions: 1 })
  })

  it('that is revoked ends with its connection', async () => {
    const { record, key } = rig.store.keys.create({ userId: 'alice', label: 'bot', scopes: ['orders'], now: 1 })
    const client = await hear(key.reveal())
    await asked('TESTFEED')
    elsewhere(({ keys }) => keys.revoke(record.id, 2))
    expect((await client.closed).code).toBe(4403)
    await notAsked('TESTFEED')
  })

  it('that is a ticket of a local command reads them, also after its minute', async () => {
    const { keys } = rig.store
    const now = systemClock.now()
    const key = keys.mintTicket({ userId: 'alice', ttlMs: 60_000, now })
    const marker = keys.create({ userId: 'alice', label: 'marker', scopes: ['orders'], now })
    const [client, witness] = [await hear(key.reveal()), await hear(marker.key.reveal())]
    // Forgets the first one, as the next command after its minute does; the proxy has looked when the witness is gone.
    keys.mintTicket({ userId: 'alice', ttlMs: 1, now: now + 60_000 })
    keys.revoke(marker.record.id, now)
    await witness.closed
    publish(orderFrame('1'))
    await arrived(client, '1')
  })
})
