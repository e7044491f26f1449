import { expect, it } from 'vitest'
import { Tick } from '../../../proxy/fanout/frame.ts'
import { type Ring, Rings } from '../../../proxy/fanout/ring.ts'
import { textMessage } from '../../../proxy/websocket.ts'
import { tickOf } from './frames.ts'

const SIZE = makeTick(1).message.length

function makeTick(sequence: number, extra = 0): Tick {
  const { header, payload } = tickOf('TCS', 1, { sequence })
  return new Tick(header, textMessage(Buffer.concat([payload, Buffer.alloc(extra, ' ')])))
}

const fill = (ring: Ring, to: number, from = 1) => {
  for (let sequence = from; sequence <= to; sequence++) ring.add(makeTick(sequence))
}

it('keeps the last 4,096 ticks of a topic, each with the bytes it came with', () => {
  const rings = new Rings(1_000_000_000)
  const ring = rings.open()
  fill(ring, 5000)
  expect(ring.length).toBe(4096)
  expect(ring.since(1, 903)).toBeUndefined()
  const all = ring.since(1, 904) ?? []
  expect(all.map(({ header }) => header.sequence)).toEqual(Array.from({ length: 4096 }, (_, at) => 905 + at))
  expect(all.every(({ message }) => message.equals(makeTick(1).message))).toBe(true)
  expect(rings.bytes).toBe(4096 * SIZE)
  ring.clear()
  expect(rings.bytes).toBe(0)
})

it('holds no more memory than a quarter above what it counts', () => {
  const ring = new Rings(1_000_000_000).open()
  fill(ring, 3000)
  const memory = new Set((ring.since(1, 0) ?? []).map(({ message }) => message.buffer))
  expect([...memory].reduce((sum, { byteLength }) => sum + byteLength, 0)).toBeLessThan(3000 * SIZE * 1.26)
})

it('is bounded together with all others: the longest pays, with its older half and no more', () => {
  const rings = new Rings(100 * SIZE)
  const [long, short] = [rings.open(), rings.open()]
  fill(long, 90)
  fill(short, 10)
  short.add(makeTick(11, 30 * SIZE))
  expect([long.length, short.length]).toEqual([45, 11])
  rings.close(long)
  expect(rings.bytes).toBe(41 * SIZE)
})
