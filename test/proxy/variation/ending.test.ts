import { expect, it } from 'vitest'
import { type Age, Ending, type Stamps } from '../../../proxy/variation/ending.ts'
import { tickOf } from '../fanout/frames.ts'

const ENDINGS = { none: [false, false], seq: [true, false], both: [true, true] } as const
const PROXY = 1_795_220_416_121_230

/** What stands behind the broker of a frame received at 1795220416120.007. */
function endOf(which: keyof typeof ENDINGS, count: number, age?: Age, stamps?: Stamps): string {
  const [seq, hasCount] = ENDINGS[which]
  const ending = new Ending({ seq, count: hasCount })
  ending.write(tickOf('TCS', 1, { sequence: 7, receivedAt: 1_795_220_416_120_007 }).header, count, age, stamps)
  return Buffer.from(ending.bytes).subarray(-ending.length).toString()
}

it('says that it is one of those before the last value, and no snapshot', () => {
  expect(endOf('none', 0, 'recent')).toBe(',"recent":true}')
  expect(endOf('both', 0, 'recent')).toBe(',"seq":7,"epoch":1,"recent":true,"count":0}')
  expect(endOf('seq', 0)).toBe(',"seq":7,"epoch":1,"snapshot":true}')
})

it('says when it passed each hop, in milliseconds with three digits behind the point, before its place', () => {
  const known = { published: 1_795_220_416_120_910, proxy: PROXY }
  const [adapter, proxy] = ['"adapter":1795220416120.007', '"proxy":1795220416121.230']
  const stamps = `"stamps":{${adapter},"published":1795220416120.910,${proxy}}`
  expect(endOf('none', 1, undefined, known)).toBe(`,${stamps}}`)
  expect(endOf('both', 1, undefined, known)).toBe(`,${stamps},"seq":7,"epoch":1,"count":1}`)
  expect(endOf('none', 1, undefined, { published: 0, proxy: PROXY })).toBe(`,"stamps":{${adapter},${proxy}}}`)
})

it('has room for the largest numbers there are', () => {
  const largest = 2 ** 64
  const ending = new Ending({ seq: true, count: true })
  const { header } = tickOf('TCS', 1, { sequence: largest, receivedAt: largest, epoch: largest })
  ending.write(header, Number.MAX_SAFE_INTEGER, 'stale', { published: largest, proxy: largest })
  const text = Buffer.from(ending.bytes).subarray(-ending.length).toString()
  expect(JSON.parse(`{"x":1${text}`)).toMatchObject({ seq: 2 ** 53 - 1, stale: true, count: 2 ** 53 - 1 })
})
