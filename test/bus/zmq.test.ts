import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { XPublisher } from 'zeromq'
import type { BusAddresses } from '../../bus/addresses.ts'
import type { Bus } from '../../bus/bus.ts'
import { startForwarder } from '../../bus/forwarder.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { describeBus } from '../contracts/bus.ts'
import { listen, temporaryBus, until, watchDemand } from '../support/bus.ts'

const HIGH_WATER_MARK = 100_000

/** Sends frames as a foreign program does, once its connection has heard of a receiver. */
async function publishForeign(address: string, ...messages: (string | Buffer)[][]): Promise<void> {
  const foreign = new XPublisher({ linger: 1000, immediate: true })
  foreign.connect(address)
  await foreign.receive()
  for (const frames of messages) await foreign.send(frames)
  foreign.close()
}

describeBus('The bus over ZeroMQ', async highWaterMark => {
  const { addresses, remove } = temporaryBus()
  let forwarder = await startForwarder({ addresses, highWaterMark })
  return {
    open: () => openZmqBus({ addresses, highWaterMark }),
    publishPlain: (topic, body) => publishForeign(addresses.publish, [topic, body]),
    stop: () => forwarder.close(),
    async restart() {
      forwarder = await startForwarder({ addresses, highWaterMark })
    },
    async close() {
      await forwarder.close()
      remove()
    },
  }
})

describe('A door over ZeroMQ', () => {
  it('drops and counts what is neither form', async () => {
    const { addresses, remove } = temporaryBus()
    const forwarder = await startForwarder({ addresses, highWaterMark: HIGH_WATER_MARK })
    const receiver = openZmqBus({ addresses, highWaterMark: HIGH_WATER_MARK })
    const messages = listen(receiver)
    receiver.subscribePrefix('')
    await publishForeign(
      addresses.publish,
      ['no end of topic'],
      ['\0no topic'],
      ['A', 'B', 'C'],
      ['A\0', 'B'],
      ['', 'B'],
      [`${'T'.repeat(256)}\0`],
      ['T'.repeat(255), 'fine'],
    )
    await until('the last one', () => messages.length === 1)
    expect(messages[0]?.topic).toHaveLength(255)
    expect(receiver.counts()).toEqual({ published: 0, received: 1, malformed: 6 })
    await receiver.close()
    await forwarder.close()
    remove()
  })

  it('names an address it cannot connect to', () => {
    const addresses = { publish: 'carrier://pigeon', subscribe: 'carrier://dove' }
    expect(() => openZmqBus({ addresses, highWaterMark: 1 })).toThrow(
      expect.objectContaining({ code: 'BUS_UNAVAILABLE', message: expect.stringContaining('carrier://pigeon') }),
    )
  })
})

describe('When the forwarder is', () => {
  const TOPICS = Array.from({ length: 5000 }, (_, index) => `DEMO_NSE_S${index}_LTP`)
  let addresses: BusAddresses
  let remove: () => void
  let forwarder: ChildProcess
  let publisher: Bus
  let receiver: Bus

  const startChild = () =>
    spawn(
      process.execPath,
      [fileURLToPath(new URL('../support/forwarder.mjs', import.meta.url)), addresses.publish, addresses.subscribe],
      { stdio: 'inherit' },
    )

  const kill = async () => {
    const exit = once(forwarder, 'exit')
    forwarder.kill('SIGKILL')
    await exit
  }

  beforeEach(() => {
    ;({ addresses, remove } = temporaryBus())
    forwarder = startChild()
    publisher = openZmqBus({ addresses, highWaterMark: HIGH_WATER_MARK })
    receiver = openZmqBus({ addresses, highWaterMark: HIGH_WATER_MARK })
  })

  afterEach(async () => {
    await Promise.all([publisher.close(), receiver.close()])
    await kill()
    remove()
  })

  it('killed and started again, all 5,000 subscriptions are back within 3 s, and nothing old arrives', async () => {
    const messages = listen(receiver)
    const wanted = watchDemand(publisher)
    for (const topic of TOPICS) receiver.subscribe(topic)
    await until('demand', () => wanted.size === TOPICS.length)
    publisher.publish('DEMO_NSE_S0_LTP', Buffer.from('before'))
    await until('a first message', () => messages.length === 1)

    await kill()
    await until('both doors notice', () => !publisher.connected() && !receiver.connected())
    await until('demand is withdrawn', () => wanted.size === 0)
    for (const topic of TOPICS) publisher.publish(topic, Buffer.from('meanwhile'))
    expect(publisher.counts().published).toBe(1 + TOPICS.length)

    forwarder = startChild()
    await until('demand is back', () => wanted.size === TOPICS.length, 3000)
    for (const topic of TOPICS) publisher.publish(topic, Buffer.from('after'))
    await until('all messages', () => messages.length >= 1 + TOPICS.length)
    expect(messages.slice(1).map(({ topic, body }) => `${topic} ${body.toString()}`)).toEqual(
      TOPICS.map(topic => `${topic} after`),
    )
    expect([publisher, receiver].map(bus => bus.connected())).toEqual([true, true])
  })

  it('frozen, both doors notice by its missing heartbeat, and come back when it does', async () => {
    const wanted = watchDemand(publisher)
    receiver.subscribe('DEMO')
    listen(receiver)
    await until('demand', () => wanted.has('DEMO\0') && publisher.connected() && receiver.connected())
    forwarder.kill('SIGSTOP')
    await until('both doors notice', () => !publisher.connected() && !receiver.connected() && wanted.size === 0)
    forwarder.kill('SIGCONT')
    await until('demand is back', () => wanted.has('DEMO\0') && publisher.connected() && receiver.connected())
  })

  it('killed, what is subscribed and unsubscribed meanwhile counts afterwards', async () => {
    const wanted = watchDemand(publisher)
    receiver.subscribe('OLD')
    await until('demand', () => wanted.has('OLD\0'))
    await kill()
    await until('both doors notice', () => !publisher.connected() && !receiver.connected())
    receiver.unsubscribe('OLD')
    receiver.subscribe('NEW')
    listen(receiver)
    forwarder = startChild()
    await until('the new demand', () => wanted.has('NEW\0'))
    expect([...wanted]).toEqual(['NEW\0'])
  })
})
