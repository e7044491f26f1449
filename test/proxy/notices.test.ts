import { expect, it } from 'vitest'
import { gapNotice, slowNotice } from '../../proxy/notices.ts'

const GAP = {
  symbol: 'TCS:20',
  exchange: 'NSE',
  mode: 3,
  epoch: 1_795_220_416_120,
  from: 12,
  broker: 'testbroker',
} as const

it('a gap names its range and how many are lost, both ends included', () => {
  expect(gapNotice({ ...GAP, to: 14 })).toBe(
    '{"type":"gap","symbol":"TCS:20","exchange":"NSE","mode":3,"epoch":1795220416120,"from":12,"to":14,"lost":3,"broker":"testbroker"}',
  )
  expect(JSON.parse(gapNotice({ ...GAP, to: 12 }))).toMatchObject({ from: 12, to: 12, lost: 1 })
})

it('a gap nobody knows the end of has none, and no number', () => {
  expect(gapNotice({ ...GAP, to: undefined })).toBe(
    '{"type":"gap","symbol":"TCS:20","exchange":"NSE","mode":3,"epoch":1795220416120,"from":12,"broker":"testbroker"}',
  )
})

it('a slow client is told what happens to it', () => {
  expect(slowNotice({ state: 'folding', waitingBytes: 262_145 })).toBe(
    '{"type":"slow","state":"folding","waiting_bytes":262145}',
  )
  expect(slowNotice({ state: 'recovered', folded: 40 })).toBe('{"type":"slow","state":"recovered","folded":40}')
  expect(slowNotice({ state: 'closing', reason: 'no room "left"' })).toBe(
    '{"type":"slow","state":"closing","reason":"no room \\"left\\""}',
  )
})
