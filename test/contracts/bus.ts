import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Bus, BusMessage } from '../../bus/bus.ts'
import { type BusRig, listen, until, watchConnection, watchDemand } from '../support/bus.ts'
import { describeHighWaterMark } from './mark.ts'

const HIGH_WATER_MARK = 100_000
const TOPIC = 'DEMO_NSE_SBIN_LTP'
const exact = (topic: string) => `${topic}\0`
const text = (messages: readonly BusMessage[]) => messages.map(({ body }) => body.toString())

/** What every driver of `Bus` must do. `start` gives a fresh bus with this high-water mark. */
export function describeBus(name: string, start: (highWaterMark: number) => Promise<BusRig>): void {
  describe(name, () => {
    let rig: BusRig
    let publisher: Bus
    let receiver: Bus

    beforeEach(async () => {
      rig = await start(HIGH_WATER_MARK)
      publisher = rig.open()
      receiver = rig.open()
    })

    afterEach(async () => {
      await Promise.all([publisher.close(), receiver.close()])
      await rig.close()
    })

    /** Publishes nothing before the demand has arrived: what nobody wants yet is lost. */
    const demanded = (wanted: Set<string>, ...filters: string[]) =>
      until(`demand for ${filters.join(', ')}`, () => filters.every(filter => wanted.has(filter)))

    const arrived = (messages: readonly BusMessage[], count: number) =>
      until(`${count} messages`, () => messages.length >= count)

    it('an exact topic does not receive a longer one', async () => {
      const wanted = watchDemand(publisher)
      const messages = listen(receiver)
      receiver.subscribe(TOPIC)
      await demanded(wanted, exact(TOPIC))
      publisher.publish(`${TOPIC}X`, Buffer.from('longer'))
      publisher.publish(TOPIC, Buffer.from('this'))
      await arrived(messages, 1)
      expect(messages).toEqual([{ topic: TOPIC, body: Buffer.from('this'), plain: false }])
    })

    it('a prefix receives every topic that begins so, and no other', async () => {
      const wanted = watchDemand(publisher)
      const messages = listen(receiver)
      receiver.subscribePrefix('STATUS_')
      await demanded(wanted, 'STATUS_')
      for (const topic of ['STATUS_A', 'STATU', 'LANE_A_P', 'STATUS_B']) publisher.publish(topic, Buffer.from('x'))
      await arrived(messages, 2)
      expect(messages.map(({ topic }) => topic)).toEqual(['STATUS_A', 'STATUS_B'])
    })

    it('takes a copy of what is published: the bytes may be used again at once', async () => {
      const wanted = watchDemand(publisher)
      const messages = listen(receiver)
      receiver.subscribe(TOPIC)
      await demanded(wanted, exact(TOPIC))
      const body = Buffer.alloc(40_000)
      for (let nth = 0; nth < 20; nth++) publisher.publish(TOPIC, body.fill(nth))
      body.fill(99)
      await arrived(messages, 20)
      for (const [nth, message] of messages.entries()) expect(message.body.equals(Buffer.alloc(40_000, nth))).toBe(true)
    })

    it('one publisher is heard in its order', async () => {
      const wanted = watchDemand(publisher)
      const messages = listen(receiver)
      receiver.subscribePrefix('DEMO_')
      await demanded(wanted, 'DEMO_')
      const sent = Array.from({ length: 3000 }, (_, index) => `${index}`)
      for (const [index, body] of sent.entries()) publisher.publish(`DEMO_NSE_S${index % 7}_LTP`, Buffer.from(body))
      await arrived(messages, sent.length)
      expect(text(messages)).toEqual(sent)
    })

    it('a topic wanted both exactly and by prefix arrives once', async () => {
      const wanted = watchDemand(publisher)
      const messages = listen(receiver)
      receiver.subscribe(TOPIC)
      receiver.subscribePrefix('DEMO_')
      await demanded(wanted, exact(TOPIC), 'DEMO_')
      publisher.publish(TOPIC, Buffer.from('once'))
      publisher.publish('DEMO_END', Buffer.from('end'))
      await arrived(messages, 2)
      expect(text(messages)).toEqual(['once', 'end'])
    })

    it('subscribing twice and unsubscribing once ends it', async () => {
      const wanted = watchDemand(publisher)
      const messages = listen(receiver)
      receiver.subscribe('END')
      receiver.subscribe(TOPIC)
      receiver.subscribe(TOPIC)
      await demanded(wanted, exact(TOPIC), exact('END'))
      receiver.unsubscribe(TOPIC)
      await until('no demand', () => !wanted.has(exact(TOPIC)))
      publisher.publish(TOPIC, Buffer.from('too late'))
      publisher.publish('END', Buffer.from('end'))
      await arrived(messages, 1)
      expect(text(messages)).toEqual(['end'])
    })

    it('demand begins with the first receiver and ends with the last', async () => {
      const heard: [string, boolean][] = []
      publisher.onDemand((filter, on) => heard.push([filter, on]))
      const other = rig.open()
      receiver.subscribePrefix('DEMO_')
      await until('demand', () => heard.length === 1)
      other.subscribePrefix('DEMO_')
      other.subscribe('FENCE')
      await until('fence', () => heard.length === 2)
      receiver.unsubscribePrefix('DEMO_')
      receiver.subscribe('FENCE 2')
      await until('second fence', () => heard.length === 3)
      await other.close()
      await until('end of demand', () => heard.length === 5)
      expect(heard.slice(0, 3)).toEqual([
        ['DEMO_', true],
        [exact('FENCE'), true],
        [exact('FENCE 2'), true],
      ])
      expect(new Set(heard.slice(3).map(String))).toEqual(new Set([`DEMO_,false`, `${exact('FENCE')},false`]))
    })

    it('a late listener hears of the demand there is', async () => {
      receiver.subscribe(TOPIC)
      receiver.subscribe('GONE')
      await demanded(watchDemand(publisher), exact(TOPIC), exact('GONE'))
      receiver.unsubscribe('GONE')
      await until('end of demand', () => !watchDemand(publisher).has(exact('GONE')))
      const heard: [string, boolean][] = []
      publisher.onDemand((filter, on) => heard.push([filter, on]))
      expect(heard).toEqual([[exact(TOPIC), true]])
    })

    it('two receivers both get a message', async () => {
      const other = rig.open()
      const messages = [listen(receiver), listen(other)]
      const wanted = watchDemand(publisher)
      receiver.subscribe(TOPIC)
      other.subscribe(TOPIC)
      other.subscribe('FENCE')
      await demanded(wanted, exact(TOPIC), exact('FENCE'))
      publisher.publish(TOPIC, Buffer.from('both'))
      for (const received of messages) await arrived(received, 1)
      expect(messages.map(text)).toEqual([['both'], ['both']])
      await other.close()
    })

    it('a publisher that comes after the receiver is heard', async () => {
      const messages = listen(receiver)
      receiver.subscribe(TOPIC)
      await demanded(watchDemand(publisher), exact(TOPIC))
      const late = rig.open()
      await demanded(watchDemand(late), exact(TOPIC))
      late.publish(TOPIC, Buffer.from('late'))
      await arrived(messages, 1)
      expect(text(messages)).toEqual(['late'])
      await late.close()
    })

    it('the plain two-part form arrives by prefix, beside our own form of the same topic', async () => {
      const messages = listen(receiver)
      receiver.subscribePrefix(TOPIC)
      await demanded(watchDemand(publisher), TOPIC)
      await rig.publishPlain(TOPIC, Buffer.from('{"ltp":1}'))
      await until('the plain message', () => messages.length === 1)
      publisher.publish(TOPIC, Buffer.from('ours'))
      await arrived(messages, 2)
      expect(messages.map(({ topic, plain }) => [topic, plain])).toEqual([
        [TOPIC, true],
        [TOPIC, false],
      ])
      expect(text(messages)).toEqual(['{"ltp":1}', 'ours'])
    })

    it('5,000 subscriptions all hold', async () => {
      const topics = Array.from({ length: 5000 }, (_, index) => `DEMO_NSE_S${index}_QUOTE`)
      const messages = listen(receiver)
      for (const topic of topics) receiver.subscribe(topic)
      await demanded(watchDemand(publisher), ...topics.map(exact))
      for (const topic of topics) publisher.publish(topic, Buffer.from('x'))
      await arrived(messages, topics.length)
      expect(messages.map(({ topic }) => topic)).toEqual(topics)
    })

    it('bodies arrive unchanged, whatever their bytes', async () => {
      const messages = listen(receiver)
      receiver.subscribe(TOPIC)
      await demanded(watchDemand(publisher), exact(TOPIC))
      const bodies = fc.array(fc.uint8Array({ maxLength: 400 }), { minLength: 1, maxLength: 20 })
      await fc.assert(
        fc.asyncProperty(bodies, async sent => {
          messages.length = 0
          for (const body of sent) publisher.publish(TOPIC, Buffer.from(body))
          await arrived(messages, sent.length)
          expect(messages.map(({ body }) => [...body])).toEqual(sent.map(body => [...body]))
        }),
        { numRuns: 30, seed: 1 },
      )
    })

    it('a message over 64 MiB is refused at the door that sends it', () => {
      const most = Buffer.alloc(64 * 1024 * 1024 - TOPIC.length)
      expect(() => publisher.publish(TOPIC, most)).toThrow(expect.objectContaining({ code: 'MESSAGE_MALFORMED' }))
      expect(publisher.counts().published).toBe(0)
    })

    it('counts what was published and received', async () => {
      const messages = listen(receiver)
      receiver.subscribe(TOPIC)
      await demanded(watchDemand(publisher), exact(TOPIC))
      publisher.publish(TOPIC, Buffer.from('1'))
      publisher.publish('UNWANTED', Buffer.from('2'))
      await arrived(messages, 1)
      expect(publisher.counts()).toEqual({ published: 2, received: 0, malformed: 0 })
      expect(receiver.counts()).toEqual({ published: 0, received: 1, malformed: 0 })
    })

    it('a closed door is quiet, disconnected and may be used without harm', async () => {
      const messages = listen(receiver)
      const wanted = watchDemand(publisher)
      receiver.subscribe(TOPIC)
      await demanded(wanted, exact(TOPIC))
      await until('connected', () => receiver.connected())
      const told = watchConnection(receiver)
      await receiver.close()
      expect(receiver.connected()).toBe(false)
      await until('no demand', () => wanted.size === 0)
      receiver.publish(TOPIC, Buffer.from('x'))
      receiver.subscribe('OTHER')
      receiver.unsubscribe(TOPIC)
      await receiver.close()
      publisher.publish(TOPIC, Buffer.from('x'))
      expect(messages).toEqual([])
      expect(receiver.counts().published).toBe(0)
      expect(told).toEqual([])
    })

    it('a lost connection is told once, and once when it is back; what was published meanwhile is lost', async () => {
      const messages = listen(receiver)
      const wanted = watchDemand(publisher)
      receiver.subscribe(TOPIC)
      await demanded(wanted, exact(TOPIC))
      await until('connected', () => [publisher, receiver].every(bus => bus.connected()))
      const told = [publisher, receiver].map(watchConnection)
      await rig.stop()
      await until('both doors notice', () => told.every(changes => changes.length === 1))
      expect([publisher, receiver].map(bus => bus.connected())).toEqual([false, false])
      await until('no demand', () => wanted.size === 0)
      publisher.publish(TOPIC, Buffer.from('meanwhile'))

      await rig.restart()
      await until('both doors are back', () => told.every(changes => changes.length === 2))
      expect([publisher, receiver].map(bus => bus.connected())).toEqual([true, true])
      await demanded(wanted, exact(TOPIC))
      publisher.publish(TOPIC, Buffer.from('after'))
      await arrived(messages, 1)
      expect(text(messages)).toEqual(['after'])
      expect(told).toEqual([
        [false, true],
        [false, true],
      ])
    })

    it('a door opened before there is a bus hears of its first connection, and is told then what is wanted', async () => {
      listen(receiver)
      receiver.subscribe(TOPIC)
      await demanded(watchDemand(publisher), exact(TOPIC))
      await rig.stop()
      const early = rig.open()
      const told = watchConnection(early)
      const wanted = watchDemand(early)
      expect(early.connected()).toBe(false)
      await rig.restart()
      await until('connected', () => told.length > 0)
      await demanded(wanted, exact(TOPIC))
      expect(told).toEqual([true])
      await early.close()
    })

    it('what was published just before a close still arrives', async () => {
      const messages = listen(receiver)
      receiver.subscribe(TOPIC)
      await demanded(watchDemand(publisher), exact(TOPIC))
      for (let index = 0; index < 500; index++) publisher.publish(TOPIC, Buffer.alloc(8000))
      publisher.publish(TOPIC, Buffer.from('last words'))
      await publisher.close()
      await arrived(messages, 501)
      expect(messages.at(-1)?.body.toString()).toBe('last words')
    })
  })

  describeHighWaterMark(name, start)
}
