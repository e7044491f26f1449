import { expect, it, vi } from 'vitest'
import { Lane } from '../../../adapters/runtime/lane.ts'
import { RECORD_HEADER_BYTES, readLaneHeader, readRecords, writeRecordHeader } from '../../../bus/lane.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { FakeBus } from './rig.ts'

const TOPIC = 'F_NSE_X_LTP'

function open() {
  const clock = new ManualClock()
  const bus = new FakeBus()
  const lane = new Lane({ topic: 'LANE_F_P', epoch: 7, sequence: 0, bus, clock })
  const append = (frame: string) => {
    const record = Buffer.alloc(RECORD_HEADER_BYTES + TOPIC.length + frame.length)
    writeRecordHeader(record, TOPIC, 1)
    record.write(frame, RECORD_HEADER_BYTES + TOPIC.length)
    lane.append(record)
    // Whoever made the record writes the next one over it.
    record.fill(0)
  }
  const sent = () =>
    bus.messages.map(({ body }) => {
      const { records, sequence, epoch, sentAt } = readLaneHeader(body)
      const frames: string[] = []
      readRecords(body, records, (_, tick) => frames.push(tick.toString()))
      return { sequence, epoch, sentAt, frames, bytes: body.length }
    })
  return { clock, lane, append, sent }
}

it('sends nothing while it holds nothing', () => {
  const { clock, lane, sent } = open()
  lane.flush()
  clock.advance(10)
  expect(sent()).toEqual([])
  expect(lane.sequence).toBe(0)
})

it('sends at the end of the turn, once', () => {
  const { clock, append, sent } = open()
  append('a')
  append('b')
  expect(sent()).toEqual([])
  clock.advance(10)
  expect(sent()).toMatchObject([{ sequence: 1, epoch: 7, frames: ['a', 'b'] }])
  expect(sent()[0]?.sentAt).toBe((clock.now() - 10) * 1000)
})

it('asks for the end of the turn once a turn, however much it holds', () => {
  const { clock, append } = open()
  const soon = vi.spyOn(clock, 'soon')
  append('a')
  append('b')
  expect(soon).toHaveBeenCalledTimes(1)
  clock.advance(1)
  append('c')
  expect(soon).toHaveBeenCalledTimes(2)
})

it('sends within the turn when it is full, and loses or repeats nothing', () => {
  const { clock, append, sent } = open()
  const frames = Array.from({ length: 200 }, (_, number) => String(number).padEnd(1000, '.'))
  for (const frame of frames) append(frame)
  expect(sent().length).toBeGreaterThan(1)
  clock.advance(0)
  expect(sent().flatMap(message => message.frames)).toEqual(frames)
  expect(sent().map(({ sequence }) => sequence)).toEqual(sent().map((_, place) => place + 1))
  for (const { bytes } of sent()) expect(bytes).toBeLessThanOrEqual(65_536)
})

it('carries a record that is larger than a full message', () => {
  const { clock, append, sent } = open()
  append('small')
  append('x'.repeat(100_000))
  append('after')
  clock.advance(0)
  expect(sent().flatMap(message => message.frames.map(frame => frame.length))).toEqual([5, 100_000, 5])
})
