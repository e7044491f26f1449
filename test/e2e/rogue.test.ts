import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { busAddresses } from '../../bus/addresses.ts'
import { type Bus, ordersTopic, statesTopic, statusTopic } from '../../bus/bus.ts'
import {
  LANE_HEADER_BYTES,
  laneTopic,
  RECORD_HEADER_BYTES,
  writeLaneHeader,
  writeRecordHeader,
} from '../../bus/lane.ts'
import { TICK_HEADER_BYTES, writeTickHeader } from '../../bus/message.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { systemClock } from '../../shared/clock.ts'
import { TestClient } from '../support/client.ts'
import { guarded } from '../support/identity.ts'
import { orderFrame } from '../support/order.ts'
import { eventually, System } from '../support/system.ts'

const TOPIC = 'SIMULATOR_NSE_RELIANCE_LTP'
const PRICE = 0.01

let system: System
let client: TestClient
/** Some program that can write on the bus, and reads everything. */
let rogue: Bus
/** Topics of the lanes there are. */
const lanes = new Set<string>()
/** What the feed itself has put there, to be said again. */
const recorded: { topic: string; body: Buffer }[] = []

beforeAll(async () => {
  system = await System.start('[feeds.SIMULATOR]\nrate = 2000\n')
  client = await TestClient.open(system.url())
  await client.ask({ action: 'authenticate', api_key: system.key, features: ['gap', 'state'] })
  await client.ask({ action: 'subscribe', symbol: 'RELIANCE', exchange: 'NSE', mode: 'LTP' })
  await eventually(() => client.ticks.length > 3)
  rogue = openZmqBus({
    addresses: busAddresses({ runDir: `${system.folder}/run`, tcp: undefined }),
    highWaterMark: 10_000,
  })
  rogue.onMessage(({ topic, body }) => {
    if (topic.startsWith('LANE_')) lanes.add(topic)
    if (recorded.length < 50) recorded.push({ topic, body: Buffer.from(body) })
  })
  rogue.subscribePrefix('LANE_')
  rogue.subscribePrefix('STATUS_')
  await eventually(() => lanes.size > 0 && recorded.length === 50)
})

afterAll(async () => {
  client?.close()
  await rogue?.close()
  await system?.close()
})

/** A tick that would be right but for who says it. */
function tick(sequence: number): Buffer {
  const frame = Buffer.from(JSON.stringify({ type: 'market_data', symbol: 'RELIANCE', data: { ltp: PRICE } }))
  const body = Buffer.alloc(TICK_HEADER_BYTES + frame.length)
  const place = { symbolAt: 32, dataSymbolAt: 40, symbolLength: 8, snapshot: false, position: false, kept: false }
  writeTickHeader(body, 0, { ...place, epoch: systemClock.now(), sequence, receivedAt: systemClock.micros() })
  frame.copy(body, TICK_HEADER_BYTES)
  return body
}

function lane(sequence: number): Buffer {
  const body = tick(sequence)
  const message = Buffer.alloc(LANE_HEADER_BYTES + RECORD_HEADER_BYTES + TOPIC.length + body.length)
  writeLaneHeader(message, { records: 1, epoch: systemClock.now(), sequence, sentAt: systemClock.micros() })
  const record = message.subarray(LANE_HEADER_BYTES)
  writeRecordHeader(record, TOPIC, 0)
  body.copy(record, RECORD_HEADER_BYTES + TOPIC.length)
  return message
}

const status = () => ({ version: 1, feed: 'SIMULATOR', epoch: systemClock.now(), state: 'down', reason: 'a lie' })

interface Said {
  readonly bus: Readonly<Record<string, number>>
  readonly feeds: readonly { readonly name: string; readonly state: string }[]
  readonly events: readonly { readonly name: string; readonly text: string }[]
}

describe('somebody who can write on the bus, and is no registered feed', () => {
  it('reaches no client with a price, a state or an order, and is told of', async () => {
    const liar = guarded(rogue, systemClock, { name: 'SIMULATOR', role: 'feed' })
    for (let round = 1; round <= 500; round++) {
      for (const topic of lanes) rogue.publish(topic, lane(2 ** 40 + round))
      rogue.publish(laneTopic('SIMULATOR', 'P-0'), lane(round))
      rogue.publish(TOPIC, tick(2 ** 40 + round))
      rogue.publish(statusTopic('SIMULATOR'), Buffer.from(JSON.stringify(status())))
      rogue.publish(statesTopic('SIMULATOR'), Buffer.from('{}'))
      rogue.publish(ordersTopic('SIMULATOR'), orderFrame('1', 'trader'))
      if (round % 50 === 0) liar.publish(statusTopic('SIMULATOR'), Buffer.from(JSON.stringify(status())))
      if (round % 10 === 0) for (const { topic, body } of recorded) rogue.publish(topic, body)
      if (round % 20 === 0) await eventually(() => rogue.connected())
    }
    rogue.publish(statusTopic('NOBODY'), Buffer.from('{}'))
    const from = client.ticks.length
    const said = await eventually(async () => {
      const { out } = await system.run('status', '--json')
      const now = JSON.parse(out) as Said
      // Whatever the rogue sent is behind the proxy when the last of it is.
      return now.events.some(({ name, text }) => name === 'others' && /registered|signature/.test(text)) && now
    }, 30_000)
    await eventually(() => client.ticks.length > from + 5)
    expect(client.ticks.filter(({ data }) => (data as { ltp: number }).ltp === PRICE)).toEqual([])
    expect(client.frames.filter(({ type }) => type === 'gap')).toEqual([])
    expect(said.feeds.find(({ name }) => name === 'SIMULATOR')?.state).toBe('live')
    expect(said.bus.strangers).toBeGreaterThan(1500)
    expect(said.bus.lostLanes).toBe(0)
    const told = said.events.filter(({ name }) => name === 'SIMULATOR').map(({ text }) => text)
    for (const why of ['without the signature', 'not of its feed', 'sent before'])
      expect(told.some(text => text.includes(why))).toBe(true)
  })

  it('does not make the feed give up, and is found by doctor', async () => {
    expect(system.child('SIMULATOR').restarts).toBe(0)
    const { out } = await system.run('doctor', '--format', 'table')
    expect(out).toMatch(/^warn {2}bus writers {6}.*dropped \d+ bus messages?/m)
    const person = await system.run('status', '--format', 'table')
    expect(person.out).toMatch(/SIMULATOR dropped \d+ bus messages? /)
  })
})
