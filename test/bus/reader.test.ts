import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
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
import { TickwireError } from '../../shared/errors.ts'

interface Given {
  readonly topic: string
  readonly topicNumber: number
  readonly header: TickHeader
  readonly frame: string
}

const EPOCH = 1_795_220_416_000
const live = (sequence: number): TickHeader => ({
  ...positionHeader(EPOCH, sequence),
  position: false,
  kept: false,
  receivedAt: 1_795_220_416_123_456,
})

function laneOf(records: readonly Given[]): Buffer {
  const head = Buffer.alloc(LANE_HEADER_BYTES)
  writeLaneHeader(head, { records: records.length, epoch: EPOCH, sequence: 3, sentAt: 1_795_220_416_124_000 })
  const bodies = records.map(({ topic, topicNumber, header, frame }) => {
    const bodyAt = RECORD_HEADER_BYTES + topic.length
    const record = Buffer.alloc(bodyAt + TICK_HEADER_BYTES + frame.length)
    writeRecordHeader(record, topic, topicNumber)
    writeTickHeader(record, bodyAt, header)
    record.write(frame, bodyAt + TICK_HEADER_BYTES, 'latin1')
    return record
  })
  return Buffer.concat([head, ...bodies])
}

type Read = { topic: string; header: Omit<TickHeader, 'epoch'>; frame: string }

/** What was read, and whether all of it was good. */
function attempt(read: (take: (record: Read) => void) => void): { taken: Read[]; malformed: boolean } {
  const taken: Read[] = []
  try {
    read(record => taken.push(record))
  } catch (error) {
    if (!(error instanceof TickwireError) || error.code !== 'MESSAGE_MALFORMED') throw error
    return { taken, malformed: true }
  }
  return { taken, malformed: false }
}

const reader = new RecordReader()

const walked = (lane: Buffer) =>
  attempt(take => {
    reader.begin(lane, readLaneHeader(lane))
    while (reader.next()) {
      const { topic, frame, snapshot, position, kept, symbolAt, dataSymbolAt, symbolLength } = reader
      const { sequence, receivedAt } = reader
      expect(reader.frameAt).toBe(frame.byteOffset - lane.byteOffset)
      expect(reader.frameEnd - reader.frameAt).toBe(frame.length)
      const header = { snapshot, position, kept, symbolAt, dataSymbolAt, symbolLength, sequence, receivedAt }
      take({ topic, header, frame: frame.toString('latin1') })
    }
  })

/** The epoch is the lane's. */
function withoutEpoch(header: TickHeader): Omit<TickHeader, 'epoch'> {
  const { epoch: _, ...rest } = header
  return rest
}

/** The same by the plain functions. */
const spelledOut = (lane: Buffer) =>
  attempt(take =>
    readRecords(lane, readLaneHeader(lane).records, (topic, body) => {
      const { header, frame } = readTick(body)
      take({ topic, header: withoutEpoch(header), frame: frame.toString('latin1') })
    }),
  )

const RECORDS: readonly Given[] = [
  { topic: 'DEMO_NSE_SBIN_LTP', topicNumber: 5, header: { ...live(7), snapshot: true }, frame: '{}' },
  { topic: 'DEMO_NSE_TCS_LTP', topicNumber: 9, header: live(2 ** 32 + 1), frame: '{"ltp":1}' },
  { topic: 'DEMO_NSE_INFY_LTP', topicNumber: 0, header: positionHeader(EPOCH, 12), frame: '' },
  {
    topic: 'DEMO_NSE_ITC_LTP',
    topicNumber: 4,
    header: { ...live(1), symbolAt: 1, dataSymbolAt: 5, symbolLength: 3 },
    frame: '-ITC-ITC-',
  },
]

describe('A record reader', () => {
  it('goes from record to record and shows what each one says', () => {
    const { taken, malformed } = walked(laneOf(RECORDS))
    expect(malformed).toBe(false)
    expect(taken).toEqual(RECORDS.map(({ topic, header, frame }) => ({ topic, header: withoutEpoch(header), frame })))
  })

  it('shows the number of each topic', () => {
    const lane = laneOf(RECORDS)
    reader.begin(lane, readLaneHeader(lane))
    const numbers: number[] = []
    while (reader.next()) numbers.push(reader.topicNumber)
    expect(numbers).toEqual([5, 9, 0, 4])
  })

  it('reads a lane that is a part of something larger', () => {
    const lane = laneOf(RECORDS)
    const inside = Buffer.concat([Buffer.alloc(7), lane, Buffer.alloc(9)]).subarray(7, 7 + lane.length)
    expect(walked(inside)).toEqual(walked(lane))
  })

  it('refuses a lane that is cut short anywhere, after the records before the cut', () => {
    const whole = laneOf(RECORDS)
    for (let length = LANE_HEADER_BYTES; length < whole.length; length++) {
      const cut = whole.subarray(0, length)
      expect(walked(cut), `${length} bytes`).toEqual(spelledOut(cut))
      expect(walked(cut).malformed).toBe(true)
    }
  })

  it('reads of any bytes what the plain functions read, and refuses what they refuse', () => {
    const whole = laneOf(RECORDS)
    const edits = fc.array(fc.tuple(fc.nat({ max: whole.length - 1 }), fc.nat({ max: 255 })), {
      minLength: 1,
      maxLength: 3,
    })
    fc.assert(
      fc.property(edits, changes => {
        const lane = Buffer.from(whole)
        for (const [at, value] of changes) lane[at] = value
        lane[0] = 1
        expect(walked(lane)).toEqual(spelledOut(lane))
      }),
      { numRuns: 2000 },
    )
  })
})

describe('An index of topics', () => {
  function indexed() {
    const asked: string[] = []
    const held = new Map([
      ['A', { name: 'A', gone: false }],
      ['B', { name: 'B', gone: false }],
    ])
    const index = new TopicIndex(topic => {
      asked.push(topic)
      return held.get(topic)
    })
    const find = (topic: string, topicNumber: number, epoch = EPOCH) => {
      const lane = laneOf([{ topic, topicNumber, header: live(1), frame: '{}' }])
      reader.begin(lane, readLaneHeader(lane))
      reader.next()
      index.begin({ epoch })
      return index.find(reader)
    }
    return { asked, held, find }
  }

  it('looks at the text of a topic once', () => {
    const { asked, find } = indexed()
    for (let time = 0; time < 3; time++) expect([find('A', 1)?.name, find('B', 2)?.name]).toEqual(['A', 'B'])
    expect(asked).toEqual(['A', 'B'])
  })

  it('learns anew in another epoch, where the number is another topic', () => {
    const { find } = indexed()
    find('A', 1)
    expect(find('B', 1, EPOCH + 1)?.name).toBe('B')
  })

  it('learns anew when what it kept is gone', () => {
    const { held, find } = indexed()
    const kept = find('A', 1)
    held.set('A', { name: 'another', gone: false })
    expect(find('A', 1)?.name).toBe('A')
    if (kept) kept.gone = true
    expect(find('A', 1)?.name).toBe('another')
  })

  it('keeps nothing of what is not known, has no number, or a number beyond reason', () => {
    const { asked, find } = indexed()
    for (const [topic, number] of [
      ['C', 3],
      ['A', 0],
      ['A', 0xffff_ffff],
    ] as const)
      expect([find(topic, number)?.name, find(topic, number)?.name]).toEqual(
        topic === 'C' ? [undefined, undefined] : ['A', 'A'],
      )
    expect(asked).toEqual(['C', 'C', 'A', 'A', 'A', 'A'])
  })
})
