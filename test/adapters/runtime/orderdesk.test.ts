import { expect, it } from 'vitest'
import { openOrderDesk } from '../../../adapters/runtime/orderdesk.ts'
import type { OrderUpdate } from '../../../shared/market/order.ts'
import { Secret } from '../../../shared/secret.ts'
import { keptLog } from '../../support/log.ts'
import { FakeBus, FEED } from './rig.ts'
import { ORDER } from './session/words.ts'

function open() {
  const bus = new FakeBus()
  const commonSymbol = (exchange: string, spelling: string) =>
    exchange === 'NSE' && spelling === 'SBIN-EQ' ? 'SBIN' : undefined
  const desk = openOrderDesk({
    catalogue: { feed: FEED, broker: 'testbroker' },
    commonSymbol,
    userId: 'asha',
    bus,
    log: keptLog().log,
  })
  return (order: OrderUpdate) => {
    desk(order)
    const { topic, body } = bus.messages.at(-1) ?? { topic: '', body: Buffer.alloc(0) }
    return { topic, frame: JSON.parse(body.toString()) }
  }
}

it('publishes an order update of the feed’s owner, under the symbol clients know', () => {
  expect(open()({ ...ORDER, symbol: 'SBIN-EQ' })).toEqual({
    topic: `ORDERS_${FEED}`,
    frame: expect.objectContaining({ type: 'order_update', user_id: 'asha', broker: 'testbroker', symbol: 'SBIN' }),
  })
})

it('leaves a symbol that is not listed as the broker wrote it', () => {
  expect(open()({ ...ORDER, symbol: 'DELISTED-BE' }).frame.symbol).toBe('DELISTED-BE')
})

it('repeats no secret of the account in the broker’s words', () => {
  const token = new Secret('token-of-the-account').reveal()
  const { frame } = open()({ ...ORDER, status: 'rejected', rejectionReason: `bad token ${token}` })
  expect(frame.rejection_reason).toBe('bad token [redacted]')
})
