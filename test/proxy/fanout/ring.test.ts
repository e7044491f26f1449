import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, it } from 'vitest'
import { Tick } from '../../../proxy/fanout/frame.ts'
import { Rings } from '../../../proxy/fanout/ring.ts'
import { textMessage } from '../../../proxy/websocket.ts'
import { tickOf } from './frames.ts'

const tick = (sequence: number) => {
  const { header, payload } = tickOf('TCS', sequence, { sequence })
  return new Tick(header, payload)
}

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

it('keeps ticks, and not the buffers of other frames that were made at the same time', () => {
  const ring = new Rings(100_000_000).open()
  const frame = Buffer.alloc(2000, 'x')
  collect()
  const before = process.memoryUsage().arrayBuffers
  for (let sequence = 1; sequence <= 4000; sequence++) {
    ring.add(tick(sequence))
    textMessage(frame)
  }
  collect()
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2_000_000)
  expect(ring.length).toBe(4000)
})

it('gives back what it was given, byte for byte', () => {
  const ring = new Rings(1_000_000).open()
  const given = [1, 2, 3].map(tick)
  for (const one of given) ring.add(one)
  expect(ring.since(1)).toEqual(given.slice(1))
  expect([0, 1, 3, 4].map(sequence => ring.reaches(1, sequence))).toEqual([true, true, true, false])
  expect(ring.reaches(2, 1)).toBe(false)
})

it('counts all that a tick costs against what may be kept', () => {
  const ring = new Rings(10_000).open()
  for (let sequence = 1; sequence <= 100; sequence++) ring.add(tick(sequence))
  expect(ring.length * (tick(1).payload.length + 200)).toBeLessThanOrEqual(10_000)
  expect(ring.reaches(1, 99)).toBe(true)
})
