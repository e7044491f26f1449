import { malformed, readUint64, writeUint64 } from './message.ts'

/**
 * A lane carries everything one proxy wants of one feed, topic `LANE_<FEED>_<PROXY>`. Body, little-endian:
 *
 *     0  u8   version, 1
 *     1  u8   reserved, 0
 *     2  u16  number of records
 *     4  u32  reserved, 0
 *     8  u64  epoch of the publisher, milliseconds since 1970
 *    16  u64  lane sequence: 1, 2, 3, … within an epoch
 *    24  u64  time of sending, microseconds since 1970
 *    32       records, one after the other:
 *               0  u16  topic length
 *               2  u32  body length
 *               6  u32  topic number: within an epoch the same number is always the same topic; 0 says nothing
 *              10       topic (ASCII), then the body of a tick message (header and frame)
 */
export interface LaneHeader {
  readonly records: number
  readonly epoch: number
  readonly sequence: number
  readonly sentAt: number
}

const LANE_VERSION = 1
export const LANE_HEADER_BYTES = 32
export const RECORD_HEADER_BYTES = 10

export const LANE_PREFIX = 'LANE_'
export const laneTopic = (feed: string, proxy: string): string => `${LANE_PREFIX}${feed}_${proxy}`

export function writeLaneHeader(target: Buffer, header: LaneHeader): void {
  target.fill(0, 0, 8)
  target[0] = LANE_VERSION
  target.writeUInt16LE(header.records, 2)
  writeUint64(target, header.epoch, 8)
  writeUint64(target, header.sequence, 16)
  writeUint64(target, header.sentAt, 24)
}

/** Begins a record that is to fill `target`: lengths, number and topic. */
export function writeRecordHeader(target: Buffer, topic: string, topicNumber: number): void {
  target.writeUInt16LE(topic.length, 0)
  target.writeUInt32LE(target.length - RECORD_HEADER_BYTES - topic.length, 2)
  target.writeUInt32LE(topicNumber, 6)
  target.write(topic, RECORD_HEADER_BYTES, 'latin1')
}

/** Throws MESSAGE_MALFORMED. */
export function readLaneHeader(body: Buffer): LaneHeader {
  if (body.length < LANE_HEADER_BYTES) throw malformed(`${body.length} bytes are too few for a lane message`)
  if (body[0] !== LANE_VERSION) throw malformed(`lane message version ${body[0]}, expected ${LANE_VERSION}`)
  return {
    records: body.readUInt16LE(2),
    epoch: readUint64(body, 8),
    sequence: readUint64(body, 16),
    sentAt: readUint64(body, 24),
  }
}

/**
 * Hands each record to `take`, in order; the body is a view of `lane`. A string and a view per record: who takes
 * 100,000 a second walks with a `RecordReader` (reader.ts). Throws MESSAGE_MALFORMED at the first record
 * that does not fit; those before it have been taken.
 */
export function readRecords(lane: Buffer, records: number, take: (topic: string, body: Buffer) => void): void {
  let at = LANE_HEADER_BYTES
  for (let record = 0; record < records; record++) {
    const bodyAt = at + RECORD_HEADER_BYTES + (at + 2 <= lane.length ? lane.readUInt16LE(at) : 0)
    const end = bodyAt <= lane.length ? bodyAt + lane.readUInt32LE(at + 2) : Number.POSITIVE_INFINITY
    if (end > lane.length) throw malformed(`record ${record + 1} of ${records} runs past the end of its lane message`)
    take(lane.toString('latin1', at + RECORD_HEADER_BYTES, bodyAt), lane.subarray(bodyAt, end))
    at = end
  }
  if (at !== lane.length) throw malformed(`${lane.length - at} bytes after the last record of a lane message`)
}
