import fc from 'fast-check'
import { openEnvelope, parseDemand, sealEnvelope } from '../../bus/envelope.ts'
import {
  LANE_HEADER_BYTES,
  RECORD_HEADER_BYTES,
  readLaneHeader,
  readRecords,
  writeLaneHeader,
  writeRecordHeader,
} from '../../bus/lane.ts'
import { positionHeader, readTick, TICK_HEADER_BYTES, type TickHeader, writeTickHeader } from '../../bus/message.ts'
import { RecordReader, TopicIndex } from '../../bus/reader.ts'
import { readPayload } from '../../proxy/payload.ts'
import { formatControl, parseFeedStatus, parseSubscriptionSet } from '../../shared/control.ts'
import { formatOrder, type OrderUpdate, readOrderOwner } from '../../shared/market/order.ts'
import { formatStates, parseStates } from '../../shared/states.ts'
import { areNumbers, bytes, damagedBytes, damagedText, hold, orRefused, text } from './noise.ts'
import { claim, type Target } from './target.ts'

const TOPIC = 'FEED_NSE_TCS_LTP'
const FRAME = '{"type":"market_data","symbol":"TCS","exchange":"NSE","mode":1,"data":{"symbol":"TCS","ltp":1}}'
const EPOCH = 1_795_220_416_000

function tickBody(header: TickHeader, frame = ''): Buffer {
  const body = Buffer.alloc(TICK_HEADER_BYTES + frame.length)
  writeTickHeader(body, 0, header)
  body.write(frame, TICK_HEADER_BYTES)
  return body
}

const LIVE: TickHeader = {
  ...positionHeader(EPOCH, 7),
  position: false,
  symbolAt: 32,
  dataSymbolAt: FRAME.lastIndexOf('TCS'),
  symbolLength: 3,
  receivedAt: EPOCH * 1000,
}
const TICKS = [tickBody(LIVE, FRAME), tickBody({ ...LIVE, snapshot: true }, FRAME), tickBody(positionHeader(EPOCH, 7))]

function lane(bodies: readonly Buffer[]): Buffer {
  const header = Buffer.alloc(LANE_HEADER_BYTES)
  writeLaneHeader(header, { records: bodies.length, epoch: EPOCH, sequence: 3, sentAt: EPOCH * 1000 })
  const records = bodies.map((body, nth) => {
    const record = Buffer.alloc(RECORD_HEADER_BYTES + TOPIC.length + body.length)
    writeRecordHeader(record, TOPIC, nth + 1)
    record.set(body, RECORD_HEADER_BYTES + TOPIC.length)
    return record
  })
  return Buffer.concat([header, ...records])
}

const LANES = [lane(TICKS), lane(TICKS.slice(0, 1)), lane([])]

/** What both readers of a lane make of it, as far as they come. */
function walk(body: Buffer): { read: string[]; walked: string[]; whole: [boolean, boolean] } {
  const header = readLaneHeader(body)
  const read: string[] = []
  const walked: string[] = []
  const readAll = orRefused(['MESSAGE_MALFORMED'], () => {
    readRecords(body, header.records, (topic, record) => {
      const { frame } = readTick(record)
      read.push(`${topic} ${frame.toString('latin1')}`)
    })
    return true
  })
  const reader = new RecordReader()
  const index = new TopicIndex(topic => ({ gone: false, topic }))
  const walkedAll = orRefused(['MESSAGE_MALFORMED'], () => {
    reader.begin(body, header)
    index.begin(header)
    while (reader.next()) {
      index.find(reader)
      walked.push(`${reader.topic} ${reader.frame.toString('latin1')}`)
    }
    return true
  })
  return { read, walked, whole: [readAll ?? false, walkedAll ?? false] }
}

const set = { version: 1, feed: 'FEED', proxy: 'P-1', revision: 1, resync: 0, topics: [TOPIC] } as const
const status = {
  version: 1,
  feed: 'FEED',
  broker: 'testbroker',
  label: 'live',
  modes: ['LTP'],
  epoch: EPOCH,
  state: 'live',
  since: EPOCH,
  at: EPOCH,
  ticks: 1,
  wanted: 1,
  confirmed: 1,
  rejected: [],
  lanes: { 'P-1': 3 },
} as const
const group = { state: 'live', since: EPOCH, label: 'live', instruments: [{ name: 'NSE:TCS' }] } as const
const order: OrderUpdate = {
  orderId: '1',
  exchange: 'NSE',
  symbol: 'TCS',
  action: 'BUY',
  quantity: 1,
  price: 1,
  triggerPrice: 0,
  priceType: 'LIMIT',
  product: 'CNC',
  status: 'open',
  filledQuantity: 0,
  pendingQuantity: 1,
  averagePrice: 0,
  rejectionReason: '',
}

const CONTROL: readonly (readonly [name: string, sample: string, read: (body: Buffer) => unknown])[] = [
  ['a subscription set', String(formatControl({ ...set, topics: [...set.topics] })), parseSubscriptionSet],
  ['a feed status', JSON.stringify(status), parseFeedStatus],
  [
    'a report of states',
    String(
      formatStates({
        version: 1,
        feed: 'FEED',
        epoch: EPOCH,
        revision: 1,
        whole: true,
        groups: [{ ...group, instruments: [...group.instruments] }],
        gone: [],
      }),
    ),
    parseStates,
  ],
  ['an order update', formatOrder(order, { userId: 'alice', broker: 'testbroker' }), readOrderOwner],
  [
    'a foreign payload',
    JSON.stringify({ ltp: 1, ltt: EPOCH, volume: 5, depth: { buy: [{ price: 1, quantity: 2 }], sell: [] } }),
    body => readPayload(body, { kind: 'EQ', now: EPOCH, maxAgeMs: 1000 }),
  ],
]

const frames = fc.array(fc.oneof(bytes, damagedBytes([sealEnvelope(TOPIC, TICKS[0] ?? Buffer.alloc(0))])), {
  maxLength: 3,
})

export const bus: Target = {
  name: 'bus',
  claims: [
    claim('reads a tick message right or refuses it', 6000, [fc.oneof(bytes, damagedBytes(TICKS))], body => {
      const read = orRefused(['MESSAGE_MALFORMED'], () => readTick(body))
      if (!read) return
      const { symbolAt, dataSymbolAt, symbolLength } = read.header
      hold(symbolAt + symbolLength <= dataSymbolAt, 'the symbols overlap')
      hold(dataSymbolAt + symbolLength <= read.frame.length, 'a symbol outside its frame')
      hold(read.frame.length === body.length - TICK_HEADER_BYTES, 'a frame of another length')
    }),
    claim('reads a lane the same way with both readers', 3000, [fc.oneof(bytes, damagedBytes(LANES))], body => {
      const seen = orRefused(['MESSAGE_MALFORMED'], () => walk(body))
      if (!seen) return
      hold(seen.whole[0] === seen.whole[1], `whole by one reader only: ${seen.whole.join()}`)
      const shorter = Math.min(seen.read.length, seen.walked.length)
      hold(seen.read.slice(0, shorter).join('\n') === seen.walked.slice(0, shorter).join('\n'), 'read otherwise')
    }),
    claim('opens an envelope, or says that it is none', 3000, [frames], all => {
      const message = openEnvelope(all)
      parseDemand(all)
      if (!message) return
      hold(message.topic.length > 0 && message.topic.length <= 255, 'a topic of a wrong length')
      hold(!message.topic.includes('\0'), 'a topic with an end in it')
    }),
    ...CONTROL.map(([name, sample, read]) =>
      claim(`reads ${name} or refuses it`, 400, [fc.oneof(text.map(String), damagedText([sample]))], said => {
        read(Buffer.from(sample))
        const value = orRefused(['MESSAGE_MALFORMED'], () => read(Buffer.from(said)))
        hold(value === undefined || areNumbers(value), 'a number that is none')
      }),
    ),
    ...CONTROL.map(([name, sample, read]) =>
      claim(`the same of its bytes: ${name}`, 200, [fc.oneof(bytes, damagedBytes([Buffer.from(sample)]))], said => {
        orRefused(['MESSAGE_MALFORMED'], () => read(said))
      }),
    ),
  ],
}
