import { expect, it } from 'vitest'
import { Tick } from '../../../proxy/fanout/frame.ts'
import { Queue } from '../../../proxy/fanout/queue.ts'
import { tickOf, variantOf } from './frames.ts'

it('knows what no newer value can take the place of, also when the publisher was replaced', () => {
  const variant = variantOf('TCS')
  const frames = [1, 2, 3].map(epoch => {
    const { header, payload } = tickOf('TCS', epoch, { sequence: 1, epoch })
    return variant.frame(new Tick(header, payload), 1)
  })
  const queue = new Queue()
  for (const frame of frames) queue.renew(frame)
  const size = frames[0]?.size ?? 0
  expect(queue.bytes).toBe(3 * size)
  expect(queue.lastingBytes).toBe(2 * size)
  queue.remove(queue.next(false, false))
  expect(queue.lastingBytes).toBe(0)
})
