import { expect, it } from 'vitest'
import { Tick } from '../../../proxy/fanout/frame.ts'
import { Queue } from '../../../proxy/fanout/queue.ts'
import { textMessage } from '../../../proxy/websocket.ts'
import { tickOf, variantOf } from './frames.ts'

it('counts what waits of a publisher that was replaced among what lasts, and nothing once it is out', () => {
  const queue = new Queue()
  const variant = variantOf('A')
  const [old, fresh, newest] = [1, 2, 2].map((epoch, nth) => {
    const { header, payload } = tickOf('A', nth, { sequence: nth + 1, epoch })
    return variant.frame(new Tick(header, textMessage(payload)), 1)
  })
  if (!old || !fresh || !newest) throw new Error('three frames')
  queue.renew(old)
  expect(queue.lastingBytes).toBe(0)
  queue.renew(fresh)
  expect(queue.lastingBytes).toBe(old.size)
  queue.renew(newest)
  expect(queue.lastingBytes).toBe(old.size)
  queue.remove(queue.next(false, false))
  expect([queue.bytes, queue.lastingBytes]).toEqual([0, 0])
})
