import fc from 'fast-check'
import { expect, it } from 'vitest'
import { TopicRecord } from '../../../adapters/runtime/record.ts'
import { LANE_HEADER_BYTES, laneTopic, readLaneHeader, writeLaneHeader } from '../../../bus/lane.ts'
import { RecordReader } from '../../../bus/reader.ts'
import { formatFrame, frameTemplate } from '../../../shared/market/frame.ts'
import { FEED, RELIANCE, rig, topicOf } from './rig.ts'

const EPOCH = 1_795_220_416_000
const TOPIC = topicOf('RELIANCE', 'DEPTH')
const TEMPLATE = frameTemplate({ feed: FEED, exchange: 'NSE', symbol: 'RELIANCE', mode: 'DEPTH' }, 'testbroker')

/** The one record, as a receiver sees it. */
function read(record: Buffer) {
  const head = Buffer.alloc(LANE_HEADER_BYTES)
  writeLaneHeader(head, { records: 1, epoch: EPOCH, sequence: 1, sentAt: 1 })
  const reader = new RecordReader()
  reader.begin(Buffer.concat([head, record]), { records: 1 })
  reader.next()
  const { topic, topicNumber, snapshot, position, sequence, receivedAt, symbolAt, dataSymbolAt, symbolLength } = reader
  const rest = { topic, topicNumber, snapshot, position, sequence, receivedAt, symbolAt, dataSymbolAt, symbolLength }
  return { ...rest, frame: reader.frame.toString(), isLast: !reader.next() }
}

it('each tick is written over the one before, longer or shorter, with positions in between', () => {
  const { symbolAt, dataSymbolAt, symbolLength } = TEMPLATE
  const level = fc.record({ price: fc.integer({ min: 1, max: 99_999 }), quantity: fc.nat() })
  const levels = fc.array(level, { maxLength: 5 })
  const tick = fc.record(
    {
      ltp: fc.double({ min: 0.05, max: 1e6, noNaN: true }),
      timestamp: fc.nat(),
      volume: fc.nat(),
      book: fc.record({ buy: levels, sell: levels }),
    },
    { requiredKeys: ['ltp', 'timestamp'] },
  )
  fc.assert(
    fc.property(fc.array(fc.option(tick, { nil: undefined }), { minLength: 1, maxLength: 12 }), ticks => {
      const record = new TopicRecord({ topic: TOPIC, topicNumber: 5, template: TEMPLATE, epoch: EPOCH })
      for (const [place, one] of ticks.entries()) {
        const fixed = { topic: TOPIC, topicNumber: 5, sequence: place, isLast: true }
        if (!one) {
          expect(read(record.position(place))).toMatchObject({ ...fixed, position: true, frame: '' })
          continue
        }
        const snapshot = place % 3 === 0
        record.write(one, { snapshot, kept: false, sequence: place, receivedAt: EPOCH * 1000 + place })
        const marks = {
          snapshot,
          position: false,
          receivedAt: EPOCH * 1000 + place,
          symbolAt,
          dataSymbolAt,
          symbolLength,
        }
        expect(read(record.bytes)).toEqual({ ...fixed, ...marks, frame: formatFrame(TEMPLATE, one) })
        expect(record.body.equals(record.bytes.subarray(record.bytes.length - record.body.length))).toBe(true)
        expect(record.body.toString('latin1', 32)).toBe(formatFrame(TEMPLATE, one))
      }
    }),
  )
})

it('every topic of a feed has a number of its own, the same in every lane and for the whole epoch', () => {
  const { bus, clock, offer } = rig()
  const numbers = (proxy: string) => {
    const found = new Map<string, Set<number>>()
    const reader = new RecordReader()
    for (const { body } of bus.messages.filter(({ topic }) => topic === laneTopic(FEED, proxy))) {
      reader.begin(body, readLaneHeader(body))
      while (reader.next()) found.set(reader.topic, (found.get(reader.topic) ?? new Set()).add(reader.topicNumber))
    }
    return found
  }
  bus.want('P1', 1, [topicOf('TCS'), topicOf('RELIANCE')])
  offer(RELIANCE, 100)
  bus.want('P1', 2, [])
  bus.want('P2', 1, [topicOf('RELIANCE'), topicOf('RELIANCE', 'QUOTE'), topicOf('TCS')])
  bus.want('P1', 3, [topicOf('RELIANCE')])
  offer(RELIANCE, 101)
  clock.advance(0)
  expect(numbers('P1')).toEqual(
    new Map([
      [topicOf('TCS'), new Set([1])],
      [topicOf('RELIANCE'), new Set([2])],
    ]),
  )
  expect(numbers('P2')).toEqual(
    new Map([
      [topicOf('RELIANCE'), new Set([2])],
      [topicOf('RELIANCE', 'QUOTE'), new Set([3])],
      [topicOf('TCS'), new Set([1])],
    ]),
  )
})
