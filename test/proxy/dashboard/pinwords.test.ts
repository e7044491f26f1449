import { expect, it } from 'vitest'
import { pinWords } from '../../../proxy/dashboard/header/pinwords.ts'
import { Prices } from '../../../proxy/dashboard/prices.ts'
import { ManualPageClock } from './pageclock.ts'

it('a pin says of what kind and how old its price is, and that feeds differ', () => {
  const clock = new ManualPageClock()
  const prices = new Prices(clock)
  const now = clock.now()
  const words = (disagreement?: string) => pinWords('NSE:TCS', prices.find('NSE:TCS'), now, disagreement)
  expect(words()).toBe('NSE:TCS: show its depth and chart')
  const place = { exchange: 'NSE', symbol: 'TCS', broker: 'one' } as const
  prices.take({ ...place, type: 'market_data', mode: 2, data: { ltp: 1, timestamp: now - 3000 } })
  const state = { ...place, type: 'state', since: 0, feed: 'MADE', label: 'simulated' } as const
  prices.stand({ ...state, state: 'live' })
  expect(words()).toBe('NSE:TCS, Simulated, 3s old: show its depth and chart')
  prices.stand({ ...state, state: 'suspect' })
  expect(words('feeds differ')).toBe('NSE:TCS, Stalled, simulated, 3s old, feeds differ: show its depth and chart')
})
