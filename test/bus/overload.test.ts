import { expect, it } from 'vitest'
import { startForwarder } from '../../bus/forwarder.ts'
import { openZmqBus } from '../../bus/zmq.ts'
import { systemClock } from '../../shared/clock.ts'
import { temporaryBus, until, watchDemand } from '../support/bus.ts'

it('a receiver with more to do than it can still gives its event loop a turn between messages', async () => {
  const { addresses, remove } = temporaryBus()
  const forwarder = await startForwarder({ addresses, highWaterMark: 1000 })
  const [publisher, receiver] = [1, 2].map(() => openZmqBus({ addresses, highWaterMark: 1000 }))
  if (!publisher || !receiver) throw new Error('no doors')
  const wanted = watchDemand(publisher)
  receiver.subscribe('T')
  await until('demand', () => wanted.has('T\0'))
  for (let nth = 0; nth < 300; nth++) publisher.publish('T', Buffer.from(String(nth)))
  let taken = 0
  let atTimer = 0
  // Each message costs a millisecond, as a large lane with many clients does.
  receiver.onMessage(() => {
    if (taken++ === 0)
      systemClock.after(5, () => {
        atTimer = taken
      })
    const end = systemClock.monotonic() + 1
    while (systemClock.monotonic() < end);
  })
  await until('all messages', () => taken === 300)
  expect(atTimer).toBeGreaterThan(0)
  expect(atTimer).toBeLessThan(100)
  await Promise.all([publisher.close(), receiver.close()])
  await forwarder.close()
  remove()
})
