import { expect, it } from 'vitest'
import { trace } from '../../scripts/traced.ts'

const frame = {
  type: 'market_data',
  symbol: 'RELIANCE',
  exchange: 'NSE',
  mode: 1,
  data: { ltp: 2885.3, timestamp: 1_795_220_416_120 },
  broker: 'simulator',
  seq: 7,
  stamps: { adapter: 1_795_220_416_131.402, published: 1_795_220_416_131.779, proxy: 1_795_220_416_132.25 },
}
const HERE = 1_795_220_416_133

it('tells of a tick when it was where, and how long each stretch took', () => {
  expect(trace(frame, HERE)).toMatchObject({
    exchange: 'NSE',
    symbol: 'RELIANCE',
    broker: 'simulator',
    seq: 7,
    ltp: 2885.3,
    isRepeated: false,
    at: { exchange: 1_795_220_416_120, adapter: 1_795_220_416_131.402, client: HERE },
    ms: { exchangeAdapter: 11.402, adapterBus: 0.377, busProxy: 0.471, proxyClient: 0.75, all: 13 },
  })
})

it('tells the whole way only, where there are no stamps', () => {
  const { stamps, ...classic } = frame
  expect(stamps).toBeDefined()
  expect(trace(classic, HERE)?.ms).toEqual({ all: 13 })
})

it('tells no way of a last value that is repeated', () => {
  expect(trace({ ...frame, snapshot: true }, HERE)).toMatchObject({ isRepeated: true, ms: {} })
})

it('takes nothing else for a tick', () => {
  expect(trace({ type: 'subscribe', status: 'success' }, HERE)).toBeUndefined()
})
